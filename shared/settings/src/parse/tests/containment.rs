//! How somebody is contained, who is not, and who may release: as it is read, and what can be wrong with it.

use portcullis_domain::Tier;
use proptest::prelude::*;
use test_case::test_case;

use super::*;
use crate::{DuringChange, LimitSettings, LockoutSettings, WhenFull};

#[test]
fn every_part_is_read() {
    let settings = good(
        r#"
mode: ask
protected: ["arn:*:iam::*:role/x/*", {path: /break-glass/}, {tag: "team=on call"}]
operators: ["arn:aws:iam::111122223333:role/team/oncall", "arn:aws:iam::111122223333:user/alice"]
members: ["444455556666"]
response: {critical: {critical: lockout, standard: ask}}
asking: {propose: lockout, expires_after: 30m, unanswered: {critical: quarantine, sensitive: lockout, otherwise: page}}
lockout: {lifts_after: 5m, when_full: page, escalates: false}
quarantine: {policy: "arn:aws:iam::111122223333:policy/deny", lifts_after: 30d, deactivate_keys: false}
limits: {per_hour: 0, share: 25%, at_least: 3}
changes: [{name: it, from: 2026-11-21T22:00Z, to: 2026-11-22T04:00Z, containment: allowed}]
"#,
    );
    assert_eq!(settings.mode, Mode::Ask);
    let protected: Vec<String> = settings.protected.iter().map(ToString::to_string).collect();
    assert_eq!(protected, ["arn:*:iam::*:role/x/*", "{path: /break-glass/}", "{tag: team=on call}"]);
    assert_eq!(
        settings.operators,
        ["arn:aws:iam::111122223333:role/team/oncall", "arn:aws:iam::111122223333:user/alice"]
    );
    assert_eq!(settings.members, ["444455556666".parse().unwrap()]);
    let wanted = |tier| settings.uncapped_response(portcullis_domain::Severity::Critical, Some(tier));
    assert_eq!([wanted(Tier::Critical), wanted(Tier::Standard)], [Response::Lockout, Response::Ask]);
    assert_eq!(settings.asking.propose, Response::Lockout);
    assert_eq!(settings.asking.expires_after, SignedDuration::from_mins(30));
    let tiers = [Some(Tier::Critical), Some(Tier::Sensitive), Some(Tier::Standard), None];
    assert_eq!(tiers.map(|tier| settings.asking.unanswered(tier).as_str()), ["quarantine", "lockout", "page", "page"]);
    assert_eq!(settings.lockout.lifts_after, SignedDuration::from_mins(5));
    assert_eq!((settings.lockout.when_full, settings.lockout.escalates), (WhenFull::Page, false));
    assert_eq!(settings.quarantine.lifts_after, SignedDuration::from_hours(720));
    assert!(settings.quarantine.policy.is_some() && !settings.quarantine.deactivate_keys);
    assert_eq!(settings.limits, LimitSettings { per_hour: 0, share: 25, at_least: 3 });
    assert_eq!(settings.changes[0].containment, DuringChange::Allowed);
}

#[test]
fn a_part_given_leaves_the_others_at_their_default() {
    let default = Settings::default();
    let settings = good("lockout: {escalates: false}\nquarantine: {lifts_after: 1h}\nlimits: {share: 1%}");
    assert_eq!(settings.lockout, LockoutSettings { escalates: false, ..default.lockout });
    assert!(settings.quarantine.deactivate_keys);
    assert_eq!(settings.limits, LimitSettings { share: 1, ..default.limits });
    assert_eq!(settings.asking, default.asking);
}

#[test_case("lockout", ["lockout"; 4] ; "a word for every tier")]
#[test_case("{otherwise: quarantine}", ["quarantine"; 4] ; "a map for every tier")]
#[test_case("{critical: quarantine}", ["quarantine", "page", "page", "page"] ; "one tier")]
#[test_case("{unclassified: lockout, otherwise: page}", ["page", "page", "page", "lockout"] ; "assets that no entry names")]
#[test_case("{}", ["page"; 4] ; "nothing")]
fn unanswered(yaml: &str, expected: [&str; 4]) {
    let asking = good(&format!("asking: {{unanswered: {yaml}}}")).asking;
    let tiers = [Some(Tier::Critical), Some(Tier::Sensitive), Some(Tier::Standard), None];
    assert_eq!(tiers.map(|tier| asking.unanswered(tier).as_str()), expected);
}

#[test_case("5m", true ; "the shortest")]
#[test_case("4m 59s", false ; "too short")]
#[test_case("30d", true ; "the longest")]
#[test_case("30d 1s", false ; "too long")]
#[test_case("2 weeks", true ; "weeks")]
#[test_case("1 month", false ; "a month has no length")]
#[test_case("-4h", false ; "negative")]
#[test_case("soon", false ; "a word")]
fn containments_last(text: &str, expected: bool) {
    for key in ["lockout", "quarantine"] {
        assert_eq!(parse(&format!("{key}: {{lifts_after: {text}}}")).is_ok(), expected, "{key}");
    }
}

#[test_case("5m", true ; "the shortest")]
#[test_case("4m 59s", false ; "too short")]
#[test_case("7d", true ; "the longest")]
#[test_case("7d 1s", false ; "too long")]
fn asks_last(text: &str, expected: bool) {
    assert_eq!(parse(&format!("asking: {{expires_after: {text}}}")).is_ok(), expected);
}

#[test]
fn only_a_policy_that_denies_may_be_attached() {
    let policy = |arn: &str| parse(&format!("quarantine: {{policy: \"{arn}\"}}"));
    assert!(policy("arn:aws:iam::aws:policy/AdministratorAccess").is_err());
    assert!(policy("arn:aws-cn:iam::aws:policy/AWSDenyAll").is_ok());
    assert!(policy("arn:aws:iam::111122223333:policy/deny").is_ok());
}

#[test_case("mode: lockout", "1:7  mode: found `lockout`, expected one of observe, page, ask, enforce", "" ; "a response as mode")]
#[test_case("response: {low: lock-out}", "response.low: found `lock-out`, expected one of observe, page, ask, lockout, quarantine", "did you mean `lockout`?" ; "a response misspelt")]
#[test_case("asking: {propose: page}", "1:19  asking.propose: found `page`, expected one of lockout, quarantine", "" ; "to propose a page")]
#[test_case("asking: {propose: quarantene}", "asking.propose: found `quarantene`", "did you mean `quarantine`?" ; "a proposal misspelt")]
#[test_case("asking: {expires_after: 4m}", "asking.expires_after: found `4m`, expected a duration from 5m to 7d", "" ; "too short a time to answer")]
#[test_case("asking: {expires_after: 60}", "asking.expires_after: found the number 60, expected a duration", "write a number with its unit" ; "a time without unit")]
#[test_case("asking: {unanswered: ask}", "asking.unanswered: found `ask`, expected one of page, lockout, quarantine", "" ; "to ask for ever")]
#[test_case("asking: {unanswered: {critical: observe}}", "asking.unanswered.critical: found `observe`, expected one of page, lockout, quarantine", "" ; "to keep silent")]
#[test_case("asking: {unanswered: {criticl: page}}", "asking.unanswered.criticl: unknown key, expected one of critical, sensitive, standard, unclassified, otherwise", "did you mean `critical`?" ; "a tier misspelt")]
#[test_case("asking: {unanswerd: page}", "asking.unanswerd: unknown key, expected one of propose, expires_after, unanswered", "did you mean `unanswered`?" ; "a key of asking misspelt")]
#[test_case("asking: lockout", "asking: found `lockout`, expected a map", "" ; "asking as a word")]
#[test_case("lockout: {lifts_after: 31d}", "lockout.lifts_after: found `31d`, expected a duration from 5m to 30d", "" ; "too long a lockout")]
#[test_case("lockout: {when_full: boundry}", "lockout.when_full: found `boundry`, expected one of boundary, page", "did you mean `boundary`?" ; "a choice misspelt")]
#[test_case("lockout: {escalates: yes}", "lockout.escalates: found `yes`, expected true or false", "" ; "truth as a word")]
#[test_case("lockout: {policy: x}", "lockout.policy: unknown key, expected one of lifts_after, when_full, escalates", "" ; "the policy of a lockout, which the stack has")]
#[test_case("quarantine: {lifts_after: 4m}", "quarantine.lifts_after: found `4m`, expected a duration from 5m to 30d", "" ; "too short a quarantine")]
#[test_case("quarantine: {deactivate_keys: 1}", "quarantine.deactivate_keys: found the number 1, expected true or false", "" ; "truth as a number")]
#[test_case("quarantine: {deactivate_key: true}", "quarantine.deactivate_key: unknown key", "did you mean `deactivate_keys`?" ; "a key of quarantine misspelt")]
#[test_case("limits: {per_hour: 1001}", "limits.per_hour: found the number 1001, expected a whole number from 0 to 1000", "" ; "too many")]
#[test_case("limits: {per_hour: -1}", "limits.per_hour: found the number -1, expected a whole number from 0 to 1000", "" ; "less than none")]
#[test_case("limits: {per_hour: '5'}", "limits.per_hour: found `5`, expected a whole number", "without quotes" ; "a number in quotes")]
#[test_case("limits: {per_hour: 5 roles}", "limits.per_hour: found `5 roles`, expected a whole number", "write the number alone" ; "a number and what it counts")]
#[test_case("limits: {at_least: 1.5}", "limits.at_least: found the number 1.5, expected a whole number from 0 to 1000", "" ; "half a role")]
#[test_case("limits: {share: 10}", "limits.share: found the number 10, expected a share from 1% to 100%", "did you mean `10%`?" ; "a share without percent sign")]
#[test_case("limits: {share: 0.1}", "limits.share: found the number 0.1, expected a share", "write a whole number and a percent sign" ; "a share as a fraction")]
#[test_case("limits: {share: 0%}", "limits.share: found `0%`, expected a share", "set `per_hour: 0`" ; "no share")]
#[test_case("limits: {share: 101%}", "limits.share: found `101%`, expected a share", "write a whole number" ; "more than everybody")]
#[test_case("limits: {share: 999%}", "limits.share: found `999%`, expected a share", "write a whole number" ; "much more than everybody")]
#[test_case("limits: {share: 2.5%}", "limits.share: found `2.5%`, expected a share", "write a whole number" ; "half a percent")]
#[test_case("limits: {share: +5%}", "limits.share: found `+5%`, expected a share", "write a whole number" ; "a sign")]
#[test_case("limits: {share: 10 %}", "limits.share: found `10 %`, expected a share", "write a whole number" ; "a blank before the sign")]
#[test_case("limits: {share: ten percent}", "limits.share: found `ten percent`, expected a share", "write a whole number" ; "words")]
#[test_case("limits: {per_day: 5}", "limits.per_day: unknown key, expected one of per_hour, share, at_least", "" ; "another limit")]
#[test_case("changes: [{name: it, from: 2026-11-21T22:00Z, to: 2026-11-22T04:00Z, containment: pause}]", "changes[0].containment: found `pause`, expected one of paused, allowed", "did you mean `paused`?" ; "a pause misspelt")]
#[test_case("changes: [{name: it, from: 2026-11-21T22:00Z, to: 2026-11-22T04:00Z, containment: true}]", "changes[0].containment: found the truth value true, expected one of paused, allowed", "" ; "a pause as truth")]
fn wrong(yaml: &str, message: &str, help: &str) {
    is_told(yaml, message, help);
}

#[test_case("[role/app]", "protected[0]: found `role/app`, expected the ARN pattern of IAM roles or users, or a map with `path` or `tag`", "did you mean `arn:aws:iam::*:role/app`?" ; "a role by name")]
#[test_case("[/break-glass/]", "protected[0]: found `/break-glass/`", "did you mean `{path: /break-glass/}`?" ; "a path alone")]
#[test_case("['portcullis:protected=true']", "protected[0]: found `portcullis:protected=true`", "did you mean `{tag: \"portcullis:protected=true\"}`?" ; "a tag alone")]
#[test_case("['111122223333']", "protected[0]: found `111122223333`", "write arn:aws:iam::111122223333:*" ; "an account")]
#[test_case("[111122223333]", "protected[0]: found the number 111122223333", "write an account id as" ; "an account without quotes")]
#[test_case("[oncall]", "protected[0]: found `oncall`", "write it like arn:aws:iam::111122223333:role/team/*, {path: /team/} or {tag: team=payroll}" ; "a word")]
#[test_case("[[x]]", "protected[0]: found a list, expected the ARN pattern of IAM roles or users, or a map", "" ; "a list")]
#[test_case("['arn:aws:sts::111122223333:assumed-role/app/me']", "this is the ARN of a session", "arn:aws:iam::111122223333:role/app" ; "a session")]
#[test_case("[{path: break-glass}]", "protected[0].path: found `break-glass`, expected an IAM path", "did you mean `/break-glass/`?" ; "a path without slashes")]
#[test_case("[{path: /}]", "protected[0].path: found `/`, expected an IAM path", "every path starts with a slash" ; "every path")]
#[test_case("[{tag: protected}]", "protected[0].tag: found `protected`, expected a tag as `key=value`", "write `team=payroll`" ; "a tag without value")]
#[test_case("[{tag: '*=true'}]", "protected[0].tag: found `*=true`, expected a tag", "write `team=payroll`" ; "any tag")]
#[test_case("[{function: 'arn:aws:lambda:*:*:function:x'}]", "protected[0].function: unknown key, expected one of path, tag", "" ; "a function, which is no principal")]
#[test_case("[{tga: a=b, path: /x/}]", "protected[0].tga: unknown key, expected one of path, tag", "did you mean `tag`?" ; "a key misspelt")]
#[test_case("[{tga: a=b}]", "protected[0].tga: unknown key, expected one of path, tag", "did you mean `tag`?" ; "the only key misspelt")]
#[test_case("[{}]", "protected[0]: expected exactly one of path, tag, found none", "" ; "an empty map")]
#[test_case("[{path: /a/, tag: b=c}]", "protected[0].tag: expected exactly one of path, tag, found path and tag", "make an entry of each" ; "two at once")]
#[test_case("/break-glass/", "protected: found `/break-glass/`, expected a list of ARN patterns, paths and tags", "" ; "no list")]
fn protected(items: &str, message: &str, help: &str) {
    is_told(&format!("protected: {items}"), message, help);
}

#[test_case("['arn:aws:iam::111122223333:role/*']", "operators[0]: found `arn:aws:iam::111122223333:role/*`, expected the ARN of an IAM role or user", "name each operator by its whole ARN" ; "a pattern")]
#[test_case("['arn:aws:sts::111122223333:assumed-role/oncall/alice']", "operators[0]: found", "path included: arn:aws:iam::111122223333:role/oncall" ; "a session")]
#[test_case("['arn:aws:iam::111122223333:root']", "operators[0]: found", "the root user needs no entry" ; "root")]
#[test_case("['arn:aws:iam::111122223333:group/oncall']", "operators[0]: found", "write it like arn:aws:iam::111122223333:role/oncall" ; "a group")]
#[test_case("[oncall]", "operators[0]: found `oncall`", "write it like arn:aws:iam::111122223333:role/oncall" ; "a name")]
#[test_case("[{tag: team=oncall}]", "operators[0]: found a map, expected the ARN of an IAM role or user", "" ; "a map")]
#[test_case("['arn:aws:iam::111122223333:role/a', 'arn:aws:iam::111122223333:role/b', 'arn:aws:iam::111122223333:role/a']", "operators[2]: `arn:aws:iam::111122223333:role/a` already stands on line 1", "remove one of the two" ; "the same twice")]
#[test_case("'arn:aws:iam::111122223333:role/a'", "operators: found `arn:aws:iam::111122223333:role/a`, expected a list", "" ; "no list")]
fn operators(items: &str, message: &str, help: &str) {
    is_told(&format!("operators: {items}"), message, help);
}

#[test_case("[444455556666]", "members[0]: found the number 444455556666, expected an account id", "write an account id as \"444455556666\"" ; "without quotes")]
#[test_case("['4444']", "members[0]: found `4444`, expected an account id of twelve digits, in quotes", "" ; "a short one")]
#[test_case("['444455556666', '111122223333', '444455556666']", "members[2]: `444455556666` already stands on line 1", "remove one of the two" ; "the same twice")]
fn members(items: &str, message: &str, help: &str) {
    is_told(&format!("members: {items}"), message, help);
}

proptest! {
    /// Whatever is allowed is read as it is written.
    #[test]
    fn what_is_written_is_read(
        (propose, unanswered) in (0..2_usize, proptest::collection::vec(0..3_usize, 4)),
        (expires, lockout, quarantine) in (5..=7 * 1440_i64, 5..=30 * 1440_i64, 5..=30 * 1440_i64),
        (when_full, escalates, deactivate_keys) in (0..2_usize, any::<bool>(), any::<bool>()),
        (per_hour, share, at_least) in (0..=1000_u32, 1..=100_u8, 0..=1000_u32),
    ) {
        let propose = [Response::Lockout, Response::Quarantine][propose];
        let when_full = WhenFull::ALL[when_full];
        let words: Vec<Response> =
            unanswered.iter().map(|index| [Response::Page, Response::Lockout, Response::Quarantine][*index]).collect();
        let settings = good(&format!(
            "asking:\n  propose: {propose}\n  expires_after: {expires}m\n  unanswered: {{critical: {}, sensitive: {}, \
             standard: {}, unclassified: {}}}\nlockout: {{lifts_after: {lockout}m, when_full: {when_full}, escalates: \
             {escalates}}}\nquarantine: {{lifts_after: {quarantine}m, deactivate_keys: {deactivate_keys}}}\n\
             limits: {{per_hour: {per_hour}, share: {share}%, at_least: {at_least}}}\n",
            words[0], words[1], words[2], words[3],
        ));
        let minutes = SignedDuration::from_mins;
        prop_assert_eq!((settings.asking.propose, settings.asking.expires_after), (propose, minutes(expires)));
        let tiers = [Some(Tier::Critical), Some(Tier::Sensitive), Some(Tier::Standard), None];
        prop_assert_eq!(tiers.map(|tier| settings.asking.unanswered(tier)).to_vec(), words);
        let expected = LockoutSettings { lifts_after: minutes(lockout), when_full, escalates };
        prop_assert_eq!(settings.lockout, expected);
        let expected = QuarantineSettings { policy: None, lifts_after: minutes(quarantine), deactivate_keys };
        prop_assert_eq!(settings.quarantine, expected);
        prop_assert_eq!(settings.limits, LimitSettings { per_hour, share, at_least });
    }

    /// No mode does more when nobody answers than it does by itself, and nobody is asked for ever.
    #[test]
    fn nothing_unanswered_goes_beyond_the_mode(word in 0..3_usize, mode in 0..4_usize) {
        let word = ["page", "lockout", "quarantine"][word];
        let settings = Settings { mode: Mode::ALL[mode], ..good(&format!("asking: {{unanswered: {word}}}")) };
        let response = settings.unanswered(None);
        prop_assert!(response <= settings.mode.ceiling() && response != Response::Ask);
        prop_assert!(!response.contains() || settings.mode == Mode::Enforce);
    }
}
