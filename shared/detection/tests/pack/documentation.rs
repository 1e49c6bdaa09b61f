//! What a rule must tell the people who get its findings.

use std::path::Path;

use rsigma_parser::parse_condition;
use serde_json::Value;

use crate::cases::Rule;

const AREAS: [&str; 6] = ["kms", "secrets-manager", "parameter-store", "audit-trail", "portcullis", "iam"];
const LEVELS: [&str; 5] = ["informational", "low", "medium", "high", "critical"];
const STATUSES: [&str; 3] = ["stable", "test", "experimental"];
/// Members of `portcullis:`; all but the last must be there.
const OURS: [&str; 4] = ["misses", "tuning", "runbook", "shadow"];

/// Everything that is missing or wrong, each with what to do.
pub(crate) fn complaints(rule: &Rule) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |fine: bool, complaint: String| {
        if !fine {
            wrong.push(complaint);
        }
    };
    let area = Path::new(&rule.place).parent().map(|area| area.display().to_string()).unwrap_or_default();
    check(AREAS.contains(&area.as_str()), format!("move it into one of the folders {}", AREAS.join(", ")));
    let main = rule.documents.iter().find(|document| document["name"] == rule.name());
    let Some(main) = main else {
        check(false, format!("no document has `name: {}`; the file is named after its rule", rule.name()));
        return wrong;
    };
    check(!text(&main["title"]).is_empty(), "`title` is missing".to_owned());
    check(main["author"] == "Portcullis", "`author` is Portcullis".to_owned());
    let status = main["status"].as_str().unwrap_or_default();
    check(STATUSES.contains(&status), format!("`status` is one of {}", STATUSES.join(", ")));
    let level = main["level"].as_str().unwrap_or_default();
    check(LEVELS.contains(&level), format!("`level` is one of {}", LEVELS.join(", ")));
    let length = text(&main["description"]).chars().count();
    check(
        length > 80,
        format!("the description has {length} characters; say in more than 80 what it catches and why it matters"),
    );
    let false_positives = texts(&main["falsepositives"]);
    check(!false_positives.is_empty(), "`falsepositives`: list when it fires on something harmless".to_owned());
    tags(&texts(&main["tags"]), &mut check);
    let ours = &main["portcullis"];
    for member in ["misses", "tuning"] {
        let length = text(&ours[member]).chars().count();
        check(length > 20, format!("`portcullis.{member}` has {length} characters; one or two sentences"));
    }
    let runbook = text(&ours["runbook"]);
    let anchor = runbook.strip_prefix('#').unwrap_or_default();
    let kebab = !anchor.is_empty()
        && anchor.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
    check(
        kebab,
        format!("`portcullis.runbook` is an anchor in docs/runbook.md such as \"#key-deletion\", not {runbook:?}"),
    );
    check(
        ours["shadow"].is_null() || ours["shadow"] == true,
        "`portcullis.shadow` is true, or not there at all".to_owned(),
    );
    for member in ours.as_object().into_iter().flatten().map(|(member, _)| member) {
        check(
            OURS.contains(&member.as_str()),
            format!("`portcullis.{member}` means nothing; known: {}", OURS.join(", ")),
        );
    }
    bases(rule, main, &mut check);
    wrong
}

/// A tactic, a technique, and beside a technique that ATT&CK renumbered its new number.
fn tags(tags: &[&str], check: &mut impl FnMut(bool, String)) {
    let attack: Vec<&str> = tags.iter().filter_map(|tag| tag.strip_prefix("attack.")).collect();
    let is_technique =
        |tag: &&str| tag.strip_prefix('t').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    check(attack.iter().any(is_technique), "`tags`: name the ATT&CK technique, `attack.t1555.006`".to_owned());
    check(
        attack.iter().any(|tag| !is_technique(tag)),
        "`tags`: name the ATT&CK tactic, `attack.credential-access`".to_owned(),
    );
    for (old, new) in [("t1562.001", "t1685"), ("t1562.008", "t1685.002")] {
        let both = !attack.contains(&old) || attack.contains(&new);
        check(both, format!("`tags`: beside attack.{old} give its new number attack.{new}"));
    }
    let any_old = attack.iter().any(|tag| tag.starts_with("t1562"));
    let any_new = attack.iter().any(|tag| tag.starts_with("t1685"));
    check(!any_old || any_new, "`tags`: beside attack.t1562.… give its new number attack.t1685.…".to_owned());
}

/// Base rules: there for the correlation, silent on their own.
fn bases(rule: &Rule, main: &Value, check: &mut impl FnMut(bool, String)) {
    let others: Vec<&Value> = rule.documents.iter().filter(|document| !std::ptr::eq(*document, main)).collect();
    check(
        main["correlation"].is_object() || others.is_empty(),
        "only a correlation has further documents; give each rule its own file".to_owned(),
    );
    let used: Vec<&str> = rule.documents.iter().flat_map(|document| texts(&document["correlation"]["rules"])).collect();
    for base in others {
        let name = text(&base["name"]);
        check(
            used.contains(&name),
            format!("its correlation does not refer to `{name}`; a rule that makes findings has a file of its own"),
        );
        check(base["level"] == "informational", format!("base rule `{name}`: `level` is informational"));
    }
    for name in used {
        let own = rule.documents.iter().any(|document| document["name"] == name);
        let other = rule.borrowed.iter().find(|document| document["name"] == name);
        check(own || other.is_some(), format!("the correlation refers to `{name}`, which no file holds"));
        check(
            other.is_none_or(|other| other["description"].is_string()),
            format!("`{name}` is a base rule of another file; give this file a base rule of its own"),
        );
    }
    for document in &rule.documents {
        let silent = document["generate"] != true && document["correlation"]["generate"] != true;
        check(silent, "`generate: true` would make findings of base rules; leave it out".to_owned());
        let condition = document["detection"]["condition"].as_str().map(parse_condition);
        let readable = document["correlation"].is_object() || matches!(condition, Some(Ok(_)));
        check(readable, format!("`{}`: `condition` is one expression", text(&document["name"])));
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default().trim()
}

/// The strings of a list; none when it is not one.
fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
