//! `portcullis rules new` and `portcullis rules test`.

use insta::assert_snapshot;
use test_case::test_case;

use crate::workplace::Workplace;

/// Nobody should have to mend the rule that they start from.
#[test_case(&[] ; "one record")]
#[test_case(&["--correlation"] ; "a correlation")]
fn a_new_rule_passes_right_away(kind: &[&str]) {
    let workplace = Workplace::new();
    let said = workplace.run(&[&["rules", "new", "my-rule"], kind].concat());
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    let said = workplace.run(&["rules", "test"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{}", said.stdout);
    assert!(said.stdout.contains("pass my-rule.yml: fires on 1, does not on "), "{}", said.stdout);
    let said = workplace.run(&["check", "--rules", "."]);
    assert_eq!(said.code, 0, "{}", said.stdout);
    let rule = std::fs::read_to_string(workplace.path().join("my-rule.yml")).unwrap();
    assert!(rule.contains("portcullis rules test my-rule "), "it says how to try it:\n{rule}");
    assert!(!rule.contains("RULE-NAME"));
}

#[test]
fn nothing_is_overwritten() {
    let workplace = Workplace::new();
    for taken in ["my-rule.yml", "my-rule.events.json"] {
        workplace.file(taken, "mine");
        let said = workplace.run(&["rules", "new", "my-rule"]);
        assert_eq!(said.code, 2);
        assert_eq!(
            said.stderr,
            format!("portcullis: `{taken}` is there already; choose another name, or remove it first\n")
        );
        assert_eq!(std::fs::read_to_string(workplace.path().join(taken)).unwrap(), "mine");
        let files = std::fs::read_dir(workplace.path()).unwrap().count();
        assert_eq!(files, 2, "the settings and the file that was there");
        std::fs::remove_file(workplace.path().join(taken)).unwrap();
    }
}

/// Of two rules with one name only the first would be loaded.
#[test]
fn a_name_that_a_built_in_rule_has() {
    let workplace = Workplace::new();
    let said = workplace.run(&["rules", "new", "secrets-read-in-batch"]);
    assert_eq!(said.code, 2);
    assert!(
        said.stderr
            .starts_with("portcullis: `secrets-read-in-batch` is the name of the built-in rule in secrets-manager/"),
        "{}",
        said.stderr
    );
    assert_eq!(std::fs::read_dir(workplace.path()).unwrap().count(), 1, "nothing but the settings");
}

#[test_case("My_Rule" ; "capitals")]
#[test_case("../my-rule" ; "a path")]
#[test_case("my--rule" ; "two hyphens")]
fn a_name_that_is_none(name: &str) {
    let said = Workplace::new().run(&["rules", "new", name]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains(&format!("`{name}` is not kebab case")), "{}", said.stderr);
}

/// About calls that no built-in rule is about.
const RULE: &str = "title: A look at instances
name: own-look
logsource: {product: aws, service: cloudtrail}
detection: {look: {eventSource: ec2.amazonaws.com, eventName: DescribeInstances}, condition: look}
level: low
";

const CASES: &str = r#"{
  "positive": [
    {"name": "a look", "record": {"eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances", "readOnly": true, "requestParameters": {}}},
    {"name": "a look elsewhere", "record": {"eventSource": "ec2.amazonaws.com", "eventName": "DescribeVolumes", "readOnly": true, "requestParameters": {}}}
  ],
  "negative": [
    {"name": "two looks", "record": {"eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances", "readOnly": true, "requestParameters": {}, "$repeat": {"times": 2}}},
    {"name": "a slip", "record": {"eventname": "DescribeInstances"}}
  ]
}"#;

#[test]
fn failures_say_what_fired_instead() {
    let workplace = Workplace::new();
    workplace.file("rules/own-look.yml", RULE);
    workplace.file("rules/own-look.events.json", CASES);
    let elsewhere = RULE.replace("own-look", "own-look-elsewhere").replace("DescribeInstances", "DescribeVolumes");
    workplace.file("elsewhere.yml", elsewhere);
    let said = workplace.run(&["rules", "test"]);
    assert_eq!((said.code, said.stderr.as_str()), (1, ""));
    assert_snapshot!(said.stdout, @r#"
    FAIL rules/own-look.yml: case "a slip": step 1 of `records`: no CloudTrail record has a member `eventname`
    FAIL rules/own-look.yml: positive case "a look elsewhere": the rule does not fire; fires on it: own-look-elsewhere
    FAIL rules/own-look.yml: negative case "two looks": the rule fires; no other rule fires on it
    1 rule, 3 cases, 3 failures
    "#);
}

#[test]
fn rules_that_cannot_be_tested() {
    let workplace = Workplace::new();
    let said = workplace.run(&["rules", "test"]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""));
    assert_snapshot!(said.stderr, @"portcullis: nothing to test: no rule with a file NAME.events.json beside it; `portcullis rules new NAME` starts one");

    workplace.file("rules/without.yml", RULE);
    workplace.file("rules/broken.yml", RULE.replace("eventName:", "eventName|contians:"));
    workplace.file("rules/broken.events.json", CASES);
    workplace.file("rules/one-sided.yml", RULE.replace("own-look", "one-sided"));
    workplace.file("rules/one-sided.events.json", r#"{"positive": [], "negative": []}"#);
    let two = format!("{}---\n{}", RULE.replace("own-look", "first"), RULE.replace("own-look", "second"));
    workplace.file("rules/two.yml", two);
    workplace.file("rules/two.events.json", CASES);
    let said = workplace.run(&["rules", "test", "--rules", "rules"]);
    assert_eq!((said.code, said.stderr.as_str()), (1, ""));
    assert_snapshot!(said.stdout, @r#"
    FAIL rules/broken.yml: case "a slip": step 1 of `records`: no CloudTrail record has a member `eventname`
    FAIL rules/broken.yml: line 4: Unknown modifier 'contians'
    FAIL rules/one-sided.yml: `rules/one-sided.events.json` has no positive case; a rule needs both kinds to be told from its opposite
    FAIL rules/two.yml: case "a slip": step 1 of `records`: no CloudTrail record has a member `eventname`
    FAIL rules/without.yml: it has no cases; write them in `rules/without.events.json`
    4 rules, 0 cases, 5 failures
    "#);
}

#[test]
fn only_the_rules_that_are_named() {
    let workplace = Workplace::new();
    for name in ["one", "two"] {
        workplace.file(&format!("rules/{name}.yml"), RULE.replace("own-look", name));
        workplace.file(&format!("rules/{name}.events.json"), CASES);
    }
    let said = workplace.run(&["rules", "test", "two"]);
    assert!(said.stdout.contains("rules/two.yml") && !said.stdout.contains("rules/one.yml"), "{}", said.stdout);

    let said = workplace.run(&["rules", "test", "secrets-read-in-batch"]);
    assert_eq!(said.code, 0);
    assert_snapshot!(said.stdout, @"secrets-read-in-batch is built in: its cases run with the source, in `cargo xtask test`");

    let said = workplace.run(&["rules", "test", "tow"]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""));
    assert_snapshot!(said.stderr, @"portcullis: no rule of your own is called `tow`; did you mean `two`?");
}

/// Whoever names settings wants to know how the rule does under them.
#[test]
fn under_settings_of_ones_own() {
    let workplace = Workplace::new();
    assert_eq!(workplace.run(&["rules", "new", "my-rule"]).code, 0);
    workplace.file("other.yaml", "assets: []\n");
    let said = workplace.run(&["rules", "test", "--settings", "other.yaml"]);
    assert_eq!(said.code, 1);
    assert!(said.stdout.contains("the rule does not fire"), "{}", said.stdout);
    assert_eq!(workplace.run(&["rules", "test"]).code, 0, "not under those that happen to lie there");
}
