//! Every shape of label, and labels that are none.

#![cfg(test)]

use portcullis_cloudtrail::Record;
use portcullis_evaluate::{Label, Shape, Stance, Subject, Verdict, judge, read_labels};
use test_case::test_case;

fn label(members: &str) -> Label {
    let (mut labels, problems) = read_labels(&format!(r#"{{"x:1":{members}}}"#), "x/labels.json");
    assert_eq!(problems, []);
    labels.remove("x:1").unwrap()
}

#[derive(Debug, PartialEq)]
enum Says {
    Attack,
    Benign,
    Nothing,
}

fn says(label: &Label) -> Says {
    match label.stance {
        Stance::Attack => Says::Attack,
        Stance::Benign => Says::Benign,
        Stance::Nothing(_) => Says::Nothing,
    }
}

#[test_case(
    r#"{"rule":"Key.Loss","test":"key disabled","expected":true,"threshold":null,"mocks":false}"#,
    Shape::RuleTest,
    Says::Attack
)]
#[test_case(r#"{"expected":false}"#, Shape::RuleTest, Says::Benign)]
#[test_case(r#"{"expected":"perhaps"}"#, Shape::RuleTest, Says::Nothing)]
#[test_case(
    r#"{"trigger_rules":["key_loss"],"description":"a key is disabled","log":"cloudtrail:events"}"#,
    Shape::TriggeredRules,
    Says::Attack
)]
#[test_case(r#"{"trigger_rules":[]}"#, Shape::TriggeredRules, Says::Benign)]
#[test_case(r#"{"trigger_rules":null}"#, Shape::TriggeredRules, Says::Nothing)]
#[test_case(r#"{"technique":"aws.impact.kms-disable-key","phase":"detonation-log"}"#, Shape::Detonation, Says::Attack)]
#[test_case(r#"{"technique":"aws.impact.kms-disable-key"}"#, Shape::Detonation, Says::Attack ; "no phase")]
#[test_case(r#"{"technique":"aws.impact.kms-disable-key","phase":"Warm-up"}"#, Shape::Detonation, Says::Nothing)]
#[test_case(r#"{"technique":"aws.impact.kms-disable-key","phase":"cleanup"}"#, Shape::Detonation, Says::Nothing)]
#[test_case(
    r#"{"mitre":["T1485 - Data Destruction"],"usedInWild":false,"kind":"anything"}"#,
    Shape::Catalogue,
    Says::Attack
)]
#[test_case(r#"{"mitre":null,"usedInWild":true}"#, Shape::Catalogue, Says::Attack)]
#[test_case(r#"{"mitre":[],"usedInWild":null}"#, Shape::Catalogue, Says::Nothing)]
#[test_case(r#"{"data_source":"AWS CloudTrail DisableKey"}"#, Shape::Sample, Says::Nothing)]
fn shapes(members: &str, shape: Shape, expected: Says) {
    let label = label(members);
    assert_eq!((label.shape, says(&label)), (shape, expected));
}

#[test]
fn what_a_label_tells_beside() {
    let test = label(r#"{"rule":"R","test":"t","expected":true,"threshold":20}"#);
    assert_eq!((test.text.as_str(), test.threshold, test.attack), ("R: t", 20, None));
    let played = label(r#"{"technique":"aws.impact.kms-disable-key"}"#);
    assert_eq!((played.attack.as_deref(), played.threshold), (Some("aws.impact.kms-disable-key"), 1));
    let listed = label(r#"{"mitre":["T1485 - Data Destruction","T1486"]}"#);
    assert_eq!(listed.text, "T1485 - Data Destruction, T1486");
}

#[test_case(r#"{"x:1":{"expected":true}}"# ; "by id")]
#[test_case(r#"{"labels":{"x:1":{"expected":true}},"version":3}"# ; "inside a member")]
#[test_case(r#"[{"id":"x:1","expected":true}]"# ; "as a list")]
#[test_case("\u{feff}{\"x:1\":{\"expected\":true,\"unknown\":{\"deep\":[1]}}}" ; "byte order mark and unknown members")]
fn forms(text: &str) {
    let (labels, problems) = read_labels(text, "x/labels.json");
    assert_eq!(problems, []);
    assert_eq!(labels.keys().collect::<Vec<_>>(), ["x:1"]);
}

#[test_case("{", "x/labels.json", "not JSON"; "broken")]
#[test_case("7", "x/labels.json", "neither an object nor a list"; "a number")]
#[test_case(r#"{"x:1":7}"#, "x/labels.json, `x:1`", "not an object"; "a label that is a number")]
#[test_case(r#"{"x:1":{"colour":"red"}}"#, "x/labels.json, `x:1`", "no known shape"; "an unknown shape")]
#[test_case(r#"[{"expected":true}]"#, "x/labels.json, label 1", "without an id"; "a list without ids")]
fn what_is_no_label_is_listed(text: &str, place: &str, reason: &str) {
    let (labels, problems) = read_labels(text, "x/labels.json");
    assert!(labels.is_empty());
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].place, place);
    assert!(problems[0].reason.contains(reason), "{}", problems[0].reason);
}

#[test]
fn one_bad_label_leaves_the_others() {
    let (labels, problems) = read_labels(r#"{"x:1":null,"x:2":{"expected":true}}"#, "x/labels.json");
    assert_eq!((labels.len(), problems.len()), (1, 1));
}

const DECRYPT: &str = r#"{"eventSource":"kms.amazonaws.com","eventName":"Decrypt"}"#;
const STOP: &str = r#"{"eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging"}"#;
const SHELL: &str = r#"{"eventSource":"ssm.amazonaws.com","eventName":"SendCommand"}"#;
const LIFECYCLE: &str =
    r#"{"eventSource":"s3.amazonaws.com","eventName":"PutBucketLifecycle","requestParameters":{"bucketName":"b"}}"#;

#[test_case(DECRYPT, r#"{"rule":"Region.Unused","test":"a Region nobody uses","expected":false}"#, Some(Subject::Keys), None ; "a rule about something else")]
#[test_case(DECRYPT, r#"{"rule":"KMS.KeyLoss","test":"harmless call","expected":false}"#, Some(Subject::Keys), Some(false) ; "a rule about keys")]
#[test_case(DECRYPT, r#"{"expected":true}"#, Some(Subject::Keys), Some(true) ; "no words can only mean the record")]
#[test_case(STOP, r#"{"technique":"aws.defense-evasion.cloudtrail-stop"}"#, Some(Subject::Trail), Some(true) ; "the attack itself")]
#[test_case(DECRYPT, r#"{"technique":"aws.execution.ec2-user-data"}"#, Some(Subject::Keys), None ; "a call beside the attack")]
#[test_case(DECRYPT, r#"{"mitre":["T1486 - Data Encrypted for Impact"]}"#, Some(Subject::Keys), Some(true) ; "a catalogue means the call")]
#[test_case(SHELL, r#"{"technique":"aws.credential-access.ssm-retrieve-securestring-parameters"}"#, None, None ; "not about our subjects")]
#[test_case(LIFECYCLE, r#"{"technique":"aws.defense-evasion.cloudtrail-lifecycle-rule"}"#, Some(Subject::Trail), Some(true) ; "a bucket that the label calls the trail's")]
#[test_case(LIFECYCLE, r#"{"trigger_rules":["cloudtrail_public_bucket"],"description":"a bucket made public"}"#, None, None ; "the name of a rule is no description")]
fn claims(record: &str, members: &str, subject: Option<Subject>, attack: Option<bool>) {
    let record = Record::parse(record).unwrap();
    let (about, verdict) = judge(&record, Some(&label(members)));
    let claim = match verdict {
        Verdict::Positive => Some(true),
        Verdict::Negative => Some(false),
        Verdict::Nothing(_) => None,
    };
    assert_eq!((about, claim), (subject, attack));
}
