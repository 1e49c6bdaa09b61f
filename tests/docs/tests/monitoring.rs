//! The dashboard, the cost page and what they rest on.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use portcullis_docs::anchors;
use portcullis_monitoring::cost::{Function, WRITES_PER_THOUSAND, typical_place};
use portcullis_monitoring::dashboard::{Content, Span, TEMPLATE_ALARMS, model};
use portcullis_settings::Settings;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// Whoever follows a link from the dashboard arrives somewhere.
#[test]
fn links_of_the_dashboard_lead_to_sections_of_the_runbook() {
    let place = portcullis_monitoring::Place { runbook: "https://wiki.example/runbook".to_owned(), ..typical_place() };
    let runbook = read("docs/runbook.md");
    let headings: BTreeSet<String> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix('#').map(|rest| rest.trim_start_matches('#')))
        .flat_map(|heading| anchors(&format!("###{heading}")))
        .collect();
    let mut links = 0;
    for widget in model(&Settings::default(), &place).widgets {
        let Content::Text(text) = widget.content else { continue };
        for span in text.spans {
            let Span::Link { url, .. } = span else { continue };
            let anchor = url.split_once('#').unwrap().1.to_owned();
            assert!(
                headings.contains(&anchor),
                "docs/runbook.md has no section `{anchor}`, which the dashboard links to"
            );
            links += 1;
        }
    }
    assert!(links > 10, "{links}");
}

#[test]
fn a_section_that_an_alarm_leads_to_is_missed() {
    let catalogue = portcullis_docs::Catalogue::read(&root()).unwrap();
    let renamed = read("docs/runbook.md").replacen("\n### Alarm denied\n", "\n### Alarm refused\n", 1);
    let wrong = portcullis_docs::complaints(&catalogue, &renamed);
    assert!(
        wrong.iter().any(|wrong| wrong.contains("no section `alarm-denied`, which an alarm leads to")),
        "{wrong:?}"
    );
    assert!(wrong.iter().any(|wrong| wrong.contains("no rule leads to section `alarm-refused`")), "{wrong:?}");
}

#[test]
fn the_dashboard_shows_all_alarms_of_the_template_and_no_others() {
    let template = read("infra/template.yaml");
    let names: BTreeSet<&str> =
        template.lines().filter_map(|line| line.trim().strip_prefix("AlarmName: !Sub ${AWS::StackName}-")).collect();
    assert_eq!(names, TEMPLATE_ALARMS.iter().copied().collect::<BTreeSet<_>>());
}

/// The cost page rests on what `cargo xtask bench` measured last.
#[test]
fn milliseconds_and_writes_are_those_that_the_readme_tells() {
    let readme = read("README.md");
    for function in Function::MEASURED {
        let row = readme
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .find(|words| words.first() == Some(&function.name) && words.contains(&"/"))
            .unwrap_or_else(|| panic!("README.md has no cold starts of {}", function.name));
        // NAME a / b / c  d / e / f: the median of the first call.
        let told = row.get(8).copied().unwrap_or_default();
        assert_eq!(told, function.milliseconds.to_string(), "{}: bring cost/load.rs up to date", function.name);
    }
    let row = readme.lines().find(|line| line.starts_with("| once in ten minutes |")).unwrap();
    assert_eq!(row, format!("| once in ten minutes | {WRITES_PER_THOUSAND} |"), "bring cost/compute.rs up to date");
}

#[test]
fn memory_is_that_of_the_template() {
    let template = read("infra/template.yaml");
    for function in Function::MEASURED {
        let name = format!("FunctionName: !Sub ${{AWS::StackName}}-{}\n", function.name);
        let of_function = template.split(&name).nth(1).unwrap_or_else(|| panic!("no function {}", function.name));
        let memory = of_function.split("MemorySize: ").nth(1).unwrap().split_whitespace().next().unwrap();
        assert_eq!(memory, function.memory.to_string(), "{}: bring cost/load.rs up to date", function.name);
    }
}
