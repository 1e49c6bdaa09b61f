//! A test of the documentation's test: each gap is named, and nothing else.

use test_case::test_case;

use crate::cases::{Cases, Rule, documents};
use crate::documentation::complaints;

const SOUND: &str = "
title: Keys taken away
name: keys-taken-away
status: stable
description: >
  One actor took three or more keys away within ten minutes, which is how an account is held to ransom or wrecked.
author: Portcullis
tags: [attack.impact, attack.t1485, attack.t1562.008, attack.t1685.002]
correlation:
  type: event_count
  rules: [key-taken]
  group-by: [portcullis.actor.name]
  timespan: 10m
  condition: {gte: 3}
falsepositives: [A stack that is torn down.]
level: high
portcullis:
  misses: Fewer than three keys in ten minutes.
  tuning: Exempt the role that tears stacks down.
  runbook: '#key-deletion'
  shadow: true
---
title: Key taken away
name: key-taken
logsource: {product: aws, service: cloudtrail}
detection:
  taken: {eventName: DisableKey}
  condition: taken
level: informational
";

fn gaps(place: &str, yaml: &str) -> Vec<String> {
    let documents = documents(yaml).unwrap();
    complaints(&Rule { place: place.to_owned(), documents, borrowed: Vec::new(), cases: Cases::default() })
}

#[test]
fn a_documented_rule_has_no_gap() {
    assert_eq!(gaps("kms/keys-taken-away", SOUND), [""; 0]);
}

#[test]
fn the_file_is_in_an_area_under_the_name_of_its_rule() {
    let areas = "move it into one of the folders kms, secrets-manager, parameter-store, audit-trail, portcullis, iam";
    assert_eq!(gaps("kns/keys-taken-away", SOUND), [areas]);
    assert_eq!(gaps("keys-taken-away", SOUND), [areas]);
    let named = "no document has `name: keys-taken`; the file is named after its rule";
    assert_eq!(gaps("kms/keys-taken", SOUND), [named]);
}

#[test_case("title: Keys taken away\n", "", "`title` is missing")]
#[test_case("stable", "finished", "`status` is one of stable, test, experimental")]
#[test_case(
    "One actor took three or more keys away within ten minutes, which",
    "This",
    "the description has 52 characters; say in more than 80 what it catches and why it matters"
)]
#[test_case("author: Portcullis", "author: Somebody", "`author` is Portcullis")]
#[test_case("level: high", "level: grave", "`level` is one of informational, low, medium, high, critical")]
#[test_case(
    "falsepositives: [A stack that is torn down.]\n",
    "",
    "`falsepositives`: list when it fires on something harmless"
)]
#[test_case("attack.impact, ", "", "`tags`: name the ATT&CK tactic, `attack.credential-access`")]
#[test_case(
    "attack.t1485, attack.t1562.008, attack.t1685.002",
    "attack.tools",
    "`tags`: name the ATT&CK technique, `attack.t1555.006`"
)]
#[test_case("t1685.002", "t1685", "`tags`: beside attack.t1562.008 give its new number attack.t1685.002")]
#[test_case(
    "t1562.008, attack.t1685.002",
    "t1562.001, attack.t1685.002",
    "`tags`: beside attack.t1562.001 give its new number attack.t1685"
)]
#[test_case(
    "t1562.008, attack.t1685.002",
    "t1562.007",
    "`tags`: beside attack.t1562.… give its new number attack.t1685.…"
)]
#[test_case(
    "Fewer than three keys in ten minutes.",
    "Little.",
    "`portcullis.misses` has 7 characters; one or two sentences"
)]
#[test_case(
    "Exempt the role that tears stacks down.",
    "",
    "`portcullis.tuning` has 0 characters; one or two sentences"
)]
#[test_case(
    "'#key-deletion'",
    "'key-deletion'",
    "`portcullis.runbook` is an anchor in docs/runbook.md such as \"#key-deletion\", not \"key-deletion\""
)]
#[test_case(
    "'#key-deletion'",
    "'#Key_Deletion'",
    "`portcullis.runbook` is an anchor in docs/runbook.md such as \"#key-deletion\", not \"#Key_Deletion\""
)]
#[test_case("shadow: true", "shadow: false", "`portcullis.shadow` is true, or not there at all")]
#[test_case(
    "shadow: true",
    "shadows: true",
    "`portcullis.shadows` means nothing; known: misses, tuning, runbook, shadow"
)]
#[test_case("level: informational", "level: low", "base rule `key-taken`: `level` is informational")]
#[test_case("condition: taken", "condition: [taken]", "`key-taken`: `condition` is one expression")]
#[test_case(
    "timespan: 10m",
    "timespan: 10m\n  generate: true",
    "`generate: true` would make findings of base rules; leave it out"
)]
#[test_case(
    "rules: [key-taken]",
    "rules: [key-taken, key-lost]",
    "the correlation refers to `key-lost`, which no file holds"
)]
fn a_gap_is_named(part: &str, instead: &str, expected: &str) {
    assert!(SOUND.contains(part), "{part}");
    assert_eq!(gaps("kms/keys-taken-away", &SOUND.replacen(part, instead, 1)), [expected]);
}

#[test]
fn a_base_rule_belongs_to_its_correlation() {
    let stray = format!(
        "{SOUND}---\ntitle: Stray\nname: stray\ndetection: {{a: {{b: c}}, condition: a}}\nlevel: informational\n"
    );
    let expected = "its correlation does not refer to `stray`; a rule that makes findings has a file of its own";
    assert_eq!(gaps("kms/keys-taken-away", &stray), [expected]);
    let base = documents(SOUND).unwrap().pop().unwrap();
    let documents = documents(SOUND.split("---").next().unwrap()).unwrap();
    let rule =
        Rule { place: "kms/keys-taken-away".to_owned(), documents, borrowed: vec![base], cases: Cases::default() };
    let expected = "`key-taken` is a base rule of another file; give this file a base rule of its own";
    assert_eq!(complaints(&rule), [expected]);
}
