//! Functions, tasks, and the images they come from.

use crate::activity::Turn;
use crate::ids;
use crate::organization::{HOME, Runs, agent};
use crate::record::{Call, Identity, Origin, Session};
use crate::stage::Stage;

/// Tools look at functions.
pub(crate) fn functions(stage: &mut Stage<'_>, turn: Turn) {
    const CALLS: [&str; 4] =
        ["GetFunction20150331v2", "ListFunctions20150331", "GetFunctionConfiguration20150331v2", "ListTags20170331"];
    let account = stage.account;
    let functions: Vec<&str> = account
        .apps
        .iter()
        .filter_map(|app| match &app.runs {
            Runs::Function(arn) => Some(arn.as_str()),
            _ => None,
        })
        .collect();
    let Some(arn) = turn.checked_rem(functions.len()).and_then(|turn| functions.get(turn)) else { return };
    let name = CALLS.get(turn % CALLS.len()).copied().unwrap_or_default();
    let identity = Identity::Role(&account.pipeline, Session::going_on("drift-detection", stage.at));
    let origin = stage.network.origin(11, "lambda", agent::TERRAFORM.to_owned());
    let request =
        if name.starts_with("List") { r#""maxItems":50"#.to_owned() } else { format!(r#""functionName":"{arn}""#) };
    stage.say(&Call::reading(identity, origin, "lambda", name).request(request));
}

/// ECS looks after its tasks.
pub(crate) fn tasks(stage: &mut Stage<'_>, turn: Turn) {
    const ECS: &str = "ecs.amazonaws.com";
    let account = stage.account;
    let Some(app) = turn.checked_rem(account.apps.len()).and_then(|turn| account.apps.get(turn)) else { return };
    let (task, region) = (ids::hex(&mut stage.rng, 32), stage.region);
    let cluster = format!("arn:aws:ecs:{region}:{}:cluster/{}", account.id, account.unit);
    if turn.is_multiple_of(2) {
        let identity = app.identity(&mut stage.rng, stage.at);
        let mut origin = app.origin(stage.network, "ecs", &mut stage.rng);
        origin.agent = format!("Amazon ECS Agent - v1.98.0 (0c5bb3d9) (+http://aws.amazon.com/ecs/) {}", agent::GO);
        let call = Call::writing(identity, origin, "ecs", "SubmitTaskStateChange").request(format!(
            r#""cluster":"{cluster}","task":"arn:aws:ecs:{region}:{}:task/{}/{task}","status":"RUNNING","reason":"","attachments":[{{"attachmentArn":"arn:aws:ecs:{region}:{}:attachment/{}","status":"ATTACHED"}}],"containers":[{{"containerName":"{}","runtimeId":"{task}-{}","status":"RUNNING","networkBindings":[]}}]"#,
            account.id,
            account.unit,
            account.id,
            ids::uuid(&mut stage.rng),
            app.name,
            stage.rng.below(4_000_000_000)
        )).response(r#""acknowledgment":"ACCEPT""#);
        stage.say(&call);
        return;
    }
    let role = account.service_role(ECS, "AWSServiceRoleForECS");
    let identity = Identity::Role(&role, Session::going_on("ecs-service-scheduler", stage.at)).via(ECS);
    let call = Call::writing(identity, Origin::service(ECS), "elasticloadbalancing", "RegisterTargets").request(format!(
        r#""targetGroupArn":"arn:aws:elasticloadbalancing:{region}:{}:targetgroup/{}/{}","targets":[{{"id":"10.16.{}.{}","port":8080,"availabilityZone":"{region}b"}}]"#,
        account.id,
        app.name,
        ids::hex(&mut stage.rng, 16),
        stage.rng.below(250),
        10 + stage.rng.below(200)
    ));
    stage.say(&call);
}

/// A task fetches its image.
pub(crate) fn images(stage: &mut Stage<'_>, turn: Turn) {
    let account = stage.account;
    let Some(app) = turn.checked_rem(account.apps.len()).and_then(|turn| account.apps.get(turn)) else { return };
    let role = crate::organization::Role::new(0, &account.id, "/ecs/", "execution");
    let identity = Identity::Role(&role, Session::going_on(format!("pull-{}", app.name), stage.at));
    let origin = stage.network.origin(30 + turn as u64 % 40, "ecr", agent::GO.to_owned());
    let call = |name| Call::reading(identity.clone(), origin.clone(), "ecr", name);
    let repository = format!("arn:aws:ecr:{HOME}:{}:repository/{}", account.id, app.name);
    stage.say(&call("GetAuthorizationToken"));
    let layer = ids::hex(&mut stage.rng, 64);
    let image = call("BatchGetImage")
        .request(format!(
            r#""registryId":"{id}","repositoryName":"{name}","imageIds":[{{"imageDigest":"sha256:{layer}"}}],"acceptedMediaTypes":["application/vnd.docker.distribution.manifest.v1+prettyjws","application/json","application/vnd.oci.image.manifest.v1+json","application/vnd.oci.image.index.v1+json"]"#,
            id = account.id,
            name = app.name
        ))
        .touching(&account.id, "AWS::ECR::Repository", &repository);
    stage.say(&image);
    let url = call("GetDownloadUrlForLayer")
        .request(format!(
            r#""registryId":"{}","repositoryName":"{}","layerDigest":"sha256:{layer}""#,
            account.id, app.name
        ))
        .touching(&account.id, "AWS::ECR::Repository", &repository);
    stage.say(&url);
}
