//! Logs on standard input.

use serde_json::{Value, json};

use crate::record::{log_file, looked_up, read, unrelated};
use crate::workplace::{Workplace, gzip};

fn reads() -> Vec<Value> {
    vec![read(1, "team/reporting", "prod/payroll/db"), unrelated(2), read(3, "team/other", "prod/payroll/db")]
}

/// Whatever comes, it is recognised by itself, as in a file.
#[test]
fn every_form() {
    let lines: String = reads().iter().map(|record| format!("{record}\n")).collect();
    let halves: Vec<Vec<u8>> = reads().iter().map(|record| gzip(&format!("{record}\n"))).collect();
    let forms: [(&str, Vec<u8>); 7] = [
        ("a log file", log_file(&reads()).into_bytes()),
        ("a log file, compressed", gzip(&log_file(&reads()))),
        ("JSON Lines", lines.clone().into_bytes()),
        ("JSON Lines of another system", format!("\u{feff}{}", lines.replace('\n', "\r\n")).into_bytes()),
        ("compressed line by line", halves.concat()),
        ("an array", json!(reads()).to_string().into_bytes()),
        ("looked up", looked_up(&reads()).into_bytes()),
    ];
    for (name, bytes) in forms {
        let workplace = Workplace::new();
        workplace.file("input", &bytes);
        let expected = workplace.run(&["replay", "input", "--format", "json"]);
        for arguments in [&["replay", "-"][..], &["replay", "--from", "-"]] {
            let said = workplace.run_reading(&[arguments, &["--format", "json"]].concat(), "input");
            assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{name}: {said:?}");
            assert_eq!(said.json()["findings"], expected.json()["findings"], "{name}");
            let numbers = ["records", "relevant", "files"].map(|member| said.json()["summary"][member].clone());
            assert_eq!(numbers, [json!(3), json!(2), json!(1)], "{name}");
            assert_eq!(said.json()["findings"].as_array().unwrap().len(), 2, "{name}");
        }
    }
}

/// It stands beside files.
#[test]
fn among_files() {
    let workplace = Workplace::new();
    workplace.file("input", log_file(&reads()));
    workplace.file("more.json", log_file(&[read(4, "team/third", "prod/payroll/db")]));
    let said = workplace.run_reading(&["replay", "more.json", "-", "--format", "json"], "input");
    assert_eq!((said.code, said.json()["summary"]["records"].clone()), (0, json!(4)), "{said:?}");
    assert_eq!(said.json()["summary"]["findings"], json!({"unauthorized-access-critical-asset": 3}));
}

/// What breaks off is told with its place, and under a name that says where it came from.
#[test]
fn what_breaks_off() {
    let workplace = Workplace::new();
    let [first, second, third] = reads().try_into().unwrap();
    let third = third.to_string();
    workplace.file("input", format!("{first}\n{second}\n{}", &third[..third.len() / 2]));
    let said = workplace.run_reading(&["replay", "-", "--format", "json"], "input");
    assert_eq!(said.code, 1, "{said:?}");
    let document = said.json();
    assert_eq!(document["summary"]["records"], 2);
    assert_eq!(document["unreadable"].as_array().map(Vec::len), Some(1), "{document:#}");
    assert_eq!(document["unreadable"][0]["place"], "after record 2");
    assert!(document["unreadable"][0]["file"].as_str().unwrap().contains("standard input"), "{document:#}");
}

#[test]
fn nothing_comes() {
    let workplace = Workplace::new();
    let said = workplace.run(&["replay", "-"]);
    assert_eq!(said.code, 2, "nothing was replayed: {said:?}");
}
