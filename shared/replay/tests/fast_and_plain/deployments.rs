//! Rules and settings of many kinds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, Mutex};

use portcullis_cases::settings as settings_of_cases;
use portcullis_detection::{Context, Pipeline, RuleFile, RuleSet, built_in};
use portcullis_settings::{Inventory, Settings};
use proptest::prelude::*;
use serde_json::json;

/// The built-in rules under each of the settings: to load them takes longer than to read some logs.
static PACK: LazyLock<Mutex<BTreeMap<Option<&str>, Arc<Pipeline>>>> = LazyLock::new(Mutex::default);

/// Rules and settings together, by what they are made of.
#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    /// Whether the built-in rules are loaded, too.
    built_in: bool,
    /// Rules of one's own.
    own: Vec<String>,
    settings: Option<&'static str>,
}

/// One that nothing is known of, with the rules of the pack alone.
pub(crate) fn pack_alone() -> impl Strategy<Value = Deployment> {
    settings().prop_map(|settings| Deployment { built_in: true, own: Vec::new(), settings })
}

/// Rules of one's own, now and then beside the pack.
pub(crate) fn own_rules() -> impl Strategy<Value = Deployment> {
    (prop::bool::weighted(0.15), prop::collection::vec(rule(), 1..4), settings()).prop_map(
        |(built_in, own, settings)| {
            let own =
                own.into_iter().enumerate().map(|(number, rule)| rule.replace("NUMBER", &number.to_string())).collect();
            Deployment { built_in, own, settings }
        },
    )
}

/// With the settings that the cases of the built-in rules are judged under.
const OF_CASES: &str = "of cases";

fn settings() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        None,
        Some(OF_CASES),
        Some(OF_CASES),
        Some(
            "mode: enforce\nassets:\n  - {name: all, secret: '*', tier: critical, authorized: ['arn:aws:iam::111122223333:role/payroll/*']}\n",
        ),
        Some(
            "mode: page\nassets:\n  - {name: alias, alias: alias/payroll, tier: sensitive}\n  - {name: decoys, secret: prod/*, decoy: true}\n",
        ),
    ])
}

impl Deployment {
    /// The built-in rules under the settings of their cases.
    pub(crate) const fn alone() -> Self {
        Self { built_in: true, own: Vec::new(), settings: Some(OF_CASES) }
    }

    /// Everything that records are examined with.
    pub(crate) fn pipeline(&self) -> Arc<Pipeline> {
        if self.own.is_empty() {
            let mut known = PACK.lock().unwrap();
            return known.entry(self.settings).or_insert_with(|| Arc::new(self.load())).clone();
        }
        Arc::new(self.load())
    }

    fn load(&self) -> Pipeline {
        let mut files = if self.built_in { built_in() } else { Vec::new() };
        let own = self.own.iter().enumerate();
        files.extend(own.map(|(number, yaml)| RuleFile { name: format!("own/{number}.yml"), yaml: yaml.clone() }));
        let settings = match self.settings {
            None => Settings::default(),
            Some(OF_CASES) => settings_of_cases().clone(),
            Some(yaml) => portcullis_settings::parse(yaml).unwrap(),
        };
        Pipeline::new(RuleSet::load(&files), settings, Inventory::default(), Context::default())
    }
}

/// A field, and values it may have.
const FIELDS: [(&str, &[&str]); 17] = [
    (
        "eventName",
        &[
            "Decrypt",
            "GetSecretValue",
            "StopLogging",
            "DescribeInstances",
            "Get*",
            "*Key*",
            "PutKeyPolicy",
            "AssumeRole",
            "decrypt",
        ],
    ),
    (
        "eventSource",
        &[
            "kms.amazonaws.com",
            "secretsmanager.amazonaws.com",
            "ec2.amazonaws.com",
            "s3.amazonaws.com",
            "iam.amazonaws.com",
            "KMS.amazonaws.com",
            "*.amazonaws.com",
            "sts.amazonaws.com",
        ],
    ),
    ("eventType", &["AwsApiCall", "AwsServiceEvent", "AwsConsoleSignIn"]),
    ("awsRegion", &["eu-west-1", "us-east-1", "eu-*"]),
    ("errorCode", &["AccessDenied", "*Denied*", "ThrottlingException"]),
    ("userAgent", &["aws-cli/2", "*boto*", "aws-sdk-rust", "AWS Internal", "console.amazonaws.com"]),
    ("sourceIPAddress", &["203.0.113.7", "203.0.113.*", "AWS Internal", "secretsmanager.amazonaws.com"]),
    ("readOnly", &["true", "false"]),
    ("recipientAccountId", &["111122223333", "444455556666"]),
    ("userIdentity.type", &["AssumedRole", "IAMUser", "Root", "AWSService", "AWSAccount"]),
    ("userIdentity.arn", &["arn:aws:sts::111122223333:assumed-role/*", "*laptop*", "*reporting*"]),
    ("userIdentity.sessionContext.sessionIssuer.userName", &["reporting", "payroll", "*app*"]),
    ("userIdentity.invokedBy", &["secretsmanager.amazonaws.com", "*"]),
    ("requestParameters.secretId", &["prod/payroll/db", "prod/*", "*db*"]),
    ("requestParameters.keyId", &["alias/payroll", "*1234abcd*", "arn:aws:kms:*"]),
    ("additionalEventData.SSEApplied", &["SSE_KMS"]),
    ("portcullis.actor.kind", &["role", "user"]),
];

/// Modifiers; those with `~` take no wildcards.
const MODIFIERS: [&str; 10] =
    ["", "", "", "|contains", "|startswith", "|endswith", "|contains|all", "|cased", "|re", "|exists"];

/// Words that a rule may look for anywhere in a record.
const WORDS: [&str; 8] = [
    "kms",
    "AccessDenied",
    "prod/payroll",
    "DescribeInstances",
    "203.0.113",
    "secretsmanager.amazonaws.com",
    "Decrypt",
    "*boto*",
];

fn one_item() -> impl Strategy<Value = String> {
    let values = prop::collection::vec(any::<prop::sample::Index>(), 1..4);
    (0..FIELDS.len(), prop::sample::select(MODIFIERS.to_vec()), values, any::<prop::sample::Index>()).prop_map(
        |(field, modifier, values, part)| {
            let (field, known) = FIELDS[field];
            let plain = |value: &str| value.replace('*', "");
            let piece = |value: &str| -> String {
                let letters: Vec<char> = plain(value).chars().collect();
                let at = part.index(letters.len().max(1));
                let kept: String = match modifier {
                    "|startswith" => letters.iter().take(at + 1).collect(),
                    "|endswith" => letters.iter().skip(at).collect(),
                    _ => letters.iter().skip(at).take(6).collect(),
                };
                if kept.is_empty() { "a".to_owned() } else { kept }
            };
            let values: Vec<String> = values
                .iter()
                .map(|index| known[index.index(known.len())])
                .map(|value| match modifier {
                    "|contains" | "|startswith" | "|endswith" | "|contains|all" => piece(value),
                    "|re" => format!("^{}.*$|{}", regex_escape(&plain(value)), regex_escape(&piece(value))),
                    "|cased" => plain(value),
                    _ => value.to_owned(),
                })
                .collect();
            match modifier {
                "|exists" => format!("{field}|exists: {}", part.index(2) == 0),
                _ => format!("{field}{modifier}: {}", json!(values)),
            }
        },
    )
}

fn regex_escape(text: &str) -> String {
    text.replace('.', "\\.").replace('/', "\\/")
}

/// A rule, and now and then what counts it.
fn rule() -> impl Strategy<Value = String> {
    let selection = prop::collection::vec(one_item(), 1..4);
    let alternatives = prop::bool::weighted(0.25);
    let selections = prop::collection::vec((selection, alternatives), 1..4);
    let keywords = prop::option::weighted(0.2, prop::collection::vec(prop::sample::select(WORDS.to_vec()), 1..3));
    let joined = prop::sample::select(vec![
        "FIRST",
        "FIRST",
        "1 of them",
        "all of them",
        "1 of selection_*",
        "FIRST or not LAST",
        "FIRST and not LAST",
        "not FIRST",
        "not (FIRST or LAST)",
        "(FIRST and LAST) or 1 of them",
    ]);
    let counted = prop::option::weighted(0.25, (1..6u32, prop::sample::select(vec!["10s", "5m", "1h"])));
    (selections, keywords, joined, counted).prop_map(|(selections, keywords, joined, counted)| {
        let (mut detection, mut names) = (String::new(), Vec::new());
        for (number, (items, alternatives)) in selections.iter().enumerate() {
            let name = format!("selection_{number}");
            writeln!(detection, "  {name}:").unwrap();
            let mut fields: Vec<&str> = Vec::new();
            for item in items {
                // A map names a field once.
                let field = item.split(':').next().unwrap();
                if !alternatives && fields.contains(&field) {
                    continue;
                }
                fields.push(field);
                writeln!(detection, "    {}{item}", if *alternatives { "- " } else { "" }).unwrap();
            }
            names.push(name);
        }
        if let Some(words) = keywords {
            writeln!(detection, "  words: {}", json!(words)).unwrap();
            names.push("words".to_owned());
        }
        let condition = joined.replace("FIRST", &names[0]).replace("LAST", names.last().unwrap());
        let base = format!(
            "title: Own NUMBER\nname: own-NUMBER\nlogsource: {{product: aws, service: cloudtrail}}\ndetection:\n{detection}  condition: {condition}\nlevel: medium\n"
        );
        match counted {
            None => base,
            Some((times, timespan)) => format!(
                "title: Many NUMBER\nname: many-NUMBER\ncorrelation:\n  type: event_count\n  rules: [own-NUMBER]\n  group-by: [portcullis.actor.name]\n  timespan: {timespan}\n  condition: {{gte: {times}}}\nlevel: high\n---\n{base}"
            ),
        }
    })
}

/// Most of the rules that are made must load, or nothing is tested by them.
#[test]
fn most_rules_of_ones_own_load() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut loaded, mut problems) = (0, Vec::new());
    for _ in 0..300 {
        let yaml = rule().new_tree(&mut runner).unwrap().current().replace("NUMBER", "0");
        let set = RuleSet::load(&[RuleFile { name: "own.yml".to_owned(), yaml: yaml.clone() }]);
        loaded += usize::from(set.rules().next().is_some());
        problems.extend(set.problems().iter().map(|problem| format!("{problem}\n{yaml}")));
    }
    assert!(loaded > 200, "{loaded} of 300 load:\n{}", problems.join("\n"));
}
