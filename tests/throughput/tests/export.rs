//! The pack, handed to another engine.

use anyhow::{Context as _, Result};
use portcullis_detection::{RuleFile, built_in};
use portcullis_throughput::{Exported, Known, export};
use rsigma_eval::{Engine, JsonEvent};
use rsigma_parser::parse_sigma_yaml;
use serde_json::json;

fn exported(known: Known) -> Result<Exported> {
    export(&built_in(), known)
}

/// Every file loads in the other engine, as exactly one rule.
fn engine(exported: &Exported) -> Result<Engine> {
    let mut engine = Engine::new();
    for (name, yaml) in &exported.rules {
        let rules = parse_sigma_yaml(yaml).with_context(|| name.clone())?;
        assert_eq!((rules.rules.len(), rules.correlations.len(), rules.errors.len()), (1, 0, 0), "{name}");
        engine.add_collection(&rules).with_context(|| name.clone())?;
    }
    Ok(engine)
}

#[test]
fn every_detection_rule_loads_alone() {
    let all = exported(Known::ToUs).unwrap();
    let documents: usize = built_in().iter().map(|file| file.yaml.matches("\ndetection:").count()).sum();
    assert_eq!((all.rules.len(), all.ours), (documents, 0));
    assert_eq!(engine(&all).unwrap().rule_count(), documents);
    let correlations: usize = built_in().iter().map(|file| file.yaml.matches("\ncorrelation:").count()).sum();
    assert_eq!(all.correlations, correlations);
}

#[test]
fn what_others_can_know_is_all_that_their_rules_look_at() {
    let (some, all) = (exported(Known::ToAll).unwrap(), exported(Known::ToUs).unwrap());
    assert!(!some.rules.is_empty() && some.ours > 0);
    assert_eq!(some.rules.len() + some.ours, all.rules.len(), "none is lost");
    for (name, yaml) in &some.rules {
        assert!(all.rules.iter().any(|(_, whole)| whole == yaml), "{name} was changed");
        let detection = yaml.split_once("\ndetection:").unwrap().1;
        let detection = detection.split_inclusive('\n').skip(1).take_while(|line| line.starts_with([' ', '#']));
        assert!(!detection.collect::<String>().contains("portcullis."), "{name} names a field that only we know");
    }
    engine(&some).unwrap();
}

#[test]
fn names_are_of_one_rule_each() {
    let mut names: Vec<String> = exported(Known::ToUs).unwrap().rules.into_iter().map(|(name, _)| name).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(names.iter().all(|name| name.ends_with(".yml") && !name.contains('/')), "{names:?}");
}

#[test]
fn an_exported_rule_still_matches() {
    let some = exported(Known::ToAll).unwrap();
    let event = json!({"eventSource": "secretsmanager.amazonaws.com", "eventName": "RotationFailed"});
    let fired = engine(&some).unwrap().evaluate(&JsonEvent::borrow(&event));
    assert_eq!(fired.len(), 1, "{fired:?}");
}

#[test]
fn a_folder_of_an_earlier_run_is_cleared() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    std::fs::create_dir(&rules).unwrap();
    std::fs::write(rules.join("stale.yml"), "title: of another version").unwrap();
    let some = exported(Known::ToAll).unwrap();
    some.write(&rules).unwrap();
    assert_eq!(std::fs::read_dir(&rules).unwrap().count(), some.rules.len());
}

#[test]
fn a_rule_that_is_broken_is_named() {
    let broken = RuleFile { name: "kms/broken.yml".to_owned(), yaml: "title: x\ndetection: 7\n".to_owned() };
    let error = export(&[broken], Known::ToUs).unwrap_err();
    assert!(format!("{error:#}").contains("kms/broken.yml"), "{error:#}");
}
