//! Whether a call is about a part of Portcullis's own stack.

use portcullis_cloudtrail::Record;
use portcullis_domain::PolicyArn;
use portcullis_settings::Settings;

use super::named::{bucket, local_part, resources};

/// The members that name the kinds of resources that the stack is made of, by service, each as the service's API
/// Reference has them.
const MEMBERS: [(&str, &[&str]); 12] = [
    ("cloudformation", &["stackName"]),
    ("dynamodb", &["tableName", "tableArn", "sourceTableName", "backupArn", "resourceArn"]),
    ("events", &["name", "rule", "resourceARN"]),
    ("iam", &["roleName", "policyArn", "permissionsBoundary"]),
    ("lambda", &["functionName", "functionArn", "eventSourceArn", "resource", "resourceArn"]),
    ("logs", &["logGroupName", "logGroupIdentifier", "logGroupArn", "resourceArn", "resourceIdentifier"]),
    ("monitoring", &["alarmName", "alarmNames", "dashboardName", "dashboardNames", "resourceARN"]),
    ("s3", &["bucketName"]),
    ("scheduler", &["name", "resourceArn"]),
    ("sns", &["topicArn", "name", "subscriptionArn", "resourceArn"]),
    ("sqs", &["queueUrl", "queueName", "sourceArn", "destinationArn"]),
    ("sts", &["roleArn"]),
];

/// Words that stand before a name in the last part of an ARN and would match a stack of the same beginning.
const KINDS: [&str; 4] = ["event-bus", "event-source-mapping", "log-group", "log-stream"];

/// Whether the call is about a resource whose name begins with the stack's and a hyphen, about the stack itself, or about
/// the policy that denies. A stack without a name has no resources.
pub(crate) fn is_own(record: &Record<'_>, stack: &str, settings: &Settings) -> bool {
    let service = record.service();
    let Some((_, members)) = MEMBERS.iter().find(|(name, _)| *name == service) else { return false };
    resources(record, members).into_iter().any(|name| {
        is_deny_policy(name, settings)
            || (!stack.is_empty()
                && match service {
                    "cloudformation" => local_part(name).trim_start_matches("stack/").split('/').next() == Some(stack),
                    // The rest is a key, which anybody may choose.
                    "s3" => is_named_after(bucket(name), stack),
                    "monitoring" => is_own_alarm(local_part(name), stack),
                    // The rest is a path, or a session's name.
                    "iam" | "sts" => {
                        local_part(name).rsplit('/').next().is_some_and(|name| is_named_after(name, stack))
                    }
                    _ => {
                        let mut segments =
                            local_part(name).split([':', '/']).filter(|segment| !KINDS.contains(segment));
                        segments.any(|segment| is_named_after(segment, stack))
                    }
                })
    })
}

/// CloudFormation writes the names of buckets in lower case.
fn is_named_after(name: &str, stack: &str) -> bool {
    name.get(..stack.len()).is_some_and(|start| start.eq_ignore_ascii_case(stack))
        && name.get(stack.len()..).is_some_and(|rest| rest.starts_with('-'))
}

/// `STACK-events-dlq` is an alarm of the template, `STACK/denied/payroll` one that the function `alarms` made, and its
/// dashboard has the stack's name; an ARN says which of the two it is.
fn is_own_alarm(name: &str, stack: &str) -> bool {
    let name = ["alarm:", "dashboard/"].into_iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name);
    is_named_after(name, stack) || name == stack || name.strip_prefix(stack).is_some_and(|rest| rest.starts_with('/'))
}

fn is_deny_policy(name: &str, settings: &Settings) -> bool {
    name.parse::<PolicyArn>()
        .is_ok_and(|policy| settings.deny_policy(policy.partition()).is_ok_and(|denying| denying == policy))
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn own(stack: &str, service: &str, rest: &str, settings: &Settings) -> bool {
        let json = format!(r#"{{"eventName":"X","eventSource":"{service}.amazonaws.com",{rest}}}"#);
        is_own(&Record::parse(&json).unwrap(), stack, settings)
    }

    #[test_case("lambda", r#""functionName":"portcullis-detect""#, true)]
    #[test_case("lambda", r#""functionName":"arn:aws:lambda:eu-west-1:111122223333:function:portcullis-detect:live""#, true ; "a function by ARN")]
    #[test_case("lambda", r#""eventSourceArn":"arn:aws:sqs:eu-west-1:111122223333:portcullis-events""#, true ; "a queue tapped by a function")]
    #[test_case("lambda", r#""functionName":"web""#, false ; "another function")]
    #[test_case("lambda", r#""functionName":"portcullisx""#, false ; "a name that only begins alike")]
    #[test_case("sqs", r#""queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/portcullis-findings""#, true)]
    #[test_case("sns", r#""subscriptionArn":"arn:aws:sns:eu-west-1:111122223333:portcullis-pages:0a1b""#, true)]
    #[test_case("dynamodb", r#""tableName":"portcullis-ledger""#, true)]
    #[test_case("dynamodb", r#""backupArn":"arn:aws:dynamodb:eu-west-1:111122223333:table/portcullis-ledger/backup/01""#, true ; "a backup of the ledger")]
    #[test_case("events", r#""name":"portcullis-keys""#, true)]
    #[test_case("events", r#""rule":"portcullis-keys""#, true ; "targets of a rule")]
    #[test_case("logs", r#""logGroupName":"/aws/lambda/portcullis-detect""#, true)]
    #[test_case("monitoring", r#""alarmNames":["web","portcullis-release-silent"]"#, true)]
    #[test_case("monitoring", r#""alarmName":"portcullis/denied/payroll""#, true ; "an alarm of an entry")]
    #[test_case("monitoring", r#""alarmName":"portcullis-web/denied/payroll""#, true ; "which begins with the stack's name and a hyphen")]
    #[test_case("monitoring", r#""alarmName":"portcullisx/denied/payroll""#, false ; "of another stack")]
    #[test_case("monitoring", r#""alarmName":"web/portcullis-denied""#, false ; "a name that goes on so")]
    #[test_case("monitoring", r#""resourceARN":"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:portcullis/denied/payroll""#, true ; "an alarm by ARN")]
    #[test_case("monitoring", r#""resourceARN":"arn:aws:cloudwatch::111122223333:dashboard/portcullis""#, true ; "the dashboard by ARN")]
    #[test_case("monitoring", r#""dashboardNames":["web","portcullis"]"#, true ; "the dashboard")]
    #[test_case("monitoring", r#""dashboardNames":["web"]"#, false ; "another dashboard")]
    #[test_case("scheduler", r#""name":"portcullis-release""#, true)]
    #[test_case("s3", r#""bucketName":"portcullis-configbucket-1a2b""#, true)]
    #[test_case("s3", r#""bucketName":"web","key":"portcullis-x""#, false ; "an object of that name")]
    #[test_case("iam", r#""roleName":"portcullis-respond""#, true)]
    #[test_case("iam", r#""roleName":"app","policyArn":"arn:aws:iam::aws:policy/AWSDenyAll""#, true ; "the deny policy taken off")]
    #[test_case("iam", r#""roleName":"app","policyArn":"arn:aws-cn:iam::aws:policy/AWSDenyAll""#, true ; "in another partition")]
    #[test_case("iam", r#""roleName":"app","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess""#, false ; "another policy")]
    #[test_case("iam", r#""roleName":"app","policyDocument":"portcullis-respond""#, false ; "a document that mentions it")]
    #[test_case("sts", r#""roleArn":"arn:aws:iam::111122223333:role/portcullis/portcullis-respond""#, true)]
    #[test_case("sts", r#""roleArn":"arn:aws:iam::111122223333:role/portcullis-team/app""#, false ; "a path of that name")]
    #[test_case("cloudformation", r#""stackName":"portcullis""#, true ; "the stack")]
    #[test_case("cloudformation", r#""stackName":"arn:aws:cloudformation:eu-west-1:111122223333:stack/portcullis/0a1b""#, true ; "the stack by ARN")]
    #[test_case("cloudformation", r#""stackName":"portcullis-web""#, false ; "a stack that is another's")]
    #[test_case("secretsmanager", r#""secretId":"portcullis-webhook""#, false ; "the stack has no secrets")]
    fn parts_of_the_stack(service: &str, parameters: &str, expected: bool) {
        let rest = format!(r#""requestParameters":{{{parameters}}}"#);
        assert_eq!(own("portcullis", service, &rest, &Settings::default()), expected);
    }

    #[test]
    fn a_denied_call_is_told_by_its_message() {
        let rest = r#""errorMessage":"User: u is not authorized to perform: sqs:DeleteQueue on resource: arn:aws:sqs:eu-west-1:111122223333:portcullis-events because no""#;
        assert!(own("portcullis", "sqs", rest, &Settings::default()));
    }

    #[test]
    fn a_function_told_by_the_answer() {
        let rest = r#""requestParameters":{"uUID":"0a1b"},"responseElements":{"functionArn":"arn:aws:lambda:eu-west-1:111122223333:function:portcullis-detect"}"#;
        assert!(own("portcullis", "lambda", rest, &Settings::default()));
    }

    #[test_case("eu", "sqs", "https://sqs.eu-west-1.amazonaws.com/111122223333/web" ; "a stack named like a Region")]
    #[test_case("log", "logs", "arn:aws:logs:eu-west-1:111122223333:log-group:web:*" ; "a stack named like a kind")]
    #[test_case("", "sqs", "-web" ; "no stack")]
    fn confusable_stacks(stack: &str, service: &str, name: &str) {
        let rest = format!(r#""requestParameters":{{"queueUrl":"{name}","logGroupIdentifier":"{name}"}}"#);
        assert!(!own(stack, service, &rest, &Settings::default()));
    }

    #[test]
    fn a_deny_policy_of_ones_own() {
        let mut settings = Settings::default();
        settings.quarantine.policy = Some("arn:aws:iam::111122223333:policy/deny".parse().unwrap());
        let rest = |policy: &str| format!(r#""requestParameters":{{"policyArn":"{policy}"}}"#);
        assert!(own("portcullis", "iam", &rest("arn:aws:iam::111122223333:policy/deny"), &settings));
        assert!(!own("portcullis", "iam", &rest("arn:aws:iam::aws:policy/AWSDenyAll"), &settings));
    }
}
