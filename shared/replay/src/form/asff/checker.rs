//! A strict reader of the AWS Security Finding Format, as far as our findings go. From the API model of Security Hub
//! (`AwsSecurityFinding`, `Resource`, `AwsApiCallAction`, `BatchImportFindings`): required members, lengths, numbers of items,
//! forms of times. What is not in the model is an error.

use serde_json::Value;
use test_case::test_case;

use super::*;
use crate::form::testing::Example;

/// The members: name, least and greatest length in characters, whether required. A length of 0 stands for no text.
const TOP: &[(&str, usize, usize, bool)] = &[
    ("SchemaVersion", 10, 10, true),
    ("Id", 1, 512, true),
    ("ProductArn", 12, 2048, true),
    ("ProductName", 1, 128, false),
    ("GeneratorId", 1, 512, true),
    ("AwsAccountId", 12, 12, true),
    ("Types", 0, 0, false),
    ("FirstObservedAt", 1, 40, false),
    ("LastObservedAt", 1, 40, false),
    ("CreatedAt", 1, 40, true),
    ("UpdatedAt", 1, 40, true),
    ("Severity", 0, 0, false),
    ("Title", 1, 256, true),
    ("Description", 1, 1024, true),
    ("Remediation", 0, 0, false),
    ("ProductFields", 0, 0, false),
    ("Resources", 0, 0, true),
    ("Workflow", 0, 0, false),
    ("RecordState", 1, 8, false),
    ("Action", 0, 0, false),
];
const RESOURCE: &[(&str, usize, usize, bool)] = &[
    ("Type", 1, 256, true),
    ("Id", 1, 512, true),
    ("Partition", 3, 10, false),
    ("Region", 1, 16, false),
    ("ResourceRole", 1, 64, false),
];
const CALL: &[(&str, usize, usize, bool)] = &[
    ("Api", 1, 128, false),
    ("ServiceName", 1, 128, false),
    ("CallerType", 1, 128, false),
    ("FirstSeen", 1, 40, false),
    ("LastSeen", 1, 40, false),
    ("RemoteIpDetails", 0, 0, false),
    ("DomainDetails", 0, 0, false),
];
const NAMESPACES: [&str; 5] =
    ["Software and Configuration Checks", "TTPs", "Effects", "Unusual Behaviors", "Sensitive Data Identifications"];

fn members(value: &Value, known: &[(&str, usize, usize, bool)]) -> Result<(), String> {
    let object = value.as_object().ok_or("no object")?;
    for (name, member) in object {
        let found = known.iter().find(|(known, ..)| known == name).ok_or(format!("there is no `{name}`"))?;
        let (_, least, most, _) = *found;
        if most > 0 {
            let text = member.as_str().ok_or(format!("{name} is no text"))?;
            let length = text.chars().count();
            if text.trim().is_empty() || !(least..=most).contains(&length) {
                return Err(format!("{name} has {length} characters"));
            }
        }
    }
    match known.iter().find(|(name, .., required)| *required && !object.contains_key(*name)) {
        Some((name, ..)) => Err(format!("`{name}` is missing")),
        None => Ok(()),
    }
}

/// `YYYY-MM-DDTHH:MM:SS[.fraction]Z`.
fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.ends_with('Z') && text.get(10..11) == Some("T") && text.parse::<Timestamp>().is_ok()
}

pub(crate) fn check_finding(finding: &Value) -> Result<(), String> {
    members(finding, TOP)?;
    let texts = |name: &str| finding[name].as_array().cloned().unwrap_or_default();
    if finding["SchemaVersion"] != "2018-10-08" {
        return Err("SchemaVersion".to_owned());
    }
    for name in ["CreatedAt", "UpdatedAt", "FirstObservedAt", "LastObservedAt"] {
        if !is_time(&finding[name]) {
            return Err(format!("{name} is no time: {}", finding[name]));
        }
    }
    let types = texts("Types");
    let named = |kind: &Value| {
        kind.as_str().is_some_and(|kind| NAMESPACES.contains(&kind.split('/').next().unwrap_or_default()))
    };
    if types.len() > 50 || !types.iter().all(named) {
        return Err(format!("Types: {types:?}"));
    }
    let labels = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
    if !labels.iter().any(|label| finding["Severity"]["Label"] == *label) {
        return Err(format!("Severity: {}", finding["Severity"]));
    }
    let resources = texts("Resources");
    if !(1..=32).contains(&resources.len()) {
        return Err(format!("{} resources", resources.len()));
    }
    for resource in &resources {
        members(resource, RESOURCE).map_err(|error| format!("Resources: {error}"))?;
        if !["aws", "aws-cn", "aws-us-gov"].iter().any(|known| resource["Partition"] == *known) {
            return Err(format!("Partition: {resource}"));
        }
    }
    let fields = finding["ProductFields"].as_object().cloned().unwrap_or_default();
    let short = |(key, value): (&String, &Value)| {
        let length = value.as_str().map_or(0, |text| text.chars().count());
        (1..=128).contains(&key.chars().count()) && (1..=2048).contains(&length)
    };
    if fields.len() > 50 || !fields.iter().all(short) {
        return Err("ProductFields".to_owned());
    }
    let action = &finding["Action"];
    if !action.is_null() {
        if action["ActionType"] != "AWS_API_CALL" {
            return Err(format!("Action: {action}"));
        }
        members(&action["AwsApiCallAction"], CALL).map_err(|error| format!("Action: {error}"))?;
    }
    if ["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"].iter().any(|known| finding["Workflow"]["Status"] == *known) {
        Ok(())
    } else {
        Err("Workflow".to_owned())
    }
}

fn check_requests(requests: &Requests) -> usize {
    let mut findings = 0;
    for line in &requests.lines {
        let request: Value = serde_json::from_str(line).unwrap();
        let batch = request["Findings"].as_array().unwrap();
        assert!(
            (1..=100).contains(&batch.len()) && line.len() <= 128 * 1024,
            "{} findings in {} bytes",
            batch.len(),
            line.len()
        );
        let place = |finding: &Value| (finding["AwsAccountId"].clone(), finding["ProductArn"].clone());
        for finding in batch {
            check_finding(finding).unwrap_or_else(|error| panic!("{error}\n{finding:#}"));
            assert_eq!(place(finding), place(&batch[0]), "one call is made in one account and Region");
        }
        assert!(!line.contains(char::is_control));
        findings += batch.len();
    }
    findings
}

#[test]
fn the_example_can_be_imported() {
    let example = Example::new();
    let requests = requests(&example.told()).unwrap();
    assert_eq!((check_requests(&requests), requests.left_out.len()), (example.replay.entries.len(), 0));
}

/// Names of any length, more assets than fit, many findings, several accounts: all of it within the limits, and nothing lost.
#[test]
fn the_limits_hold() {
    let mut example = Example::new();
    for number in 0..350 {
        let mut finding = portcullis_testkit::finding(&format!("e-{number}"));
        finding.rule.title = "é".repeat(number * 3);
        finding.rule.id = "r".repeat(number * 2 + 1);
        finding.assets =
            (0..number % 50).map(|asset| portcullis_testkit::secret(&format!("{}{asset}", "s".repeat(600)))).collect();
        let evidence = &mut finding.evidence[0];
        evidence.origin.user_agent = Some("\u{9b}agent ".repeat(1000));
        evidence.action.name = "Call".repeat(number);
        if number % 3 == 0 {
            finding.account = "444455556666".parse().ok();
        }
        if number % 7 == 0 {
            finding.region = None;
        }
        if number % 5 == 0 {
            evidence.time = None;
        }
        example.replay.in_shadow.push(finding);
    }
    let requests = requests(&example.told()).unwrap();
    let all = example.replay.entries.len() + example.replay.in_shadow.len();
    assert_eq!(check_requests(&requests) + requests.left_out.len(), all);
    assert_eq!(requests.left_out.len(), 50, "those without a Region");
}

#[test_case("Title", json!("é".repeat(257)) ; "a long title")]
#[test_case("Description", json!(" ") ; "no description")]
#[test_case("CreatedAt", json!("2026-01-05") ; "a day")]
#[test_case("Types", json!(["Anything/Else"]) ; "another namespace")]
#[test_case("Resources", json!([]) ; "no resources")]
#[test_case("Surplus", json!("x") ; "a member that there is not")]
fn what_is_not_in_the_model_is_refused(name: &str, value: Value) {
    let example = Example::new();
    let request: Value = serde_json::from_str(&requests(&example.told()).unwrap().lines[0]).unwrap();
    let mut finding = request["Findings"][0].clone();
    check_finding(&finding).unwrap();
    finding[name] = value;
    check_finding(&finding).unwrap_err();
}
