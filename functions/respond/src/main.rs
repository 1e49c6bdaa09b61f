#![doc = include_str!("../README.md")]

mod findings;
mod message;
mod record;
mod world;

use findings::Findings;
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use portcullis_aws::{MemberRole, load};
use portcullis_lambda::{Configuration, Environment, EvidencePlaces, Sources, start_logging};
use portcullis_response::Deployment;
use serde_json::value::RawValue;
use tokio::sync::Mutex;
use world::{Names, World};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_logging();
    let mut environment = Environment::default();
    let settings = environment.required("PORTCULLIS_SETTINGS", "s3://bucket/portcullis.yaml or a path");
    let ledger = environment.required("PORTCULLIS_LEDGER_TABLE", "the name of the ledger's table");
    let detection = environment
        .required("PORTCULLIS_DETECTION_TABLE", "the name of the detection table, for how many were seen active");
    let topic = environment.required("PORTCULLIS_TOPIC_ARN", "the ARN of the topic that is paged");
    let deny_policy =
        environment.optional("PORTCULLIS_DENY_POLICY_ARN", "the ARN of the policy with which this function may deny");
    let member: Option<String> =
        environment.optional("PORTCULLIS_MEMBER_ROLE", "path and name of the role in member accounts");
    let external_id = environment.optional("PORTCULLIS_EXTERNAL_ID", "the external id of that role");
    let deployment = Deployment {
        account: None,
        own_roles: environment.list("PORTCULLIS_OWN_ROLES", "the ARN of a role of Portcullis"),
        deployers: environment.list("PORTCULLIS_DEPLOY_PRINCIPALS", "the ARN of who deploys Portcullis"),
        lockout_policy: environment.optional("PORTCULLIS_LOCKOUT_POLICY", "path and name of the policy that locks out"),
    };
    let evidence = EvidencePlaces::read(&mut environment);
    let runbook: Option<String> = environment.optional("PORTCULLIS_RUNBOOK", "the address of your runbook");
    let stack = environment.optional("PORTCULLIS_STACK", "the stack's name").unwrap_or_else(|| "portcullis".to_owned());
    let names = ledger.zip(detection).zip(topic).map(|((ledger, detection), topic)| Names { ledger, detection, topic });
    let (settings, names): (_, Names) = environment.finish(settings.zip(names))?;

    let config = load(None).await;
    let evidence = evidence.open(&config);
    let member = member.map(|role| MemberRole { role, external_id });
    let findings = Mutex::new(Findings {
        world: World::new(config.clone(), &settings, names, member),
        configuration: Configuration::new(&config, Sources { settings, rules: None }),
        deny_policy,
        deployment,
        evidence,
        runbook: runbook.unwrap_or_default(),
        stack,
    });
    let findings = &findings;
    let handler = |event: LambdaEvent<Box<RawValue>>| async move {
        let function = event.context.invoked_function_arn;
        let deadline = i64::try_from(event.context.deadline)
            .ok()
            .filter(|ms| *ms > 0)
            .and_then(|ms| Timestamp::from_millisecond(ms).ok());
        findings.lock().await.handle(&event.payload, &function, deadline.unwrap_or(Timestamp::MAX)).await
    };
    lambda_runtime::run(service_fn(handler)).await
}
