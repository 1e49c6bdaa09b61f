//! What to put into `portcullis.yaml` to fit a rule to a deployment.

use std::fmt::Write as _;

use crate::correlation::lower_bound;
use crate::{Documents, Entry};

/// The largest number that a threshold may be set to (`portcullis_windows::LARGEST_THRESHOLD`).
const LARGEST_THRESHOLD: u64 = 120;

/// Settings that change this rule: parts that can be copied as they are, with other names in them.
pub fn snippet(entry: &Entry, documents: &Documents) -> String {
    let id = entry.id();
    let mut text = String::new();
    if entry.yaml.contains("portcullis.actor.authorized:") {
        text.push_str(if entry.area == "kms" { KEY } else { SECRET });
    }
    if entry.yaml.contains("portcullis.actor.rotator:") {
        text.push_str(ROTATORS);
    }
    if entry.yaml.contains("portcullis.origin.") {
        text.push_str(NETWORKS);
    }
    let _ = write!(
        text,
        "exemptions:                        # who may set it off, until when\n\
         \x20 - name: planned work\n\
         \x20   actors: [\"arn:aws:iam::111122223333:role/deploy/*\"]\n\
         \x20   rules: [{id}]\n\
         \x20   reason: ticket and owner\n\
         \x20   until: 2027-03-31\n\
         rules:\n\
         \x20 {id}:\n"
    );
    if entry.rule.shadow {
        text.push_str("    shadow: false                  # page; as shipped it is only recorded\n");
    } else {
        text.push_str("    shadow: true                   # record it, page nobody\n");
    }
    if let Some(bound) = lower_bound(id, documents) {
        let higher = (bound * 2).min(LARGEST_THRESHOLD);
        let threshold = format!("    threshold: {higher}");
        let _ = writeln!(text, "{threshold:<34} # as shipped: {bound}");
    }
    text
}

const KEY: &str = "\
assets:
  - name: payroll key
    arn: arn:aws:kms:*:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab    # or alias, tag
    tier: critical
    authorized: [\"arn:aws:iam::111122223333:role/payroll/*\"]
";

const SECRET: &str = "\
assets:
  - name: payroll secrets
    secret: prod/payroll/*         # or arn, alias, tag
    tier: critical
    authorized: [\"arn:aws:iam::111122223333:role/payroll/*\"]
";

const ROTATORS: &str = "    rotators: [{function: \"arn:aws:lambda:*:111122223333:function:rotate-*\"}]\n";

const NETWORKS: &str = "\
networks:
  - name: office
    cidrs: [198.51.100.0/24]
";
