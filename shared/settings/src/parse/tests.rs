//! Whole files, good and bad.

use portcullis_domain::Tier;
use test_case::test_case;

use super::*;
use crate::{AuthorizedActor, Protection, QuarantineSettings, Response, ResponseTable, Selector};

mod alarms;
mod circumstances;
mod containment;
mod example;
pub(crate) mod properties;

fn good(yaml: &str) -> Settings {
    parse(yaml).unwrap_or_else(|problems| panic!("{}", problems.render("portcullis.yaml", yaml)))
}

fn bad(yaml: &str) -> Vec<String> {
    match parse(yaml) {
        Ok(settings) => panic!("{yaml} gives {settings:?}"),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

/// The only problem of an `assets:` entry in flow style, with its help.
fn bad_entry(entry: &str) -> (String, String) {
    let yaml = format!("assets: [{{name: it, tier: critical, {entry}}}]");
    let problems = parse(&yaml).unwrap_err();
    assert_eq!(problems.as_slice().len(), 1, "{problems}");
    let problem = &problems.as_slice()[0];
    (format!("{}: {}", problem.path, problem.message), problem.help.clone().unwrap_or_default())
}

/// The only problem of `yaml`, with its help.
fn problem(yaml: &str) -> (String, String) {
    let problems = parse(yaml).unwrap_err();
    assert_eq!(problems.as_slice().len(), 1, "{problems}");
    let problem = &problems.as_slice()[0];
    (problem.to_string(), problem.help.clone().unwrap_or_default())
}

fn is_told(yaml: &str, message: &str, help: &str) {
    let (found_message, found_help) = problem(yaml);
    assert!(found_message.contains(message), "{found_message}");
    assert!(found_help.contains(help) && found_help.is_empty() == help.is_empty(), "{found_help}");
}

#[test_case("" ; "empty")]
#[test_case("# mode: enforce\n" ; "a comment")]
#[test_case("---\n" ; "a marker")]
#[test_case("{}" ; "an empty map")]
#[test_case("assets:\nprotected:\noperators:\nmembers:\nresponse:\nasking:\nlockout:\nquarantine:\nlimits:\npaging:\nalarms:\n" ; "empty parts")]
#[test_case("accounts:\nhours:\nchanges:\nnetworks:\naudit:\nexemptions:\nrules:\ngeoip:\n" ; "more empty parts")]
fn nothing_said_is_the_default(yaml: &str) {
    assert_eq!(good(yaml), Settings::default());
}

#[test]
fn everything_said_is_read() {
    let settings = good(
        r#"
mode: enforce
assets:
  - name: payroll
    tag: {key: data, value: pay*}
    tier: sensitive
    authorized: ["arn:aws:iam::111122223333:user/alice", kms.amazonaws.com, "444455556666"]
protected: ["arn:aws:iam::*:role/x"]
response: {low: page}
quarantine: {policy: "arn:aws:iam::111122223333:policy/deny", lifts_after: 1h 30m}
paging: {topic: "arn:aws:sns:eu-west-1:111122223333:pages", repeat_after: 2 days}
"#,
    );
    let [entry] = settings.assets.as_slice() else { panic!("one entry") };
    assert_eq!((entry.name.as_str(), entry.tier, entry.line), ("payroll", Some(Tier::Sensitive), 4));
    assert_eq!(entry.selector, Selector::Tag { key: "data".to_owned(), value: Some("pay*".parse().unwrap()) });
    let authorized: Vec<String> = entry.authorized.iter().flatten().map(AuthorizedActor::to_string).collect();
    assert_eq!(authorized, ["arn:aws:iam::111122223333:user/alice", "kms.amazonaws.com", "444455556666"]);
    assert_eq!(settings.mode, Mode::Enforce);
    assert_eq!(settings.protected, [Protection::Arn("arn:aws:iam::*:role/x".parse().unwrap())]);
    assert_eq!(settings.response(portcullis_domain::Severity::Low, None), Response::Page);
    assert_eq!(settings.quarantine.lifts_after, SignedDuration::from_mins(90));
    assert_eq!(settings.deny_policy("aws").unwrap().as_str(), "arn:aws:iam::111122223333:policy/deny");
    assert_eq!(settings.paging.repeat_after, SignedDuration::from_hours(48));
    assert_eq!(settings.paging.topic.unwrap().as_str(), "arn:aws:sns:eu-west-1:111122223333:pages");
}

#[test]
fn every_problem_is_told_at_once() {
    let yaml = r#"mode: enforced
assets:
  - name: payroll
    secret: prod/payroll/*
    tier: critcal
    authorised: []
  - name: payroll
    arn: arn:aws:kms:eu-west-1:1111:key/x
    alias: payroll
    tier: critical
  - secret: arn:aws:secretsmanager:eu-west-1:111122223333:secret:x
    tier: 3
    authorized: [111122223333, "*", "arn:aws:sts::111122223333:assumed-role/app/me"]
protected:
  - arn:aws:iam::111122223333:root
  - arn:aws:s3:::bucket
response:
  critical: {critical: lockdown, unclasified: page}
  severe: page
quarantine: {policy: AWSDenyAll, lifts_after: 4}
paging: {topic: "arn:aws:sns:eu-west-1:111122223333:x.fifo", repeat_after: 2 weeks}
pagign: {}
"#;
    let problems = parse(yaml).unwrap_err();
    let told: Vec<String> = problems
        .iter()
        .map(|problem| problem.help.as_ref().map_or(problem.to_string(), |help| format!("{problem}\n    {help}")))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r###"
    1:7  mode: found `enforced`, expected one of observe, page, ask, enforce
        did you mean `enforce`?
    5:11  assets[0].tier: found `critcal`, expected one of standard, sensitive, critical
        did you mean `critical`?
    6:5  assets[0].authorised: unknown key, expected one of name, arn, secret, alias, tag, tier, authorized, decoy, rotators, hours, high_rate
        did you mean `authorized`?
    7:11  assets[1].name: `payroll` is already the name of the entry on line 3
        give each entry its own name; pages tell them apart by it
    8:10  assets[1].arn: found `arn:aws:kms:eu-west-1:1111:key/x`, expected the ARN pattern of KMS keys or secrets
        it can match neither; write it like arn:aws:kms:eu-west-1:111122223333:key/* or arn:aws:secretsmanager:*:111122223333:secret:prod/*
    9:12  assets[1].alias: found `payroll`, expected `alias/NAME` or the ARN of an alias, `*` and `?` allowed
        did you mean `alias/payroll`?
    9:12  assets[1].alias: expected exactly one of arn, secret, alias, tag, found arn and alias
        make an entry of each
    11:5  assets[2]: `name` is missing
    11:13  assets[2].secret: found `arn:aws:secretsmanager:eu-west-1:111122223333:secret:x`, expected a secret's name, `*` and `?` allowed
        move the ARN from `secret` to `arn`
    12:11  assets[2].tier: found the number 3, expected one of standard, sensitive, critical
    13:18  assets[2].authorized[0]: found the number 111122223333, expected the ARN pattern of IAM roles or users, a service such as `secretsmanager.amazonaws.com`, an account id in quotes, or a map with `path`, `tag` or `function`
        without quotes YAML reads a number and drops leading zeros; write an account id as "111122223333"
    13:32  assets[2].authorized[1]: found `*`, expected the ARN pattern of IAM roles or users, a service such as `secretsmanager.amazonaws.com`, an account id in quotes, or a map with `path`, `tag` or `function`
    13:37  assets[2].authorized[2]: found `arn:aws:sts::111122223333:assumed-role/app/me`, expected the ARN pattern of IAM roles or users: this is the ARN of a session
        a session's ARN drops the role's path; write the role's own, path included: arn:aws:iam::111122223333:role/app
    15:5  protected[0]: found `arn:aws:iam::111122223333:root`, expected the ARN pattern of IAM roles or users: this is a whole account
        for every role and user of an account write arn:aws:iam::111122223333:*; `authorized` also takes the account id alone, in quotes
    16:5  protected[1]: found `arn:aws:s3:::bucket`, expected the ARN pattern of IAM roles or users
        it can match neither; write it like arn:aws:iam::111122223333:role/team/*
    18:24  response.critical.critical: found `lockdown`, expected one of observe, page, ask, lockout, quarantine
        did you mean `lockout`?
    18:34  response.critical.unclasified: unknown key, expected one of critical, sensitive, standard, unclassified, otherwise
        did you mean `unclassified`?
    19:3  response.severe: unknown key, expected one of informational, low, medium, high, critical
    20:22  quarantine.policy: found `AWSDenyAll`, expected the ARN of an IAM managed policy
    20:47  quarantine.lifts_after: found the number 4, expected a duration from 5m to 30d
        write a number with its unit: `45m`, `4h`, `1h 30m`, `2d`
    21:17  paging.topic: found `arn:aws:sns:eu-west-1:111122223333:x.fifo`, expected the ARN of a standard SNS topic
    21:76  paging.repeat_after: found `2 weeks`, expected a duration from 0s to 7d
    22:1  pagign: unknown key, expected one of mode, assets, protected, operators, members, response, asking, lockout, quarantine, limits, paging, alarms, accounts, hours, changes, networks, audit, exemptions, rules, geoip
        did you mean `paging`?
    "###);
}

#[test]
fn a_problem_is_shown_in_its_line() {
    let yaml = "assets:\n  - name: payroll\n    secret: prod/*\n    tier: critcal\n";
    insta::assert_snapshot!(parse(yaml).unwrap_err().render("portcullis.yaml", yaml), @r"
    error: assets[0].tier: found `critcal`, expected one of standard, sensitive, critical
     --> portcullis.yaml:4:11
      |
    4 |     tier: critcal
      |           ^
    help: did you mean `critical`?
    ");
}

#[test_case("mode: [page", "2:1  not valid YAML: while parsing a flow sequence, expected ',' or ']'" ; "unclosed")]
#[test_case("a: b: c", "1:5  not valid YAML: mapping values are not allowed in this context" ; "two colons")]
#[test_case("mode: page\nmode: enforce\n", "2:1  `mode` stands twice in the same map" ; "a key given twice")]
#[test_case("mode: page\n---\nmode: enforce\n", "3:1  a second YAML document, expected one" ; "two documents")]
#[test_case("- mode", "1:1  found a list, expected a map of settings" ; "a list")]
#[test_case("!!int x", "1:1  found a value that cannot be read, expected a map of settings" ; "a wrong tag")]
#[test_case("mode:", "1:5  mode: found nothing, expected one of observe, page, ask, enforce" ; "no value")]
#[test_case("1: x", "1:1  found the number 1, expected one of the keys mode, assets, protected, operators, members, response, asking, lockout, quarantine, limits, paging, alarms, accounts, hours, changes, networks, audit, exemptions, rules, geoip" ; "a number as key")]
#[test_case("assets: {a: b}", "1:9  assets: found a map, expected a list of entries" ; "a map for a list")]
#[test_case("assets: [x]", "1:10  assets[0]: found `x`, expected a map with the keys name, arn, secret, alias, tag, tier, authorized, decoy, rotators, hours, high_rate" ; "text for a map")]
fn malformed(yaml: &str, expected: &str) {
    assert_eq!(bad(yaml), [expected]);
}

#[test]
fn deep_nesting_is_refused() {
    for yaml in ["- ".repeat(100_000), "? ".repeat(100_000), "[".repeat(100_000), "{a: ".repeat(100_000)] {
        assert_eq!(bad(&yaml).len(), 1);
    }
}

#[test_case("secret: arn:aws:secretsmanager:eu-west-1:111122223333:secret:x", "assets[0].secret: found", "move the ARN from `secret` to `arn`" ; "an ARN as name")]
#[test_case("secret: prod db", "assets[0].secret: found `prod db`", "a secret's name holds letters" ; "a character that no name has")]
#[test_case("secret: 5", "assets[0].secret: found the number 5", "put it in quotes" ; "a number")]
#[test_case("arn: prod/db", "assets[0].arn: found `prod/db`", "an ARN has six parts" ; "a name as ARN")]
#[test_case("arn: 'arn:aws:s3:::x'", "assets[0].arn: found", "it can match neither" ; "another service")]
#[test_case("arn: 'arn:aws:kms:eu-west-1:11112222333:key/x'", "assets[0].arn: found", "it can match neither" ; "an account short of a digit")]
#[test_case("arn: 'arn:aws:kms:*:*:alias/x'", "assets[0].arn: found", "move it from `arn` to `alias`" ; "an alias as ARN")]
#[test_case("alias: payroll", "assets[0].alias: found `payroll`", "did you mean `alias/payroll`?" ; "an alias without prefix")]
#[test_case("alias: alias/a b", "assets[0].alias: found `alias/a b`", "an alias holds letters" ; "a character that no alias has")]
#[test_case("alias: 'arn:aws:kms:*:*:key/x'", "assets[0].alias: found", "write it like arn:aws:kms" ; "a key as alias")]
#[test_case("tag: data", "assets[0].tag: found `data`, expected a map", "" ; "a tag as text")]
#[test_case("tag: {value: x}", "assets[0].tag: `key` is missing", "" ; "a tag without key")]
#[test_case("tag: {key: 'a*'}", "assets[0].tag.key: found `a*`", "" ; "a tag key with wildcards")]
#[test_case("tag: {key: a, vlaue: b}", "assets[0].tag.vlaue: unknown key", "did you mean `value`?" ; "a tag with an unknown key")]
#[test_case("secret: x, authorized: ", "assets[0].authorized: found nothing", "write `[]` when nobody" ; "authorized without value")]
#[test_case("secret: x, authorized: [111122223333]", "assets[0].authorized[0]: found the number 111122223333", "write an account id as \"111122223333\"" ; "an account id without quotes")]
#[test_case("secret: x, authorized: [role/app]", "assets[0].authorized[0]: found `role/app`", "" ; "a role by name")]
#[test_case("secret: x, authorized: ['arn:aws:iam::111122223333:root']", "assets[0].authorized[0]: found", "account id alone" ; "root for an account")]
#[test_case("secret: x, authorized: ['arn:aws:iam::111122223333:group/x']", "assets[0].authorized[0]: found", "it can match neither" ; "a group")]
fn entries(entry: &str, message: &str, help: &str) {
    let (found_message, found_help) = bad_entry(entry);
    assert!(found_message.starts_with(message), "{found_message}");
    assert!(found_help.contains(help) && found_help.is_empty() == help.is_empty(), "{found_help}");
}

/// YAML reads digits as a number, of which the leading zeros are gone.
#[test]
fn leading_zeros_of_an_account_are_kept() {
    let account = format!("{:012}", 11_112_222);
    let (message, help) = bad_entry(&format!("secret: x, authorized: [{account}]"));
    assert!(message.starts_with("assets[0].authorized[0]: found the number 11112222, expected"), "{message}");
    assert!(help.contains(&format!("\"{account}\"")), "{help}");
    let settings = good(&format!("assets: [{{name: it, tier: critical, secret: x, authorized: ['{account}']}}]"));
    assert_eq!(settings.assets[0].authorized, Some(vec![AuthorizedActor::Account(account.parse().unwrap())]));
}

#[test_case("arn:aws:iam::111122223333:role/app" ; "a role")]
#[test_case("arn:aws:iam::*:user/*" ; "users")]
#[test_case("arn:*:iam::*:*" ; "everything")]
#[test_case("arn:aws-cn:iam::111122223333:role/aws-reserved/*" ; "another partition")]
fn principals_that_can_be_protected(pattern: &str) {
    assert_eq!(good(&format!("protected: ['{pattern}']")).protected[0].to_string(), pattern);
}

#[test_case("arn:aws:sts::111122223333:assumed-role/app/session" ; "a session")]
#[test_case("arn:aws:iam::111122223333:root" ; "root")]
#[test_case("arn:aws:iam::111122223333:group/x" ; "a group")]
#[test_case("arn:aws:iam:eu-west-1:111122223333:role/x" ; "a region")]
#[test_case("arn:aws:iam::1111:role/x" ; "a short account")]
#[test_case("arn:ams:iam::111122223333:role/x" ; "another partition")]
#[test_case("arn:aws:iam::111122223333:role/a b" ; "a blank")]
#[test_case("role/app" ; "a name")]
#[test_case("*" ; "a star alone")]
fn principals_that_cannot_be_protected(pattern: &str) {
    let problems = parse(&format!("protected: ['{pattern}']")).unwrap_err();
    assert!(problems.as_slice()[0].help.is_some(), "{problems}");
}

#[test_case("0s", true ; "every time")]
#[test_case("7d", true ; "the longest")]
#[test_case("8d", false ; "too long")]
fn paging_durations(text: &str, expected: bool) {
    assert_eq!(parse(&format!("paging: {{repeat_after: {text}}}")).is_ok(), expected);
}

#[test]
fn a_table_overrides_only_the_cells_given() {
    use portcullis_domain::Severity::{Critical, High, Low, Medium};
    let settings = good(
        "mode: enforce\nresponse:\n  critical: {sensitive: page}\n  high: {critical: observe, otherwise: quarantine}\n  low: page\n",
    );
    let row = |severity| {
        [Some(Tier::Critical), Some(Tier::Sensitive), Some(Tier::Standard), None]
            .map(|tier| settings.response(severity, tier).as_str())
    };
    assert_eq!(row(Critical), ["quarantine", "page", "page", "page"]);
    assert_eq!(row(High), ["observe", "quarantine", "quarantine", "quarantine"]);
    assert_eq!(row(Medium), ["page"; 4]);
    assert_eq!(row(Low), ["page"; 4]);
}
