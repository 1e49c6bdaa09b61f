//! Decoys, rotators, hours, changes, networks, audit stores, exemptions and overrides: as they are read, and what can be
//! wrong with them.

use jiff::civil::{Weekday, date, time};
use test_case::test_case;

use super::*;

#[test]
fn every_part_is_read() {
    let settings = good(
        r#"
accounts: ["111122223333", "444455556666"]
hours:
  - {name: office, zone: Europe/Berlin, days: [mon, fri], from: "07:00", to: "20:30", holidays: [2026-12-25]}
  - {name: night, zone: UTC, days: [sun], from: 22:00, to: 24:00, actors: [{path: /night/}]}
changes:
  - {name: migration, from: "2026-11-21T22:00+01:00", to: 2026-11-22T04:00Z, reason: moves keys}
networks:
  - {name: office, cidrs: [198.51.100.0/24, "2001:db8::/32"]}
  - {name: build, vpc_endpoints: [vpce-0123]}
audit: {buckets: [org-trail-logs], log_groups: [/aws/trail]}
exemptions:
  - {name: terraform, actors: ["444455556666"], rules: [trail-changed], reason: deploys, until: 2027-03-31}
rules:
  secrets-read: {shadow: false, threshold: 120, exempt: [kms.amazonaws.com]}
  key-disabled:
geoip: [GeoLite2-Country.mmdb]
assets:
  - {name: bait, secret: bait, tier: standard, decoy: true, rotators: [{function: "arn:aws:lambda:*:*:function:x"}], hours: office}
  - {name: web, secret: web, tier: standard, decoy: false}
"#,
    );
    assert_eq!(settings.accounts.len(), 2);
    let [office, night] = settings.hours.as_slice() else { panic!("two entries") };
    assert_eq!((office.name.as_str(), office.zone.iana_name(), office.line), ("office", Some("Europe/Berlin"), 4));
    assert_eq!(office.days, [Weekday::Monday, Weekday::Friday]);
    assert_eq!((office.from, office.to), (time(7, 0, 0, 0), time(20, 30, 0, 0)));
    assert_eq!((office.holidays.first(), &office.actors), (Some(&date(2026, 12, 25)), &None));
    assert_eq!((night.from, night.to), (time(22, 0, 0, 0), time(0, 0, 0, 0)));
    assert_eq!(night.actors.as_ref().unwrap()[0].to_string(), "{path: /night/}");
    let change = &settings.changes[0];
    assert_eq!(
        (change.from.to_string(), change.to.to_string()),
        ("2026-11-21T21:00:00Z".into(), "2026-11-22T04:00:00Z".into())
    );
    assert_eq!((change.reason.as_deref(), change.line), (Some("moves keys"), 7));
    assert_eq!(settings.networks[0].cidrs.len(), 2);
    assert_eq!(settings.networks[1].vpc_endpoints, ["vpce-0123"]);
    assert!(settings.audit.has_bucket("org-trail-logs") && settings.audit.has_log_group("/aws/trail"));
    let exemption = &settings.exemptions[0];
    assert_eq!((exemption.reason.as_str(), exemption.until, exemption.line), ("deploys", date(2027, 3, 31), 13));
    assert_eq!((settings.rules[0].shadow, settings.rules[0].threshold), (Some(false), Some(120)));
    assert_eq!((settings.rules[1].rule.id.as_str(), settings.rules[1].rule.line), ("key-disabled", 16));
    assert_eq!(settings.geoip, ["GeoLite2-Country.mmdb"]);
    let [bait, web] = settings.assets.as_slice() else { panic!("two entries") };
    assert_eq!(
        (bait.decoy, bait.hours.as_deref(), bait.rotators.as_ref().map(Vec::len)),
        (true, Some("office"), Some(1))
    );
    assert_eq!((web.decoy, &web.hours, &web.rotators), (false, &None, &None));
}

#[test_case("{path: team/payroll}", "expected an IAM path", "did you mean `/team/payroll/`?" ; "a path without slashes")]
#[test_case("{path: /team/payroll}", "expected an IAM path", "did you mean `/team/payroll/`?" ; "a path without a slash at its end")]
#[test_case("{path: /}", "expected an IAM path", "every path starts with a slash" ; "every path")]
#[test_case("{path: '/*'}", "expected an IAM path", "every path starts with a slash" ; "every path by pattern")]
#[test_case("{path: 'arn:aws:iam::111122223333:role/team/'}", "expected an IAM path", "without the ARN" ; "an ARN as path")]
#[test_case("{tag: team}", "expected a tag as `key=value`", "write `team=payroll`" ; "a tag without value")]
#[test_case("{tag: =payroll}", "expected a tag as `key=value`", "write `team=payroll`" ; "a tag without key")]
#[test_case("{tag: 't*=payroll'}", "expected a tag as `key=value`", "write `team=payroll`" ; "a tag key with wildcards")]
#[test_case("{tag: {key: team}}", "found a map, expected a tag as `key=value`", "" ; "a tag as a map")]
#[test_case("{function: rotate-db}", "expected the ARN pattern of Lambda functions", "an ARN has six parts" ; "a function by name")]
#[test_case("{function: 'arn:aws:iam::111122223333:role/x'}", "expected the ARN pattern of Lambda functions", "it can match none" ; "a role as function")]
#[test_case("{functoin: x, path: /x/}", "functoin: unknown key", "did you mean `function`?" ; "a key misspelt")]
#[test_case("{path: /a/, tag: b=c}", "expected exactly one of path, tag, function, found path and tag", "make an entry of each" ; "two at once")]
#[test_case("{}", "expected exactly one of path, tag, function, found none", "" ; "none")]
fn actors(item: &str, message: &str, help: &str) {
    is_told(&format!("assets: [{{name: it, tier: critical, secret: x, authorized: [{item}]}}]"), message, help);
}

#[test_case("decoy: yes", "assets[0].decoy: found `yes`, expected true or false", "" ; "decoy as a word")]
#[test_case("rotators:", "assets[0].rotators: found nothing, expected a list", "write `[]` when nobody" ; "rotators without value")]
#[test_case("hours: ofice", "assets[0].hours: found `ofice`, expected the name of an entry of `hours`", "did you mean `office`?" ; "hours misspelt")]
#[test_case("hours: night", "assets[0].hours: found `night`", "give `hours` an entry of this name" ; "hours that are not there")]
fn assets(part: &str, message: &str, help: &str) {
    let hours = "hours: [{name: office, zone: UTC, days: [mon], from: '07:00', to: '20:00'}]";
    is_told(&format!("{hours}\nassets: [{{name: it, tier: critical, secret: x, {part}}}]"), message, help);
}

#[test_case("zone", "Europe/Berln", "1:16  hours[0].zone: found `Europe/Berln`, expected a time zone", "did you mean `Europe/Berlin`?" ; "a zone misspelt")]
#[test_case("zone", "CEST", "expected a time zone", "did you mean `CET`?" ; "an abbreviation")]
#[test_case("zone", "'+01:00'", "expected a time zone", "IANA" ; "an offset")]
#[test_case("zone", "Etc/Unknown", "expected a time zone", "IANA" ; "the zone that is none")]
#[test_case("days", "[monday]", "hours[0].days[0]: found `monday`, expected one of mon, tue", "" ; "a whole word")]
#[test_case("days", "[mnn]", "expected one of mon, tue", "did you mean `mon`?" ; "a day misspelt")]
#[test_case("days", "[]", "hours[0].days: found none, expected at least one day of the week", "" ; "no day")]
#[test_case("days", "mon", "hours[0].days: found `mon`, expected a list of at least one day", "" ; "a day alone")]
#[test_case("from", "7:00", "hours[0].from: found `7:00`, expected a time", "two digits" ; "one digit")]
#[test_case("from", "7", "hours[0].from: found the number 7, expected a time", "two digits" ; "a number")]
#[test_case("from", "'24:00'", "expected a time from \"00:00\" to \"23:59\"", "two digits" ; "a beginning at the end of the day")]
#[test_case("to", "'24:01'", "expected a time from \"00:00\" to \"24:00\"", "two digits" ; "behind the end of the day")]
#[test_case("to", "'07:00'", "hours[0].to: found `07:00`, expected another time: they begin then too", "for the whole day" ; "an end at the beginning")]
#[test_case("holidays", "[2026-02-29]", "hours[0].holidays[0]: found `2026-02-29`, expected a date", "" ; "a day that is not")]
#[test_case("holidays", "['2026-12-25T00:00']", "expected a date", "" ; "a moment for a date")]
#[test_case("holidays", "[25.12.2026]", "expected a date", "" ; "another way of writing dates")]
#[test_case("actors", "", "hours[0].actors: found nothing, expected a list", "write `[]`" ; "actors without value")]
#[test_case("actors", "[nobody]", "hours[0].actors[0]: found `nobody`", "" ; "actors that are none")]
#[test_case("actors", "[]", "hours[0]: these hours never apply: they are nobody's", "in the `hours` of an asset" ; "nobody's hours")]
fn hours(key: &str, value: &str, message: &str, help: &str) {
    let defaults = [("zone", "UTC"), ("days", "[mon]"), ("from", "'07:00'"), ("to", "'20:00'")];
    let others = defaults.iter().filter(|(name, _)| *name != key).map(|(name, value)| format!(", {name}: {value}"));
    is_told(&format!("hours: [{{{key}: {value}, name: it{}}}]", others.collect::<String>()), message, help);
}

#[test]
fn only_a_decoy_needs_no_tier() {
    let tier = |entry: &str| good(&format!("assets: [{{name: it, secret: x, {entry}}}]")).assets[0].tier;
    assert_eq!((tier("decoy: true"), tier("decoy: true, tier: critical")), (None, Some(Tier::Critical)));
    is_told("assets: [{name: it, secret: x, decoy: false}]", "assets[0]: `tier` is missing", "");
}

const OFFICE: &str = "zone: UTC, days: [mon], from: '07:00', to: '20:00'";

#[test]
fn hours_that_never_apply_are_a_problem_unless_an_asset_names_them() {
    let hours = format!("hours:\n  - {{name: a, {OFFICE}}}\n  - {{name: b, {OFFICE}}}\n");
    is_told(&hours, "3:5  hours[1]: these hours never apply: those on line 2 are everybody's already", "in `actors`");
    let used = "assets: [{name: it, tier: critical, secret: x, hours: b}]";
    assert_eq!(good(&format!("{hours}{used}")).hours.len(), 2);
    let broken = "assets: [{name: it, tier: crit, secret: x, hours: b}]";
    let (message, _) = problem(&format!("{hours}{broken}"));
    assert!(message.contains("tier"), "one mistake, one problem: {message}");
}

#[test]
fn a_name_holds_however_wrong_its_hours_are() {
    let hours = "hours: [{name: office, zone: Mars, days: [mon], from: '07:00', to: '20:00'}]";
    let (message, _) = problem(&format!("{hours}\nassets: [{{name: it, tier: critical, secret: x, hours: office}}]"));
    assert!(message.contains("Mars"), "one mistake, one problem: {message}");
}

#[test_case("from: 2026-11-21T22:00, to: 2026-11-22T04:00Z", "changes[0].from: found `2026-11-21T22:00`, expected a moment", "offset from UTC" ; "no offset")]
#[test_case("from: 2026-11-22T04:00Z, to: 2026-11-22T05:00+01:00", "changes[0].to: found `2026-11-22T05:00+01:00`, expected a moment after `from`", "" ; "an end at the beginning")]
#[test_case("from: 2026-11-22T04:00Z", "changes[0]: `to` is missing", "" ; "no end")]
#[test_case("from: 2026-11-21T22:00Z, to: 2026-11-22T04:00Z, actors: []", "changes[0].actors: found none, expected at least one", "" ; "nobody's change")]
#[test_case("from: 2026-11-21T22:00Z, to: 2026-11-22T04:00Z, reason: ''", "changes[0].reason: found ``, expected the reason for the change", "" ; "an empty reason")]
fn changes(parts: &str, message: &str, help: &str) {
    is_told(&format!("changes: [{{name: it, {parts}}}]"), message, help);
}

#[test_case("cidrs: [198.51.100.7/24]", "networks[0].cidrs[0]: found `198.51.100.7/24`, expected a range", "did you mean 198.51.100.0/24 or 198.51.100.7/32?" ; "bits beyond the prefix")]
#[test_case("cidrs: [198.51.100.7]", "expected a range", "for this address alone write 198.51.100.7/32" ; "an address")]
#[test_case("cidrs: [198.51.100.0/33]", "expected a range", "how many bits" ; "too many bits")]
#[test_case("cidrs: [office]", "expected a range", "how many bits" ; "a word")]
#[test_case("cidrs: [0.0.0.0/0]", "expected a range", "every address is in it" ; "everything")]
#[test_case("cidrs: [10.1.0.0/16]", "expected a range of public addresses", "under `vpc_endpoints`" ; "a private network")]
#[test_case("cidrs: ['fd00::/8']", "expected a range of public addresses", "under `vpc_endpoints`" ; "a private IPv6 network")]
#[test_case("cidrs: []", "networks[0].cidrs: found none, expected at least one range", "" ; "no range")]
#[test_case("vpc_endpoints: [vpc-0123]", "expected the id of a VPC endpoint", "" ; "a VPC")]
#[test_case("vpc_endpoints: [vpce-XYZ]", "expected the id of a VPC endpoint", "" ; "no id")]
#[test_case("vpc_endpoints:", "networks[0].vpc_endpoints: found none, expected at least one VPC endpoint id", "" ; "no endpoint")]
#[test_case("", "networks[0]: expected `cidrs` or `vpc_endpoints` or both, found neither", "" ; "nothing")]
fn networks(parts: &str, message: &str, help: &str) {
    is_told(&format!("networks: [{{name: it, {parts}}}]"), message, help);
}

#[test_case("audit: {buckets: ['arn:aws:s3:::logs']}", "audit.buckets[0]: found `arn:aws:s3:::logs`, expected the name of a bucket", "write the name alone" ; "the ARN of a bucket")]
#[test_case("audit: {log_groups: ['a b']}", "audit.log_groups[0]: found `a b`, expected the name of a log group", "" ; "no log group")]
#[test_case("audit: {bucket: [x]}", "audit.bucket: unknown key", "did you mean `buckets`?" ; "a key misspelt")]
#[test_case("accounts: [111122223333]", "accounts[0]: found the number 111122223333", "write an account id as" ; "an account without quotes")]
#[test_case("accounts: ['1111']", "accounts[0]: found `1111`, expected an account id", "" ; "a short account")]
#[test_case("geoip: [db/GeoLite2-ASN.mmdb]", "geoip[0]: found `db/GeoLite2-ASN.mmdb`", "put it beside this file" ; "a path")]
#[test_case("geoip: [GeoLite2-ASN.csv]", "expected the name of a MaxMind database", "" ; "another kind of file")]
fn places(yaml: &str, message: &str, help: &str) {
    is_told(yaml, message, help);
}

#[test_case("rules: [a-b], reason: r, until: 2027-03-31", "exemptions[0]: `actors` is missing", "" ; "for whom")]
#[test_case("actors: [], rules: [a-b], reason: r, until: 2027-03-31", "exemptions[0].actors: found none, expected at least one", "" ; "for nobody")]
#[test_case("actors: ['111122223333'], reason: r, until: 2027-03-31", "exemptions[0]: `rules` is missing", "" ; "from what")]
#[test_case("actors: ['111122223333'], rules: [], reason: r, until: 2027-03-31", "exemptions[0].rules: found none, expected at least one rule", "" ; "from nothing")]
#[test_case("actors: ['111122223333'], rules: ['*'], reason: r, until: 2027-03-31", "exemptions[0].rules[0]: found `*`, expected a rule's id", "`name` in the rule's file" ; "from everything")]
#[test_case("actors: ['111122223333'], rules: [a-b], until: 2027-03-31", "exemptions[0]: `reason` is missing", "" ; "why")]
#[test_case("actors: ['111122223333'], rules: [a-b], reason: r", "exemptions[0]: `until` is missing", "" ; "until when")]
#[test_case("actors: ['111122223333'], rules: [a-b], reason: r, until: forever", "exemptions[0].until: found `forever`, expected a date", "" ; "for ever")]
fn exemptions(parts: &str, message: &str, help: &str) {
    is_told(&format!("exemptions: [{{name: it, {parts}}}]"), message, help);
}

#[test_case("{Secrets_Read: {}}", "1:9  rules: found `Secrets_Read`, expected a rule's id", "`name` in the rule's file" ; "no id")]
#[test_case("{1: {}}", "rules: found the number 1, expected a rule's id", "put it in quotes" ; "a number")]
#[test_case("[a-b]", "rules: found a list, expected a map of rules", "" ; "a list")]
#[test_case("{a-b: shadow}", "rules.a-b: found `shadow`, expected a map", "" ; "a word")]
#[test_case("{a-b: {shadow: 'true'}}", "rules.a-b.shadow: found `true`, expected true or false", "" ; "truth in quotes")]
#[test_case("{a-b: {threshold: 0}}", "rules.a-b.threshold: found the number 0, expected a whole number from 1 to 120", "" ; "no events")]
#[test_case("{a-b: {threshold: 121}}", "expected a whole number from 1 to 120", "" ; "too many events")]
#[test_case("{a-b: {threshold: 1.5}}", "expected a whole number from 1 to 120", "" ; "half an event")]
#[test_case("{a-b: {exempt:}}", "rules.a-b.exempt: found nothing, expected a list", "write `[]`" ; "exempt without value")]
#[test_case("{a-b: {treshold: 5}}", "rules.a-b.treshold: unknown key", "did you mean `threshold`?" ; "a key misspelt")]
fn overrides(rules: &str, message: &str, help: &str) {
    is_told(&format!("rules: {rules}"), message, help);
}
