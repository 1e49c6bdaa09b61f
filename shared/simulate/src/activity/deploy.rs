//! A pipeline puts a new version of an application into operation.

use super::Turn;
use super::secrets::read;
use crate::clock::iso;
use crate::ids;
use crate::organization::{App, HOME, Runs, agent};
use crate::record::{Call, Identity, Origin, Session};
use crate::stage::Stage;

/// The pipeline takes on its role by the identity that its runner was given, reads what it needs, and deploys.
pub(crate) fn by_pipeline(stage: &mut Stage<'_>, turn: Turn) {
    let account = stage.account;
    let Some(app) = turn.checked_rem(account.apps.len()).and_then(|turn| account.apps.get(turn)) else { return };
    let run = stage.rng.below(9_000_000_000);
    let session = format!("deploy-{run}");
    let origin = |service: &str| stage.network.origin(11, service, agent::TERRAFORM.to_owned());
    let [sts, lambda, secrets] = ["sts", "lambda", "secretsmanager"].map(origin);
    assume(stage, &session, &app.name, sts);
    stage.wait(20);
    let identity = Identity::Role(&account.pipeline, Session::begun(session, stage.at - 15));
    if let Some(secret) = app.secrets.first() {
        let key = secret.key.at(stage.at).to_owned();
        read(stage, &identity, &secrets, secret, &key);
        stage.wait(10);
    }
    change_set(stage, &identity, &lambda, app);
    match &app.runs {
        Runs::Function(arn) => function(stage, &identity, &lambda, app, arn),
        Runs::Tasks | Runs::Instances => tasks(stage, &identity, &lambda, app),
    }
}

fn assume(stage: &mut Stage<'_>, session: &str, app: &str, origin: Origin) {
    let role = &stage.account.pipeline;
    let subject = format!("repo:example-org/{app}:ref:refs/heads/main");
    let identity = Identity::Federated { provider: "token.actions.example.com", subject: subject.clone() };
    let key = ids::session_key(&mut stage.rng);
    let call = Call::reading(identity, origin, "sts", "AssumeRoleWithWebIdentity")
        .request(format!(
            r#""roleArn":"{}","roleSessionName":"{session}","durationSeconds":3600"#,
            role.arn
        ))
        .response(format!(
            r#""subjectFromWebIdentityToken":"{subject}","provider":"arn:aws:iam::{}:oidc-provider/token.actions.example.com","audience":"sts.amazonaws.com","credentials":{{"accessKeyId":"{key}","sessionToken":"EXAMPLETOKEN","expiration":"{}"}},"assumedRoleUser":{{"assumedRoleId":"{}:{session}","arn":"{}"}}"#,
            stage.account.id,
            crate::clock::spoken(stage.at + 3600),
            role.id,
            role.session_arn(session)
        ))
        .touching(&stage.account.id, "AWS::IAM::Role", &role.arn);
    stage.say(&call);
}

fn change_set(stage: &mut Stage<'_>, identity: &Identity<'_>, origin: &Origin, app: &App) {
    let account = stage.account;
    let (id, stack) = (ids::uuid(&mut stage.rng), ids::uuid(&mut stage.rng));
    let version = ids::hex(&mut stage.rng, 40);
    let stack = format!("arn:aws:cloudformation:{HOME}:{}:stack/{}/{stack}", account.id, app.name);
    let set = format!("arn:aws:cloudformation:{HOME}:{}:changeSet/deploy/{id}", account.id);
    let parameters =
        ["Version", "ImageTag", "DesiredCount", "LogLevel", "SubnetIds", "SecurityGroupIds", "AlarmTopicArn"]
            .map(|name| format!(r#"{{"parameterKey":"{name}","parameterValue":"****"}}"#))
            .join(",");
    let created = Call::writing(identity.clone(), origin.clone(), "cloudformation", "CreateChangeSet")
        .request(format!(
            r#""stackName":"{}","changeSetName":"deploy","changeSetType":"UPDATE","description":"{version}","templateURL":"https://artifacts-{}.s3.{HOME}.amazonaws.com/{}/{version}.yaml","parameters":[{parameters}],"capabilities":["CAPABILITY_IAM","CAPABILITY_AUTO_EXPAND"],"roleARN":"arn:aws:iam::{}:role/deploy/cloudformation","tags":[{{"key":"application","value":"{}"}},{{"key":"unit","value":"{}"}},{{"key":"commit","value":"{version}"}}],"clientToken":"{}""#,
            app.name, account.id, app.name, account.id, app.name, account.unit, ids::uuid(&mut stage.rng)
        ))
        .response(format!(r#""id":"{set}","stackId":"{stack}""#));
    stage.say(&created);
    stage.wait(15);
    let described = Call::reading(identity.clone(), origin.clone(), "cloudformation", "DescribeChangeSet")
        .request(format!(r#""changeSetName":"{set}","stackName":"{stack}","includePropertyValues":true"#));
    stage.say(&described);
    stage.wait(5);
    let executed = Call::writing(identity.clone(), origin.clone(), "cloudformation", "ExecuteChangeSet")
        .request(format!(r#""changeSetName":"{set}","clientRequestToken":"{}""#, ids::uuid(&mut stage.rng)));
    stage.say(&executed);
    stage.wait(15);
}

fn function(stage: &mut Stage<'_>, identity: &Identity<'_>, origin: &Origin, app: &App, arn: &str) {
    let account = stage.account;
    let (digest, revision) = (ids::hex(&mut stage.rng, 43), ids::uuid(&mut stage.rng));
    let network = format!(
        r#""vpcConfig":{{"subnetIds":["{}","{}","{}"],"securityGroupIds":["{}"],"vpcId":"{}","ipv6AllowedForDualStack":false}}"#,
        ids::resource(&mut stage.rng, "subnet"),
        ids::resource(&mut stage.rng, "subnet"),
        ids::resource(&mut stage.rng, "subnet"),
        ids::resource(&mut stage.rng, "sg"),
        ids::resource(&mut stage.rng, "vpc")
    );
    let answer = format!(
        r#""functionName":"{name}","functionArn":"{arn}","runtime":"python3.13","role":"{role}","handler":"{name}.handler.handle","codeSize":{size},"description":"","timeout":30,"memorySize":1024,"lastModified":"{modified}","codeSha256":"{digest}=","version":"$LATEST",{network},"environment":{{}},"kMSKeyArn":"","tracingConfig":{{"mode":"Active"}},"revisionId":"{revision}","layers":[{{"arn":"arn:aws:lambda:{HOME}:{account}:layer:observability:41","codeSize":2184432}}],"state":"Active","lastUpdateStatus":"InProgress","lastUpdateStatusReason":"The function is being created.","lastUpdateStatusReasonCode":"Creating","packageType":"Zip","architectures":["arm64"],"ephemeralStorage":{{"size":512}},"snapStart":{{"applyOn":"None","optimizationStatus":"Off"}},"runtimeVersionConfig":{{"runtimeVersionArn":"arn:aws:lambda:{HOME}::runtime:{runtime}"}},"loggingConfig":{{"logFormat":"JSON","applicationLogLevel":"INFO","systemLogLevel":"INFO","logGroup":"/aws/lambda/{name}"}}"#,
        name = app.name,
        role = app.role.arn,
        size = 900_000 + stage.rng.below(4_000_000),
        modified = iso(stage.at),
        account = account.id,
        runtime = ids::hex(&mut stage.rng, 64),
    );
    let call = |name, request: String| {
        Call::writing(identity.clone(), origin.clone(), "lambda", name).request(request).response(answer.clone())
    };
    stage.say(&call(
        "UpdateFunctionCode20150331v2",
        format!(
            r#""functionName":"{arn}","s3Bucket":"artifacts-{}","s3Key":"{}/{digest}.zip","publish":false,"dryRun":false,"architectures":["arm64"]"#,
            account.id, app.name
        ),
    ));
    stage.wait(8);
    stage.say(&call(
        "UpdateFunctionConfiguration20150331v2",
        format!(r#""functionName":"{arn}","timeout":30,"memorySize":1024,"environment":{{}},{network},"layers":["arn:aws:lambda:{HOME}:{}:layer:observability:41"]"#, account.id),
    ));
    stage.wait(8);
    stage.say(&call(
        "PublishVersion20150331",
        format!(r#""functionName":"{arn}","revisionId":"{revision}","description":"{digest}""#),
    ));
}

fn tasks(stage: &mut Stage<'_>, identity: &Identity<'_>, origin: &Origin, app: &App) {
    let account = stage.account;
    let image =
        format!("{}.dkr.ecr.{HOME}.amazonaws.com/{}@sha256:{}", account.id, app.name, ids::hex(&mut stage.rng, 64));
    let container = |name: &str, image: &str, cpu: u32| {
        format!(
            r#"{{"name":"{name}","image":"{image}","cpu":{cpu},"memoryReservation":512,"essential":true,"portMappings":[{{"containerPort":8080,"hostPort":8080,"protocol":"tcp"}}],"environment":[{{"name":"STAGE","value":"prod"}},{{"name":"AWS_REGION","value":"{HOME}"}},{{"name":"LOG_LEVEL","value":"info"}},{{"name":"UNIT","value":"{}"}}],"secrets":[],"mountPoints":[],"volumesFrom":[],"readonlyRootFilesystem":true,"logConfiguration":{{"logDriver":"awslogs","options":{{"awslogs-group":"/ecs/{}","awslogs-region":"{HOME}","awslogs-stream-prefix":"{name}"}}}},"healthCheck":{{"command":["CMD-SHELL","curl -fsS http://localhost:8080/health || exit 1"],"interval":15,"timeout":5,"retries":3,"startPeriod":30}}}}"#,
            account.unit, app.name
        )
    };
    let router = "public.ecr.aws/aws-observability/aws-otel-collector:v0.45.1";
    let definition = format!(
        r#""family":"{name}","taskRoleArn":"{role}","executionRoleArn":"arn:aws:iam::{id}:role/ecs/execution","networkMode":"awsvpc","containerDefinitions":[{main},{side}],"volumes":[],"placementConstraints":[],"requiresCompatibilities":["FARGATE"],"cpu":"1024","memory":"2048","runtimePlatform":{{"cpuArchitecture":"ARM64","operatingSystemFamily":"LINUX"}}"#,
        name = app.name,
        role = app.role.arn,
        id = account.id,
        main = container(&app.name, &image, 896),
        side = container("collector", router, 128),
    );
    let revision = 40 + stage.rng.below(400);
    let arn = format!("arn:aws:ecs:{HOME}:{}:task-definition/{}:{revision}", account.id, app.name);
    let registered = Call::writing(identity.clone(), origin.clone(), "ecs", "RegisterTaskDefinition")
        .request(format!(r#"{definition},"tags":[{{"key":"application","value":"{}"}}]"#, app.name))
        .response(format!(
            r#""taskDefinition":{{"taskDefinitionArn":"{arn}",{definition},"revision":{revision},"status":"ACTIVE","registeredAt":"{}","registeredBy":"{}"}}"#,
            crate::clock::spoken(stage.at),
            identity.arn()
        ));
    stage.say(&registered);
    stage.wait(6);
    let updated = Call::writing(identity.clone(), origin.clone(), "ecs", "UpdateService")
        .request(format!(
            r#""cluster":"{unit}","service":"{name}","taskDefinition":"{arn}","desiredCount":3,"forceNewDeployment":false,"deploymentConfiguration":{{"deploymentCircuitBreaker":{{"enable":true,"rollback":true}},"maximumPercent":200,"minimumHealthyPercent":100}}"#,
            unit = account.unit,
            name = app.name
        ))
        .response(format!(
            r#""service":{{"serviceArn":"arn:aws:ecs:{HOME}:{id}:service/{unit}/{name}","serviceName":"{name}","clusterArn":"arn:aws:ecs:{HOME}:{id}:cluster/{unit}","status":"ACTIVE","desiredCount":3,"runningCount":3,"pendingCount":0,"launchType":"FARGATE","platformVersion":"LATEST","taskDefinition":"{arn}","deployments":[{{"id":"ecs-svc/{deployment}","status":"PRIMARY","taskDefinition":"{arn}","desiredCount":3,"pendingCount":0,"runningCount":0,"rolloutState":"IN_PROGRESS","rolloutStateReason":"ECS deployment in progress."}}],"events":[],"schedulingStrategy":"REPLICA","enableECSManagedTags":true,"propagateTags":"SERVICE","enableExecuteCommand":false}}"#,
            unit = account.unit,
            name = app.name,
            id = account.id,
            deployment = stage.rng.below(1 << 62)
        ));
    stage.say(&updated);
}
