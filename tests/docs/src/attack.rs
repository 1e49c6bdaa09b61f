//! The ATT&CK techniques that the rules name.

use std::collections::{BTreeMap, BTreeSet};

use crate::Catalogue;
use crate::catalogue::NOTICE;
use crate::wrap::wrap;

/// A technique or sub-technique of ATT&CK for Enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Technique {
    /// `T1555.006`
    pub id: &'static str,
    /// Its name, a sub-technique's after that of its technique.
    pub name: &'static str,
    /// The tactics it serves.
    pub tactics: &'static [&'static str],
    /// The id that took its place when ATT&CK gave it up.
    pub now: Option<&'static str>,
}

const fn current(id: &'static str, name: &'static str, tactics: &'static [&'static str]) -> Technique {
    Technique { id, name, tactics, now: None }
}

const COLLECTION: &str = "Collection";
const CREDENTIALS: &str = "Credential Access";
const DISCOVERY: &str = "Discovery";
const ESCALATION: &str = "Privilege Escalation";
const EXFILTRATION: &str = "Exfiltration";
const IMPACT: &str = "Impact";
const IMPAIRMENT: &str = "Defense Impairment";
const INITIAL: &str = "Initial Access";
const PERSISTENCE: &str = "Persistence";
const RESOURCES: &str = "Resource Development";
const STEALTH: &str = "Stealth";

/// By id. Names and tactics as of ATT&CK 19 (April 2026), which split the tactic Defense Evasion into Stealth and
/// Defense Impairment and gave T1562 and what is below it other ids.
pub const TECHNIQUES: &[Technique] = &[
    current("T1036.005", "Masquerading: Match Legitimate Resource Name or Location", &[STEALTH]),
    current("T1069.003", "Permission Groups Discovery: Cloud Groups", &[DISCOVERY]),
    current("T1070", "Indicator Removal", &[STEALTH]),
    current("T1078.004", "Valid Accounts: Cloud Accounts", &[INITIAL, PERSISTENCE, ESCALATION, STEALTH]),
    current("T1098", "Account Manipulation", &[PERSISTENCE, ESCALATION]),
    current("T1098.001", "Account Manipulation: Additional Cloud Credentials", &[PERSISTENCE, ESCALATION]),
    current("T1098.003", "Account Manipulation: Additional Cloud Roles", &[PERSISTENCE, ESCALATION]),
    current("T1119", "Automated Collection", &[COLLECTION]),
    current("T1136.003", "Create Account: Cloud Account", &[PERSISTENCE]),
    current("T1199", "Trusted Relationship", &[INITIAL]),
    current("T1485", "Data Destruction", &[IMPACT]),
    current("T1486", "Data Encrypted for Impact", &[IMPACT]),
    current("T1489", "Service Stop", &[IMPACT]),
    current("T1490", "Inhibit System Recovery", &[IMPACT]),
    current("T1498", "Network Denial of Service", &[IMPACT]),
    current("T1499.003", "Endpoint Denial of Service: Application Exhaustion Flood", &[IMPACT]),
    current("T1525", "Implant Internal Image", &[PERSISTENCE]),
    current("T1526", "Cloud Service Discovery", &[DISCOVERY]),
    current("T1530", "Data from Cloud Storage", &[COLLECTION]),
    current("T1531", "Account Access Removal", &[IMPACT]),
    current("T1535", "Unused/Unsupported Cloud Regions", &[STEALTH]),
    current("T1537", "Transfer Data to Cloud Account", &[EXFILTRATION]),
    current("T1548.005", "Abuse Elevation Control Mechanism: Temporary Elevated Cloud Access", &[ESCALATION]),
    current("T1552", "Unsecured Credentials", &[CREDENTIALS]),
    current("T1552.001", "Unsecured Credentials: Credentials In Files", &[CREDENTIALS]),
    current("T1552.005", "Unsecured Credentials: Cloud Instance Metadata API", &[CREDENTIALS]),
    current("T1553.002", "Subvert Trust Controls: Code Signing", &[IMPAIRMENT]),
    current("T1555.006", "Credentials from Password Stores: Cloud Secrets Management Stores", &[CREDENTIALS]),
    current("T1557", "Adversary-in-the-Middle", &[CREDENTIALS, COLLECTION]),
    Technique {
        id: "T1562.001",
        name: "Impair Defenses: Disable or Modify Tools",
        tactics: &[IMPAIRMENT],
        now: Some("T1685"),
    },
    Technique {
        id: "T1562.008",
        name: "Impair Defenses: Disable or Modify Cloud Logs",
        tactics: &[IMPAIRMENT],
        now: Some("T1685.002"),
    },
    current("T1565", "Data Manipulation", &[IMPACT]),
    current("T1565.001", "Data Manipulation: Stored Data Manipulation", &[IMPACT]),
    current("T1565.002", "Data Manipulation: Transmitted Data Manipulation", &[IMPACT]),
    current("T1567.002", "Exfiltration Over Web Service: Exfiltration to Cloud Storage", &[EXFILTRATION]),
    current("T1580", "Cloud Infrastructure Discovery", &[DISCOVERY]),
    current("T1606", "Forge Web Credentials", &[CREDENTIALS]),
    current("T1608.003", "Stage Capabilities: Install Digital Certificate", &[RESOURCES]),
    current("T1654", "Log Enumeration", &[DISCOVERY]),
    current("T1685", "Disable or Modify Tools", &[IMPAIRMENT]),
    current("T1685.002", "Disable or Modify Tools: Disable or Modify Cloud Log", &[IMPAIRMENT]),
];

/// What is known of a technique.
pub fn technique(id: &str) -> Option<&'static Technique> {
    TECHNIQUES.iter().find(|technique| technique.id == id)
}

/// The technique's id, linked to its page at MITRE.
fn link(id: &str) -> String {
    format!("[{id}](https://attack.mitre.org/techniques/{}/)", id.replace('.', "/"))
}

/// Ids and names, linked: for the page of a rule. What ATT&CK gave up stands behind what took its place.
pub(crate) fn references(ids: &[String]) -> String {
    let now = |id: &String| technique(id).and_then(|technique| technique.now);
    let replaced = |id: &&String| now(id).is_some_and(|now| ids.iter().any(|other| other == now));
    let each = ids.iter().filter(|id| !replaced(id)).map(|id| {
        let name = technique(id).map(|technique| format!(" {}", technique.name)).unwrap_or_default();
        let former = ids.iter().filter(|other| now(other) == Some(id));
        let former: String = former.map(|former| format!(" (formerly {})", link(former))).collect();
        format!("{}{name}{former}", link(id))
    });
    each.collect::<Vec<_>>().join("; ")
}

/// The table of techniques. What ATT&CK gave up stands in the row of what took its place.
pub(crate) fn table(catalogue: &Catalogue) -> String {
    let mut rows: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for entry in &catalogue.entries {
        for id in &entry.rule.reference.attack {
            let now = technique(id).and_then(|technique| technique.now);
            let (former, rules) = rows.entry(now.unwrap_or(id)).or_default();
            former.extend(now.is_some().then_some(id.as_str()));
            rules.insert(entry.id());
        }
    }
    let rows: String = rows.iter().map(|(id, (former, rules))| row(id, former, rules)).collect();
    let about = "Which [rules](README.md) look for which technique of [ATT&CK for Enterprise](https://attack.mitre.org/), as \
                 of its version 19. That version split the tactic Defense Evasion into Stealth and Defense Impairment, and \
                 gave T1562 other ids; the rules carry both, and Sigma's tag `attack.defense-evasion`. Former ids stand \
                 beside the new ones.";
    let about = wrap(about, "", "");
    format!("{NOTICE}# ATT&CK techniques\n\n{about}\n| Technique | Name | Tactics | Rules |\n|---|---|---|---|\n{rows}")
}

fn row(id: &str, former: &BTreeSet<&str>, rules: &BTreeSet<&str>) -> String {
    let former: String = former.iter().map(|id| format!(", formerly {}", link(id))).collect();
    let (name, tactics) = technique(id)
        .map_or((String::new(), String::new()), |technique| (technique.name.to_owned(), technique.tactics.join(", ")));
    let rules: Vec<String> = rules.iter().map(|rule| format!("[{rule}]({rule}.md)")).collect();
    format!("| {}{former} | {name} | {tactics} | {} |\n", link(id), rules.join(", "))
}
