//! Arbitrary logs under arbitrary rules.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

use crate::deployments::{Deployment, own_rules, pack_alone};
use crate::files::{Pack, Stored, damaged, pack, sound};
use crate::reads::How;
use crate::records::{Line, single, stream};

/// What one trial is made of.
type Trial = (Vec<Line>, Vec<usize>, Vec<Pack>);

fn trial(odd: u32, packs: impl Strategy<Value = Pack>) -> impl Strategy<Value = Trial> {
    trial_of(stream(40, odd), packs)
}

fn trial_of(
    lines: impl Strategy<Value = Vec<Line>>,
    packs: impl Strategy<Value = Pack>,
) -> impl Strategy<Value = Trial> {
    (lines, prop::collection::vec(1..12usize, 1..4), prop::collection::vec(packs, 1..5))
}

fn check((lines, sizes, packs): &Trial, deployment: &Deployment, threads: usize) -> Result<(), TestCaseError> {
    let files = pack(lines, sizes, packs);
    let pipeline = deployment.pipeline();
    let how = How { threads, ..How::by(&pipeline) };
    let differences = how.fast(&files).differences(&how.plainly(&files));
    prop_assert!(
        differences.is_empty(),
        "the fast way and the plain way differ in\n{}\n{files:?}",
        differences.join("\n")
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::with_cases(100) })]

    /// Records may be odd, but they are records.
    #[test]
    fn sound_logs_by_the_built_in_rules(trial in trial(25, sound()), deployment in pack_alone(), threads in 1..3usize) {
        check(&trial, &deployment, threads)?;
    }

    /// Both ways tell what is damaged, but for what the fast way has no need to parse.
    #[test]
    fn damaged_logs_by_the_built_in_rules(
        (lines, sizes, packs) in trial_of(single(40, 25), damaged()),
        deployment in pack_alone(),
        threads in 1..3usize,
    ) {
        let files = pack(&lines, &sizes, &packs);
        let pipeline = deployment.pipeline();
        let how = How { threads, ..How::by(&pipeline) };
        let (fast, plain) = (how.fast(&files), how.plainly(&files));
        let (told, all) = (BTreeSet::from_iter(&fast.unreadable), BTreeSet::from_iter(&plain.unreadable));
        if told == all {
            let differences = fast.differences(&plain);
            prop_assert!(differences.is_empty(), "they differ in\n{}\n{files:?}", differences.join("\n"));
            return Ok(());
        }
        // See `what_is_not_parsed_is_not_judged`. Then what stands behind it is read, too.
        prop_assert!(told.is_subset(&all), "{told:?}\n{all:?}\n{files:?}");
        let mut untold = all.difference(&told);
        prop_assert!(untold.all(|(_, place, _)| place.starts_with("after record ") || place.starts_with("record ")), "{untold:?}");
        for number in ["records", "relevant"] {
            prop_assert!(fast.numbers[number] >= plain.numbers[number], "{number}\n{files:?}");
        }
    }

    /// What may be passed over follows from the rules: nothing that one of them could match.
    #[test]
    fn logs_by_rules_of_ones_own(trial in trial(50, sound()), deployment in own_rules(), threads in 1..3usize) {
        check(&trial, &deployment, threads)?;
    }

    /// However the same records are spread over files, compressed and wrapped.
    #[test]
    fn files_make_no_difference(
        (lines, sizes, packs) in trial(0, sound()),
        (others, again) in (prop::collection::vec(1..12usize, 1..4), prop::collection::vec(sound(), 1..5)),
        deployment in pack_alone(),
    ) {
        let pipeline = deployment.pipeline();
        let how = How::by(&pipeline);
        let one = how.fast(&pack(&lines, &sizes, &packs)).whatever_the_files();
        let other = how.fast(&pack(&lines, &others, &again)).whatever_the_files();
        let differences = one.differences(&other);
        prop_assert!(differences.is_empty(), "{}", differences.join("\n"));
    }
}

/// Each record of a list counts, also where they are not written by one hand.
#[test]
fn by_two_hands() {
    let pipeline = Deployment::alone().pipeline();
    let how = How::by(&pipeline);
    let usual = r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser"},"eventTime":"2026-01-05T08:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","requestParameters":{},"eventID":"e-1","readOnly":true}"#;
    let others = [
        r#"{"eventVersion" : "1.11", "eventTime" : "2026-01-05T08:00:01Z", "eventSource" : "kms.amazonaws.com", "eventName" : "Decrypt"}"#,
        r#"{"eventName":"StopLogging"}"#,
        "{}",
        "7",
        r#"[{"eventName":"StopLogging"}]"#,
    ];
    for other in others {
        for text in [format!("{usual},{other}"), format!("{usual} , {other}"), format!("{usual},{other},{usual}")] {
            let files = [Stored::whole(format!("{{\"Records\":[{text}]}}"))];
            assert_eq!(how.fast(&files).differences(&how.plainly(&files)), [""; 0], "{text}");
        }
        let files = [Stored::whole(format!("{usual}\n{other}\n{usual}\n"))];
        assert_eq!(how.fast(&files).differences(&how.plainly(&files)), [""; 0], "{other} among lines");
    }
}

/// A call that no rule could match is counted by what it says in the place where CloudTrail writes that. It is not parsed, so that
/// nobody hears that the rest of it is no JSON, or of another type than it should be; one that matters is parsed.
#[test]
fn what_is_not_parsed_is_not_judged() {
    let pipeline = Deployment::alone().pipeline();
    let how = How::by(&pipeline);
    let record = |source: &str, name: &str, rest: &str| {
        format!(
            r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser"}},"eventTime":"2026-01-05T08:00:00Z","eventSource":"{source}","eventName":"{name}","awsRegion":"eu-west-1",{rest},"eventID":"e-1","readOnly":true}}"#
        )
    };
    let told = |record: String| {
        let files = pack(&[Line { json: record }], &[1], &[Pack::log_file()]);
        [how.plainly(&files), how.fast(&files)].map(|told| (told.numbers["records"], told.unreadable.len()))
    };
    for rest in [r#""resources":{"of":"another type"}"#, r#""requestParameters":{"no":JSON}"#] {
        assert_eq!(told(record("ec2.amazonaws.com", "DescribeInstances", rest)), [(0, 1), (1, 0)], "{rest}");
        assert_eq!(told(record("secretsmanager.amazonaws.com", "GetSecretValue", rest)), [(0, 1), (0, 1)], "{rest}");
    }
}

/// What these trials are worth: a reader that looks for the names of services in the bytes as they come, as a hasty filter would,
/// is found out by each kind of them.
#[test]
fn a_hasty_filter_is_found_out() {
    let hasty = |files: Vec<Stored>| -> Vec<Stored> {
        let told = |file: &Stored| {
            let text = file.text();
            ["\"kms.amazonaws.com\"", "\"secretsmanager.amazonaws.com\"", "\"cloudtrail.amazonaws.com\""]
                .iter()
                .any(|name| text.contains(name))
        };
        files.into_iter().filter(told).collect()
    };
    let found_out = |trials: BoxedStrategy<(Trial, Deployment)>| {
        let mut runner = TestRunner::new_with_rng(
            ProptestConfig { failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::with_cases(150) },
            TestRng::deterministic_rng(RngAlgorithm::ChaCha),
        );
        let result = runner.run(&trials, |((lines, _, packs), deployment)| {
            // One record a file, so that what is passed over is one record.
            let files = pack(&lines, &[1], &packs);
            let pipeline = deployment.pipeline();
            let how = How::by(&pipeline);
            let differences = how.plainly(&hasty(files.clone())).differences(&how.plainly(&files));
            let in_findings = differences.iter().any(|difference| difference.starts_with("finding "));
            prop_assert!(!in_findings, "a finding is missing");
            Ok(())
        });
        matches!(result, Err(TestError::Fail(..)))
    };
    assert!(found_out((trial(0, sound()), pack_alone()).boxed()), "records of the pack's own cases");
    assert!(found_out((trial(50, sound()), own_rules()).boxed()), "rules of one's own");
}
