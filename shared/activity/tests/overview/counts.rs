//! What an overview counts, and what it calls it.

use portcullis_activity::{Limits, Overview, Slice, Use};
use test_case::test_case;

use crate::calls::{ALIAS, Call, NEW, OLD, kms, minute, overview, overview_of, read};

const ROLE: &str = "arn:aws:iam::111122223333:role/";

fn uses(overview: &Overview) -> Vec<(&str, &str, [u64; 3])> {
    let row = |row: &Use| [row.success, row.denied, row.failed];
    overview.uses.iter().map(|used| (used.actor.strip_prefix(ROLE).unwrap(), used.asset.as_str(), row(used))).collect()
}

#[test]
fn one_day() {
    let calls = [
        read(0, "payroll/app", "prod/payroll/db"),
        read(1, "payroll/app", "prod/payroll/db"),
        read(2, "team/reporting", "prod/payroll/db").but("AccessDenied"),
        read(61, "team/reporting", "prod/payroll/db"),
        kms(62, "payroll/app", "Decrypt", &[OLD]).but("DisabledException"),
    ];
    let overview = overview(&calls);

    let expected = [
        ("payroll/app", "secret prod/payroll/db", [2, 0, 0]),
        ("team/reporting", "secret prod/payroll/db", [1, 1, 0]),
        ("payroll/app", "key 1234abcd-12ab-34cd-56ef-1234567890ab", [0, 0, 1]),
    ];
    assert_eq!(uses(&overview), expected);
    let said: Vec<_> = overview.uses.iter().map(|used| (used.authorized, used.first, used.last)).collect();
    let all = |authorized, first, last| (Some(authorized), Some(minute(first)), Some(minute(last)));
    assert_eq!(said, [all(true, 0, 1), all(false, 2, 61), all(true, 62, 62)]);

    let hours: Vec<_> =
        overview.hours.iter().map(|row| (&*row.actor, row.by_hour[8], row.by_hour[9], row.denied[8])).collect();
    let (app, reporting) = (format!("{ROLE}payroll/app"), format!("{ROLE}team/reporting"));
    assert_eq!(hours, [(app.as_str(), 2, 1, 0), (reporting.as_str(), 1, 1, 1)]);
    assert!(
        overview.hours.iter().all(|row| row.by_hour[..8].iter().chain(&row.by_hour[10..]).all(|count| *count == 0))
    );

    assert_eq!(overview.slice.as_mins(), 5);
    assert_eq!(overview.timeline.len(), 13, "without a hole");
    let slice = |start, success, denied, failed| Slice { start: minute(start), success, denied, failed };
    assert_eq!(overview.timeline[0], slice(0, 2, 1, 0));
    assert_eq!(overview.timeline[1], slice(5, 0, 0, 0));
    assert_eq!(overview.timeline[12], slice(60, 1, 0, 1));
    assert_eq!((overview.beyond, overview.handovers.len()), (0, 0));
}

#[test]
fn nothing() {
    let empty = overview(&[]);
    assert_eq!(Overview { slice: empty.slice, ..Overview::default() }, empty);
}

#[test_case(&[kms(0, "a", "DescribeKey", &[OLD])] ; "a look")]
#[test_case(&[Call { service: "s3", name: "PutBucketPolicy", ..read(0, "a", "x") }] ; "a write of another service")]
#[test_case(&[Call { service: "cloudtrail", name: "StopLogging", ..read(0, "a", "x") }.but("AccessDenied")] ; "a denial of another service")]
fn not_counted(calls: &[Call]) {
    let overview = overview(calls);
    assert!(overview.timeline.is_empty() && overview.hours.is_empty() && overview.uses.is_empty());
}

#[test]
fn what_came_before_does_not_count() {
    let call = read(0, "a", "x").access();
    let overview = overview_of(&[(call.clone(), false), (call.clone(), true), (call, true)], Limits::default());
    assert_eq!(uses(&overview), [("a", "secret x", [1, 0, 0])]);
    assert_eq!(overview.timeline.iter().map(|slice| slice.success).sum::<u64>(), 1);
}

#[test]
fn what_cannot_be_placed_in_time_is_in_uses() {
    let mut access = read(0, "a", "x").access();
    access.time = None;
    let overview = overview_of(&[(access, false)], Limits::default());
    assert_eq!(uses(&overview), [("a", "secret x", [1, 0, 0])]);
    assert_eq!((overview.uses[0].first, overview.timeline.len(), overview.beyond), (None, 0, 0));
}

#[test]
fn one_access_to_two_keys_is_one_access() {
    let overview = overview(&[kms(0, "a", "ReEncrypt", &[OLD, NEW])]);
    let keys = ["key 0987dcba-09fe-87dc-65ba-ab0987654321", "key 1234abcd-12ab-34cd-56ef-1234567890ab"];
    assert_eq!(uses(&overview), keys.map(|key| ("a", key, [1, 0, 0])));
    assert_eq!(overview.timeline.iter().map(|slice| slice.success).sum::<u64>(), 1);
    // The settings speak of one of them alone.
    assert_eq!(overview.uses.iter().map(|used| used.authorized).collect::<Vec<_>>(), [None, Some(false)]);
}

#[test]
fn what_is_in_neither_list_is_counted() {
    let calls = [
        read(0, "a", "x"),
        read(1, "a", "x"),
        read(2, "a", "x"),
        kms(3, "b", "ReEncrypt", &[OLD, NEW]),
        read(4, "c", "y"),
    ];
    let accesses: Vec<_> = calls.iter().map(|call| (call.access(), false)).collect();
    // `a` is in both, `b` in `uses` alone, in two rows for one access.
    let overview = overview_of(&accesses, Limits { shown_actors: 1, shown_pairs: 3, ..Limits::default() });
    assert_eq!((overview.hours.len(), overview.uses.len(), overview.beyond), (1, 3, 1));
}

#[test]
fn a_secret_by_name_and_by_arn_is_one_and_that_of_another_account_is_another() {
    let arn = |account: &str| format!("arn:aws:secretsmanager:eu-west-1:{account}:secret:prod/db-AbCdEf");
    let (ours, theirs) = (arn("111122223333"), arn("444455556666"));
    let calls = [read(0, "a", "prod/db"), read(1, "a", &ours), read(2, "a", "prod/db"), read(3, "a", &theirs)];
    assert_eq!(uses(&overview(&calls[..3])), [("a", "secret prod/db", [3, 0, 0])]);
    assert_eq!(uses(&overview(&calls)), [("a", ours.as_str(), [3, 0, 0]), ("a", theirs.as_str(), [1, 0, 0])]);
}

#[test]
fn a_parameter_is_told_by_the_use_of_its_key() {
    let mut call = kms(0, "a", "Decrypt", &[NEW]);
    call.more = r#""requestParameters":{"encryptionContext":{"PARAMETER_ARN":"arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db"}},"#.to_owned();
    let mut access = call.access();
    assert_eq!(access.parameter, None, "anybody can write a context");
    access.parameter = Some("arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db".to_owned());
    let overview = overview_of(&[(access, false)], Limits::default());
    let expected =
        [("a", "key 0987dcba-09fe-87dc-65ba-ab0987654321", [1, 0, 0]), ("a", "parameter prod/db", [1, 0, 0])];
    assert_eq!(uses(&overview), expected);
}

#[test]
fn an_alias_that_was_called_in_vain_is_called_by_its_name() {
    let overview = overview(&[kms(0, "a", "Decrypt", &[ALIAS]).but("NotFoundException")]);
    assert_eq!(uses(&overview), [("a", "alias/payroll", [0, 0, 1])]);
}
