use insta::assert_snapshot;

use super::*;
use crate::form::testing::{Example, plain};
use crate::form::{Picked, pick};

fn explained(rule: &str, guard: Option<&str>) -> String {
    let example = Example::new();
    let is = |entry: &&portcullis_response::Entry| {
        let refused = entry.decision.refusals.first().map(portcullis_response::Refusal::name);
        entry.finding.rule.id == rule && refused == guard
    };
    let id = example.replay.entries.iter().find(is).unwrap().finding.id.clone();
    let told = example.told();
    let explained = explain(&told, pick(told.replay, id.as_str()).unwrap(), 100);
    format!("{}\n…\n\n{}", plain(&explained.before), plain(&explained.after))
}

#[test]
fn a_quarantine() {
    assert_snapshot!("quarantine", explained("unauthorized-access-critical-asset", None));
}

#[test]
fn a_refused_one() {
    assert_snapshot!("refused", explained("unauthorized-access-critical-asset", Some("identity-center-role")));
}

#[test]
fn about_the_account() {
    assert_snapshot!("trail", explained("trail-stopped-or-blinded", None));
}

/// What is suggested is settings that can be read, and it makes the finding quiet.
#[test]
fn the_suggestion_holds() {
    let example = Example::new();
    let told = example.told();
    for entry in &example.replay.entries {
        let finding = &entry.finding;
        let snippet = quiet::snippet(told.made, finding);
        // Each part is a suggestion of its own.
        let parts: Vec<&str> =
            ["assets:", "exemptions:", "rules:"].into_iter().filter(|part| snippet.contains(part)).collect();
        assert!(parts.contains(&"exemptions:") && parts.contains(&"rules:"), "{snippet}");
        let from = snippet.find("exemptions:").unwrap();
        let settings = portcullis_settings::parse(&snippet[from..]).unwrap();
        let inventory = portcullis_settings::Inventory::default();
        assert!(settings.exemption(&finding.rule.id, &finding.actor, &inventory, told.made).is_some(), "{snippet}");
        assert_eq!(settings.override_of(&finding.rule.id).unwrap().shadow, Some(true));
    }
}

#[test]
fn in_shadow() {
    let example = Example::new();
    let finding = example.replay.entries[0].finding.clone();
    let explained = explain(&example.told(), Picked::Shadow(&finding), 100);
    assert!(plain(&explained.after).starts_with("DECISION  in shadow"), "{explained:?}");
}
