//! Buckets, tables, logs and alarms.

use crate::activity::Turn;
use crate::clock::timestamp;
use crate::ids;
use crate::organization::agent;
use crate::record::{Call, Identity, Origin, Session};
use crate::stage::Stage;

/// CloudTrail sees whether it may write, and Config how buckets are set up.
pub(crate) fn buckets(stage: &mut Stage<'_>, turn: Turn) {
    const CALLS: [(&str, &str); 8] = [
        ("GetBucketAcl", "acl"),
        ("GetBucketLocation", "location"),
        ("GetBucketPolicy", "policy"),
        ("GetBucketTagging", "tagging"),
        ("GetBucketVersioning", "versioning"),
        ("GetBucketEncryption", "encryption"),
        ("GetBucketPublicAccessBlock", "publicAccessBlock"),
        ("GetBucketLifecycle", "lifecycle"),
    ];
    const CONFIG: &str = "config.amazonaws.com";
    const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
    let account = stage.account;
    let by_cloudtrail = !turn.is_multiple_of(3);
    let (name, part) = if by_cloudtrail {
        ("GetBucketAcl", "acl")
    } else {
        CALLS.get(turn % CALLS.len()).copied().unwrap_or_default()
    };
    let apps = ["worker", "reports", "assets", "exports", "artifacts"];
    let bucket = if by_cloudtrail {
        "org-trail-logs".to_owned()
    } else {
        format!("{}-{}-{}", account.unit, apps.get(turn % apps.len()).copied().unwrap_or_default(), account.id)
    };
    let role = account.service_role(CONFIG, "AWSServiceRoleForConfig");
    let (identity, origin) = if by_cloudtrail {
        (Identity::Service(CLOUDTRAIL), Origin::service(CLOUDTRAIL))
    } else {
        let session = Session::going_on("ConfigResourceCompositionSession", stage.at);
        (Identity::Role(&role, session).via(CONFIG), Origin::service(CONFIG))
    };
    let request = ids::suffix(&mut stage.rng, 72);
    let call = Call::reading(identity, origin, "s3", name)
        .request(format!(
            r#""bucketName":"{bucket}","Host":"{bucket}.s3.{}.amazonaws.com","{part}":"""#,
            stage.region
        ))
        .additional(format!(
            r#""SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"{request}=","bytesTransferredOut":{}"#,
            200 + stage.rng.below(900)
        ))
        .touching(&account.id, "AWS::S3::Bucket", &format!("arn:aws:s3:::{bucket}"));
    let missing = !by_cloudtrail && part == "lifecycle" && turn.is_multiple_of(16);
    stage.say(&if missing {
        call.failed("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
    } else {
        call
    });
}

/// Tables are looked at by what scales them.
pub(crate) fn tables(stage: &mut Stage<'_>, turn: Turn) {
    const SCALING: &str = "dynamodb.application-autoscaling.amazonaws.com";
    let account = stage.account;
    let role = account.service_role(SCALING, "AWSServiceRoleForDynamoDBTable");
    let identity = Identity::Role(&role, Session::going_on("AutoScaling-DescribeTable", stage.at)).via(SCALING);
    let table = ["sessions", "orders", "locks", "idempotency"].get(turn % 4).copied().unwrap_or_default();
    let call = Call::reading(identity, Origin::service(SCALING), "dynamodb", "DescribeTable")
        .request(format!(r#""tableName":"{}-{table}""#, account.unit))
        .touching(
            &account.id,
            "AWS::DynamoDB::Table",
            &format!("arn:aws:dynamodb:{}:{}:table/{}-{table}", stage.region, account.id, account.unit),
        );
    stage.say(&call);
}

/// An application begins a new stream of its log.
pub(crate) fn log_streams(stage: &mut Stage<'_>, turn: Turn) {
    let apps = &stage.account.apps;
    let Some(app) = turn.checked_rem(apps.len()).and_then(|turn| apps.get(turn)) else { return };
    let identity = app.identity(&mut stage.rng, stage.at);
    let mut origin = app.origin(stage.network, "logs", &mut stage.rng);
    agent::RUNTIME.clone_into(&mut origin.agent);
    let call = Call::writing(identity, origin, "logs", "CreateLogStream").request(format!(
        r#""logGroupName":"/aws/lambda/{}","logStreamName":"{}/[$LATEST]{}""#,
        app.name,
        timestamp(stage.at).strftime("%Y/%m/%d"),
        ids::hex(&mut stage.rng, 32)
    ));
    stage.say(&call);
}

/// Dashboards and tools look at alarms and log groups.
pub(crate) fn alarms(stage: &mut Stage<'_>, turn: Turn) {
    let account = stage.account;
    let identity = Identity::Role(&account.pipeline, Session::going_on("drift-detection", stage.at));
    let (service, name, request) = match turn % 4 {
        0 => ("monitoring", "DescribeAlarms", r#""alarmNamePrefix":"TargetTracking-","maxRecords":100"#),
        1 => ("logs", "DescribeLogGroups", r#""logGroupNamePrefix":"/aws/lambda/","limit":50"#),
        2 => (
            "monitoring",
            "ListTagsForResource",
            r#""resourceARN":"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:latency""#,
        ),
        _ => ("logs", "DescribeSubscriptionFilters", r#""logGroupName":"/aws/lambda/reports","limit":50"#),
    };
    let origin = stage.network.origin(11, service, agent::TERRAFORM.to_owned());
    stage.say(&Call::reading(identity, origin, service, name).request(request));
}
