//! The same answer, whatever the order of the files and the number of threads.

use serde_json::{Value, json};

use crate::record::{log_file, read};
use crate::workplace::{Said, Workplace, gzip};

const FILES: usize = 120;

/// A minute of an organisation: some read what they may, one goes through secrets it may not, one is refused time and again.
fn minute(number: usize) -> Vec<Value> {
    let mut records = Vec::new();
    for second in 0..6_usize {
        let (role, secret) = match (number % 17, second) {
            (3, _) => ("team/reporting".to_owned(), format!("prod/payroll/{second}")),
            (5 | 6, _) => ("team/prober".to_owned(), format!("prod/app-{number}-{second}")),
            _ => (format!("payroll/app-{}", number % 5), format!("prod/payroll/{}", second % 2)),
        };
        let mut record = read(1, &role, &secret);
        record["eventTime"] = json!(format!("2026-01-05T{:02}:{:02}:{:02}Z", 8 + number / 60, number % 60, second * 9));
        record["eventID"] = json!(format!("33333333-0000-4000-8000-{:012}", number * 10 + second));
        if role == "team/prober" {
            record["errorCode"] = json!("AccessDenied");
        }
        records.push(record);
    }
    records
}

/// The minutes in files that are named in the order in which `place` puts them, and what is said of them.
fn replayed(place: impl Fn(usize) -> usize, arguments: &[&str]) -> Said {
    let workplace = Workplace::new();
    for number in 0..FILES {
        workplace.file(&format!("logs/{:04}.json.gz", place(number)), gzip(&log_file(&minute(number))));
    }
    let said =
        workplace.run(&[&["replay", "logs", "--watched-since", "always", "--format", "json"], arguments].concat());
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{said:?}");
    said
}

fn in_order(number: usize) -> usize {
    number
}

#[test]
fn threads_make_no_difference() {
    let one = replayed(in_order, &["--threads", "1"]);
    let rules = one.json()["summary"]["findings"].clone();
    let fired = |rule: &str| rules[rule].as_u64().unwrap_or_default();
    assert!(fired("unauthorized-access-critical-asset") > 30 && fired("denied-reads-of-many-secrets") > 3, "{rules}");
    assert_eq!(one.json()["summary"]["records"], FILES * 6);
    for threads in ["2", "3"] {
        assert_eq!(replayed(in_order, &["--threads", threads]).stdout, one.stdout, "{threads} threads");
    }
}

/// Files come up to a quarter of an hour early or late, which is waited for.
#[test]
fn files_out_of_order() {
    // Without the names of the files, which are in nothing but what could not be read.
    let expected = replayed(in_order, &[]).json();
    let backwards = |number: usize| number / 15 * 15 + 14 - number % 15;
    let scattered = |number: usize| number / 15 * 15 + number * 7 % 15;
    for (name, place) in [("backwards", &backwards as &dyn Fn(usize) -> usize), ("scattered", &scattered)] {
        let document = replayed(place, &[]).json();
        assert_eq!(document["findings"], expected["findings"], "{name}");
        assert_eq!(document["summary"], expected["summary"], "{name}");
    }
}
