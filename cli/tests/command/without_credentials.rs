//! `status`, `metrics`, `release` and `alarms` where there are no credentials: they end, soon, and say what is missing.

use std::time::{Duration, Instant};

use test_case::test_case;

use crate::workplace::{Said, Workplace};

/// No credentials anywhere, and no asking the machine for its own.
const NOTHING: &[(&str, &str)] = &[("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_MAX_ATTEMPTS", "1")];

fn run(arguments: &[&str], more: &[(&str, &str)]) -> Said {
    let start = Instant::now();
    let said = Workplace::new().run_with(arguments, &[NOTHING, more].concat());
    assert!(start.elapsed() < Duration::from_secs(30), "it took {:?}", start.elapsed());
    assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said:?}");
    said
}

#[test_case(&["status"] ; "status")]
#[test_case(&["metrics"] ; "metrics")]
#[test_case(&["release", "reporting", "--reason", "a drill"] ; "release")]
#[test_case(&["alarms", "plan"] ; "alarms plan")]
#[test_case(&["alarms", "apply"] ; "alarms apply")]
fn the_message_names_what_is_missing(arguments: &[&str]) {
    let said = run(arguments, &[("AWS_REGION", "eu-west-1")]);
    assert!(said.stderr.starts_with("portcullis: failed to "), "{}", said.stderr);
    assert!(said.stderr.to_lowercase().contains("credentials"), "{}", said.stderr);
    assert!(said.stderr.contains("AWS_PROFILE"), "it says what to do: {}", said.stderr);
    assert!(!said.stderr.contains("DispatchFailure"), "it is written for people: {}", said.stderr);
}

/// Credentials alone do not tell where the deployment is. Nothing is asked of AWS before that is known.
#[test_case(&["status"] ; "status")]
#[test_case(&["metrics"] ; "metrics")]
#[test_case(&["release", "reporting", "--reason", "a drill"] ; "release")]
#[test_case(&["alarms", "plan"] ; "alarms plan")]
#[test_case(&["alarms", "apply"] ; "alarms apply")]
fn no_region(arguments: &[&str]) {
    let said = run(arguments, &[("AWS_ACCESS_KEY_ID", "AKIAEXAMPLEEXAMPLE01"), ("AWS_SECRET_ACCESS_KEY", "example")]);
    assert!(said.stderr.starts_with("portcullis: failed to "), "{}", said.stderr);
    assert!(said.stderr.to_lowercase().contains("region"), "{}", said.stderr);
}

/// Settings with problems are told before anybody is asked.
#[test]
fn a_plan_under_settings_that_are_no_good() {
    let workplace = Workplace::new();
    workplace.file("next.yaml", "mode: sleep\n");
    let said = workplace.run(&["alarms", "plan", "--settings", "next.yaml"]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said:?}");
    assert!(said.stderr.contains("the settings have problems") && said.stderr.contains("mode"), "{}", said.stderr);
}

/// A release without a reason could not be told from a mistake later.
#[test]
fn a_release_needs_a_reason() {
    let said = Workplace::new().run(&["release", "reporting"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("--reason <TEXT>"), "{}", said.stderr);
}
