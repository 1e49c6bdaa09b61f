//! The settings of the organisation, as somebody who knows it would write them.

use std::fmt::Write as _;

use crate::clock::Zone;
use crate::organization::{Account, Organization};

/// `portcullis.yaml`.
pub(crate) fn yaml(organization: &Organization) -> String {
    let mut yaml = String::new();
    // Writing to a string cannot fail.
    let _ = write(organization, &mut yaml);
    yaml
}

fn write(organization: &Organization, yaml: &mut String) -> std::fmt::Result {
    let accounts = &organization.accounts;
    let ids: Vec<String> = accounts.iter().map(|account| format!("\"{}\"", account.id)).collect();
    writeln!(yaml, "# The keys and secrets of a simulated organisation, and who may use them.")?;
    writeln!(yaml, "mode: enforce\naccounts: [{}]\nassets:", ids.join(", "))?;
    for account in accounts {
        assets(account, accounts, yaml)?;
    }
    hours(accounts, yaml)?;
    networks(accounts, yaml)?;
    writeln!(yaml, "audit:\n  buckets: [org-trail-logs]\n  log_groups: [org-trail]")?;
    writeln!(yaml, "protected:")?;
    for account in accounts {
        writeln!(yaml, "  - {}", account.scanner.arn)?;
    }
    rules(accounts, yaml)
}

/// One entry under `assets`.
struct Entry<'e> {
    name: String,
    selector: String,
    tier: &'static str,
    authorized: &'e [String],
    rotators: Option<String>,
    hours: Option<&'static str>,
}

impl Entry<'_> {
    fn write(&self, yaml: &mut String) -> std::fmt::Result {
        let Self { name, selector, tier, authorized, .. } = self;
        writeln!(yaml, "  - name: {name}\n    {selector}\n    tier: {tier}\n    authorized:")?;
        authorized.iter().try_for_each(|actor| writeln!(yaml, "      - {actor}"))?;
        if let Some(rotator) = &self.rotators {
            writeln!(yaml, "    rotators:\n      - {{function: \"{rotator}\"}}")?;
        }
        if let Some(hours) = self.hours {
            writeln!(yaml, "    hours: {hours}")?;
        }
        Ok(())
    }
}

fn assets(account: &Account, all: &[Account], yaml: &mut String) -> std::fmt::Result {
    let Account { id, unit, .. } = account;
    let role = |rest: &str| format!("arn:aws:iam::{id}:role/{rest}");
    let deployers = [role("deploy/pipeline"), role("platform/key-administrator")];
    let operators: Vec<String> = Zone::ALL
        .iter()
        .map(|zone| role(&format!("aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_DatabaseOperator{}_*", zone.word())))
        .collect();
    let with = |more: &[String]| -> Vec<String> { deployers.iter().chain(more).cloned().collect() };
    let own = with(&[role(&format!("{unit}/*")), role(&format!("rotation/rotate-{unit}"))]);
    let tokens = with(&[role("tokens/tokeniser")]);
    let crm = [with(&[role("crm/web"), role("rotation/rotate-crm")]), operators.clone()].concat();
    let reports = [with(&[role("reports/nightly"), role("rotation/rotate-reports")]), operators].concat();
    let others = all.iter().filter(|other| other.id != *id).map(|other| format!("\"{}\"", other.id));
    let shared: Vec<String> = reports.iter().cloned().chain(others).collect();
    let backup = with(&[role("backup/backup")]);
    let web = with(&[role("web/server"), format!("arn:aws:iam::{id}:user/partners/partner-feed")]);
    let secret = |name: &str| format!("arn: \"arn:aws:secretsmanager:*:{id}:secret:{name}/*\"");
    let rotator = |name: &str| Some(format!("arn:aws:lambda:*:{id}:function:rotate-{name}"));
    let secrets = [
        (unit.as_str(), secret(&format!("prod/{unit}")), "critical", &own, rotator(unit), None),
        ("crm", secret("prod/crm"), "sensitive", &crm, rotator("crm"), None),
        ("reports", secret("prod/reports"), "sensitive", &reports, rotator("reports"), None),
        ("web", secret("prod/web"), "standard", &web, None, None),
        ("partner", secret("prod/partner"), "standard", &web, None, None),
    ];
    for (name, selector, tier, authorized, rotators, hours) in secrets {
        let name = format!("{name} secrets of {id}");
        Entry { name, selector, tier, authorized, rotators, hours }.write(yaml)?;
    }
    let nobody: Vec<String> = vec![role("platform/key-administrator")];
    let keys = [
        (unit.as_str(), "critical", &own),
        ("tokens", "critical", &tokens),
        ("crm", "sensitive", &crm),
        ("reports", "sensitive", &shared),
        ("web", "standard", &web),
        ("backup", "sensitive", &backup),
    ];
    for (alias, tier, authorized) in keys {
        let Some(key) = account.key(alias) else { continue };
        for (number, arn) in (1..).zip(key.arns()) {
            let name = format!("{alias} key {number} of {id}");
            let selector = format!("arn: {arn}");
            Entry { name, selector, tier, authorized, rotators: None, hours: None }.write(yaml)?;
        }
    }
    for key in &account.retired {
        let name = format!("{} of {id}", key.alias.replace("alias/", "key "));
        let selector = format!("arn: {}", key.first());
        Entry { name, selector, tier: "sensitive", authorized: &nobody, rotators: None, hours: None }.write(yaml)?;
    }
    let (key, secret) = &account.decoys;
    writeln!(yaml, "  - name: bait of {id}\n    arn: {}\n    decoy: true", secret.arn)?;
    writeln!(yaml, "  - name: bait key of {id}\n    arn: {}\n    decoy: true", key.first())
}

/// Those who run databases work by day, each in their part of the world; everybody else is not bound to hours.
fn hours(accounts: &[Account], yaml: &mut String) -> std::fmt::Result {
    writeln!(yaml, "hours:")?;
    for zone in Zone::ALL {
        writeln!(
            yaml,
            "  - name: {}\n    zone: {}\n    days: [mon, tue, wed, thu, fri]\n    from: \"07:00\"\n    to: \"20:00\"\n    actors:",
            zone.word().to_lowercase(),
            zone.name()
        )?;
        for account in accounts {
            writeln!(
                yaml,
                "      - arn:aws:iam::{}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_DatabaseOperator{}_*",
                account.id,
                zone.word()
            )?;
        }
    }
    Ok(())
}

fn networks(accounts: &[Account], yaml: &mut String) -> std::fmt::Result {
    writeln!(yaml, "networks:\n  - name: office\n    cidrs: [198.51.100.0/24]")?;
    writeln!(yaml, "  - name: nat gateways\n    cidrs: [192.0.2.0/24]")?;
    writeln!(yaml, "  - name: workloads\n    vpc_endpoints:")?;
    for (_, network) in accounts.iter().flat_map(|account| &account.regions) {
        network.endpoints().try_for_each(|endpoint| writeln!(yaml, "      - {endpoint}"))?;
    }
    Ok(())
}

/// The scanner looks at everything, bait included.
fn rules(accounts: &[Account], yaml: &mut String) -> std::fmt::Result {
    writeln!(yaml, "rules:")?;
    for rule in ["keys-inspected-in-series", "decoy-key-inspected"] {
        writeln!(yaml, "  {rule}:\n    exempt:")?;
        accounts.iter().try_for_each(|account| writeln!(yaml, "      - {}", account.scanner.arn))?;
    }
    Ok(())
}
