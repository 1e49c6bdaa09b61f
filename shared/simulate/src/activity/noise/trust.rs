//! Roles that are assumed: by services, and by applications.

use crate::activity::Turn;
use crate::clock::spoken;
use crate::ids;
use crate::organization::{GLOBAL, HOME, Role};
use crate::record::{Call, Identity, Origin, Session};
use crate::stage::Stage;

const SERVICES: [(&str, &str, &str); 7] = [
    ("config.amazonaws.com", "AWSServiceRoleForConfig", "DescribeHandlerSession"),
    ("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling", "AutoScaling"),
    ("ecs.amazonaws.com", "AWSServiceRoleForECS", "ecs-service-scheduler"),
    ("guardduty.amazonaws.com", "AWSServiceRoleForAmazonGuardDuty", "GuardDuty"),
    ("access-analyzer.amazonaws.com", "AWSServiceRoleForAccessAnalyzer", "AccessAnalyzer"),
    ("trustedadvisor.amazonaws.com", "AWSServiceRoleForTrustedAdvisor", "TrustedAdvisor_111122223333"),
    ("securityhub.amazonaws.com", "AWSServiceRoleForSecurityHub", "securityhub"),
];

/// A service takes on a role that is its own, or an application's: Lambda, ECS and EC2 do so for what they run.
pub(crate) fn of_services(stage: &mut Stage<'_>, turn: Turn) {
    let account = stage.account;
    let apps = &account.apps;
    if stage.region == HOME && !turn.is_multiple_of(3) {
        let Some(app) = turn.checked_rem(apps.len()).and_then(|turn| apps.get(turn)) else { return };
        let service = match app.runs {
            crate::organization::Runs::Function(_) => "lambda.amazonaws.com",
            crate::organization::Runs::Tasks => "ecs-tasks.amazonaws.com",
            crate::organization::Runs::Instances => "ec2.amazonaws.com",
        };
        assumed(stage, service, &app.role, &app.name);
    } else {
        let Some((service, name, session)) = SERVICES.get(turn % SERVICES.len()) else { return };
        let role = account.service_role(service, name);
        assumed(stage, service, &role, session);
    }
}

fn assumed(stage: &mut Stage<'_>, service: &'static str, role: &Role, session: &str) {
    let shared = ids::uuid(&mut stage.rng);
    let call = Call::reading(Identity::Service(service), Origin::service(service), "sts", "AssumeRole");
    let call = answered(stage, call, role, session).shared(&shared);
    stage.say(&call);
}

fn answered<'w>(stage: &mut Stage<'_>, call: Call<'w>, role: &Role, session: &str) -> Call<'w> {
    let key = ids::session_key(&mut stage.rng);
    call.request(format!(r#""roleArn":"{}","roleSessionName":"{session}""#, role.arn))
        .response(format!(
            r#""credentials":{{"accessKeyId":"{key}","sessionToken":"EXAMPLETOKEN","expiration":"{}"}},"assumedRoleUser":{{"assumedRoleId":"{}:{session}","arn":"{}"}}"#,
            spoken(stage.at + 3600),
            role.id,
            role.session_arn(session)
        ))
        .touching(&role.account, "AWS::IAM::Role", &role.arn)
}

/// An application takes on another role, or asks who it is.
pub(crate) fn chained(stage: &mut Stage<'_>, turn: Turn) {
    let account = stage.account;
    let Some(app) = turn.checked_rem(account.apps.len()).and_then(|turn| account.apps.get(turn)) else { return };
    let identity = app.identity(&mut stage.rng, stage.at);
    if stage.region == GLOBAL || turn.is_multiple_of(4) {
        let origin = app.origin(stage.network, "sts", &mut stage.rng);
        stage.say(&Call::reading(identity, origin, "sts", "GetCallerIdentity"));
        return;
    }
    let role = Role::new(0, &account.id, "/shared/", "metrics-writer");
    let session = Session::begun(app.name.clone(), stage.at).name;
    let origin = app.origin(stage.network, "sts", &mut stage.rng);
    let call = Call::reading(identity, origin, "sts", "AssumeRole");
    let call = answered(stage, call, &role, &session);
    stage.say(&call);
}
