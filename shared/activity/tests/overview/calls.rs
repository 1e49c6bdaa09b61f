//! Records as CloudTrail writes them, and what an overview makes of them.

use jiff::{SignedDuration, Timestamp};
use portcullis_activity::{Limits, Overview, OverviewBuilder};
use portcullis_cloudtrail::{Access, Record};
use portcullis_settings::{Inventory, Settings, Subject};

pub(crate) const OLD: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
pub(crate) const NEW: &str = "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
pub(crate) const ALIAS: &str = "arn:aws:kms:eu-west-1:111122223333:alias/payroll";

/// A call, as the record of it is made.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) at: Timestamp,
    pub(crate) role: String,
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    /// `resources`, by ARN.
    pub(crate) resources: Vec<String>,
    /// Further members, each with a comma behind it.
    pub(crate) more: String,
}

/// So many minutes after the morning of 5 January 2026.
pub(crate) fn minute(minutes: i64) -> Timestamp {
    "2026-01-05T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

/// A call of KMS about keys or aliases.
pub(crate) fn kms(minutes: i64, role: &str, name: &'static str, resources: &[&str]) -> Call {
    let resources = resources.iter().map(|arn| (*arn).to_owned()).collect();
    Call { at: minute(minutes), role: role.to_owned(), service: "kms", name, resources, more: String::new() }
}

/// A read of a secret.
pub(crate) fn read(minutes: i64, role: &str, secret: &str) -> Call {
    let more = format!(r#""requestParameters":{{"secretId":"{secret}"}},"responseElements":null,"#);
    let name = "GetSecretValue";
    Call { at: minute(minutes), role: role.to_owned(), service: "secretsmanager", name, resources: Vec::new(), more }
}

impl Call {
    /// The same call, with an error code.
    pub(crate) fn but(mut self, error: &str) -> Self {
        self.more = format!(r#"{}"errorCode":"{error}","#, self.more);
        self
    }

    pub(crate) fn access(&self) -> Access {
        let Self { at, role, service, name, resources, more } = self;
        let (session, issuer) = ("arn:aws:sts::111122223333:assumed-role", "arn:aws:iam::111122223333:role");
        let short = role.rsplit('/').next().unwrap();
        let resource = |arn: &String| format!(r#"{{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"{arn}"}}"#);
        let resources: Vec<String> = resources.iter().map(resource).collect();
        let json = format!(
            r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLE:s","arn":"{session}/{short}/s",
            "accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{{"sessionIssuer":{{"type":"Role",
            "principalId":"AROAEXAMPLE","arn":"{issuer}/{role}","accountId":"111122223333","userName":"{short}"}}}}}},
            "eventTime":"{at}","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1",
            "sourceIPAddress":"192.0.2.10","userAgent":"aws-sdk-java/2.20","resources":[{}],{more}
            "eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}}"#,
            resources.join(",")
        );
        Access::of(&Record::parse(&json).unwrap())
    }
}

/// KMS rotated a key's material, as its own event tells it: nobody called.
pub(crate) fn rotated(minutes: i64, key: &str) -> Access {
    let at = minute(minutes);
    let json = format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"accountId":"111122223333","invokedBy":"AWS Internal"}},"eventTime":"{at}",
        "eventSource":"kms.amazonaws.com","eventName":"RotateKey","awsRegion":"eu-west-1","sourceIPAddress":"AWS Internal",
        "userAgent":"AWS Internal","requestParameters":null,"responseElements":null,"eventID":"e-1","readOnly":false,
        "resources":[{{"accountId":"111122223333","type":"AWS::KMS::Key","ARN":"{key}"}}],"eventType":"AwsServiceEvent",
        "recipientAccountId":"111122223333","serviceEventDetails":{{"keyId":"{key}","rotationType":"ON_DEMAND"}}}}"#
    );
    Access::of(&Record::parse(&json).unwrap())
}

pub(crate) fn settings() -> Settings {
    let yaml = format!(
        "assets:
  - {{name: payroll, secret: 'prod/payroll/*', tier: critical, authorized: ['arn:aws:iam::111122223333:role/payroll/*']}}
  - {{name: payroll-key, arn: '{OLD}', tier: critical, authorized: ['arn:aws:iam::111122223333:role/payroll/*']}}
"
    );
    portcullis_settings::parse(&yaml).unwrap()
}

/// The overview of accesses, some of them seen before.
pub(crate) fn overview_of(accesses: &[(Access, bool)], limits: Limits) -> Overview {
    let (settings, inventory) = (settings(), Inventory::default());
    let mut builder = OverviewBuilder::new(&settings, &inventory, limits);
    for (access, again) in accesses {
        let Access { actor, assets, origin, time, .. } = access;
        let judgement = settings.judge(&Subject { actor, assets, origin, time: *time }, &inventory);
        builder.see(access, &judgement, *again);
    }
    builder.finish()
}

/// The overview of calls, each seen once.
pub(crate) fn overview(calls: &[Call]) -> Overview {
    let accesses: Vec<_> = calls.iter().map(|call| (call.access(), false)).collect();
    overview_of(&accesses, Limits::default())
}
