//! One record with a time of its own making, and texts that only look like log files.

use jiff::SignedDuration;
use portcullis_logs::Input;

use crate::deployments::Deployment;
use crate::reads::How;

fn deletion(number: usize, time: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/app","accountId":"111122223333","userName":"app"}},"eventTime":"{time}","eventSource":"secretsmanager.amazonaws.com","eventName":"DeleteSecret","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.7","requestParameters":{{"secretId":"prod/s{number}"}},"eventID":"44444444-0000-4000-8000-{number:012}","readOnly":false,"recipientAccountId":"111122223333"}}"#
    )
}

fn file(name: &str, records: &[String]) -> Input {
    let bytes = format!("{{\"Records\":[{}]}}", records.join(",")).into_bytes();
    Input::Fetched { name: name.to_owned(), bytes }
}

fn burst(numbers: std::ops::Range<usize>, minute: usize) -> Vec<String> {
    numbers.map(|number| deletion(number, &format!("2026-01-05T08:{minute:02}:{:02}Z", number % 60))).collect()
}

/// What fired on seven deletions, something in between, and seven more.
fn fired(between: Input, names: [&str; 2]) -> (usize, u64) {
    let pipeline = Deployment::alone().pipeline();
    let how = How { patience: SignedDuration::from_mins(30), ..How::by(&pipeline) };
    let [first, second] = names;
    let inputs = [file(first, &burst(0..7, 10)), between, file(second, &burst(7..14, 12))];
    let (told, _) = how.through(portcullis_replay::read, inputs.into_iter());
    (
        told.findings.values().filter(|finding| finding.to_string().contains("many-secrets-deleted")).count(),
        told.numbers["late"],
    )
}

#[test]
fn one_odd_time_makes_nothing_late() {
    let odd =
        [deletion(99, "2099-01-01T00:00:00Z").replace("secretsmanager", "ec2").replace("DeleteSecret", "DescribeX")];
    assert_eq!(fired(file("c.json", &odd), ["b.json", "d.json"]).0, 1);
    let name =
        |minute: u8| format!("111122223333_CloudTrail_eu-west-1_20260105T08{minute}Z_Ab12Cd34Ef56Gh{minute}.json.gz");
    assert_eq!(fired(file(&name(16), &odd), [&name(15), &name(17)]), (1, 0));
}

#[test]
fn a_notification_is_no_log_file() {
    let key = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/05/x.json.gz";
    let text = format!(
        r#"{{"Records":[{{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2026-01-05T08:10:00.000Z","eventName":"ObjectCreated:Put","s3":{{"bucket":{{"name":"logs"}},"object":{{"key":"{key}"}}}}}}]}}"#
    );
    let pipeline = Deployment::alone().pipeline();
    let input = Input::Fetched { name: "n.json".to_owned(), bytes: text.into_bytes() };
    let (told, _) = How::by(&pipeline).through(portcullis_replay::read, std::iter::once(input));
    assert_eq!((told.numbers["records"], told.numbers["named log files"]), (0, 1));
}
