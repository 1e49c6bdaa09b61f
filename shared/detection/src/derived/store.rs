//! Whether a call is about a place where audit logs are kept.

use portcullis_cloudtrail::Record;
use portcullis_settings::AuditStores;

use super::named::{bucket, local_part, resources};

/// `named` when the settings list the bucket or the log group that the call is about, `likely` when its name suggests
/// that it keeps audit logs. A call about a trail, or about the delivery channel of AWS Config, is about the bucket that
/// it names.
pub(crate) fn kind(record: &Record<'_>, stores: &AuditStores) -> Option<&'static str> {
    let names: Vec<&str> = match record.service() {
        "s3" => of_service(record, &["bucketName"], "s3").map(bucket).collect(),
        "cloudtrail" => of_service(record, &["s3BucketName"], "s3").map(bucket).collect(),
        "config" => delivery_bucket(record).into_iter().collect(),
        "logs" => {
            let members = ["logGroupName", "logGroupIdentifier", "logGroupArn", "resourceArn", "resourceIdentifier"];
            of_service(record, &members, "logs").map(log_group).collect()
        }
        _ => return None,
    };
    let is_named: fn(&AuditStores, &str) -> bool =
        if record.service() == "logs" { AuditStores::has_log_group } else { AuditStores::has_bucket };
    if names.iter().any(|name| is_named(stores, name)) {
        Some("named")
    } else {
        names.iter().any(|name| is_likely(name)).then_some("likely")
    }
}

/// Bare names, and ARNs of `service`.
fn of_service<'r>(record: &'r Record<'_>, members: &[&str], service: &str) -> impl Iterator<Item = &'r str> {
    let is_meant = move |name: &&str| !name.starts_with("arn:") || name.split(':').nth(2) == Some(service);
    resources(record, members).into_iter().filter(is_meant)
}

/// The bucket of a delivery channel (AWS Config API Reference, *PutDeliveryChannel*).
fn delivery_bucket<'r>(record: &'r Record<'_>) -> Option<&'r str> {
    record.request_parameters.as_ref()?.get("deliveryChannel")?.get("s3BucketName")?.as_str()
}

/// `arn:aws:logs:eu-west-1:111122223333:log-group:NAME:*`, or the name itself.
fn log_group(name: &str) -> &str {
    let local = local_part(name);
    local.strip_prefix("log-group:").map_or(local, |rest| rest.split(':').next().unwrap_or(rest))
}

/// What names of audit logs hold, word by word, as AWS's own tools and its documentation choose them: Control Tower
/// (`aws-controltower-logs-…`), Security Lake (`aws-security-data-lake-…`), the log archive of a landing zone; and what
/// people call a trail's bucket.
const LIKELY: &[&[&str]] = &[
    &["audit"],
    &["audits"],
    &["auditlog"],
    &["auditlogs"],
    &["audittrail"],
    &["controltower", "logs"],
    &["log", "archive"],
    &["logarchive"],
    &["security", "data", "lake"],
    &["trail"],
    &["traillog"],
    &["traillogs"],
    &["trails"],
];

/// `CloudTrail` anywhere (`aws-cloudtrail-logs-111122223333-…`, `aws-controltower/CloudTrailLogs`), or whole words.
fn is_likely(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    name.contains("cloudtrail") || LIKELY.iter().any(|likely| words.windows(likely.len()).any(|part| part == *likely))
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn stores() -> AuditStores {
        AuditStores {
            buckets: vec!["org-trail-archive".parse().unwrap()],
            log_groups: vec!["/org/trail".parse().unwrap()],
        }
    }

    #[test_case("s3", r#""requestParameters":{"bucketName":"org-trail-archive"}"#, Some("named"))]
    #[test_case("s3", r#""resources":[{"ARN":"arn:aws:s3:::org-trail-archive/AWSLogs/x"}]"#, Some("named") ; "an object in it")]
    #[test_case("s3", r#""errorMessage":"User: u is not authorized to perform: s3:DeleteBucket on resource: arn:aws:s3:::org-trail-archive""#, Some("named") ; "denied")]
    #[test_case("s3", r#""requestParameters":{"bucketName":"aws-cloudtrail-logs-111122223333-ab12"}"#, Some("likely"))]
    #[test_case("s3", r#""requestParameters":{"bucketName":"acme-audit-eu"}"#, Some("likely") ; "audit as a word")]
    #[test_case("s3", r#""requestParameters":{"bucketName":"auditorium-photos"}"#, None ; "audit within a word")]
    #[test_case("s3", r#""requestParameters":{"bucketName":"acme-trail"}"#, Some("likely") ; "trail as a word")]
    #[test_case("s3", r#""requestParameters":{"bucketName":"contrail-logs"}"#, None ; "trail within a word")]
    #[test_case("s3", r#""requestParameters":{"bucketName":"acme-log-archive"}"#, Some("likely") ; "a log archive")]
    #[test_case("s3", r#""requestParameters":{"bucketName":"blog-archive"}"#, None ; "an archive of something else")]
    #[test_case("s3", r#""requestParameters":{"bucketName":"aws-security-data-lake-eu-west-1-x"}"#, Some("likely") ; "Security Lake")]
    #[test_case("s3", r#""requestParameters":{"bucketName":"web-assets","key":"cloudtrail"}"#, None ; "only the object is so named")]
    #[test_case("s3", r#""requestParameters":{"bucketName":"/org/trail"}"#, None ; "a log group's name")]
    #[test_case("logs", r#""requestParameters":{"logGroupName":"/org/trail"}"#, Some("named") ; "a log group")]
    #[test_case("logs", r#""requestParameters":{"logGroupIdentifier":"arn:aws:logs:eu-west-1:111122223333:log-group:/org/trail:*"}"#, Some("named") ; "a log group by ARN")]
    #[test_case("logs", r#""requestParameters":{"logGroupName":"aws-controltower/CloudTrailLogs"}"#, Some("likely"))]
    #[test_case("logs", r#""requestParameters":{"logGroupName":"/aws/lambda/web"}"#, None)]
    #[test_case("cloudtrail", r#""requestParameters":{"s3BucketName":"org-trail-archive"}"#, Some("named") ; "a trail that delivers there")]
    #[test_case("cloudtrail", r#""requestParameters":{"name":"cloudtrail"},"resources":[{"ARN":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}]"#, None ; "a trail by name")]
    #[test_case("config", r#""requestParameters":{"deliveryChannel":{"name":"default","s3BucketName":"org-trail-archive"}}"#, Some("named") ; "a delivery channel")]
    #[test_case("config", r#""requestParameters":{"deliveryChannelName":"cloudtrail"}"#, None ; "a delivery channel by name")]
    #[test_case("athena", r#""requestParameters":{"bucketName":"org-trail-archive"}"#, None ; "another service")]
    fn stores_are_told(service: &str, rest: &str, expected: Option<&str>) {
        let json = format!(r#"{{"eventName":"X","eventSource":"{service}.amazonaws.com",{rest}}}"#);
        assert_eq!(kind(&Record::parse(&json).unwrap(), &stores()), expected);
    }
}
