//! The findings of the example.

use std::error::Error;

use jiff::Timestamp;
use portcullis_detection::RuleSet;
use portcullis_domain::{
    Action, Actor, Asset, Burst, Evidence, Finding, FindingId, Origin, Outcome, Principal, Session, Source, Tier,
    sha256_hex,
};

use crate::example::Wording;
use crate::example::cast::{key, role, secret, user};

/// What is told of a finding; all else follows.
struct Told<'t> {
    rule: &'t str,
    actor: Actor,
    assets: Vec<Asset>,
    tier: Option<Tier>,
    call: (&'t str, &'t str),
    outcome: Outcome,
    time: &'t str,
    from: &'t str,
    agent: &'t str,
    /// How many events.
    events: usize,
    shadow: bool,
}

/// The built-in rules that fire in it; to load the others would only take time.
pub(super) const RULES: [&str; 12] = [
    "classified-secret-deleted",
    "classified-secret-read-from-new-place",
    "classified-secret-read-out-of-hours",
    "decoy-secret-touched",
    "denied-access-critical-asset",
    "denied-calls-burst",
    "key-alias-repointed",
    "key-disabled-or-scheduled-for-deletion",
    "many-secrets-first-read-by-one-actor",
    "secret-read-by-root",
    "trail-stopped-or-blinded",
    "unauthorized-access-critical-asset",
];

const CLI: &str = "aws-cli/2.31.0 md/awscrt#0.28.2 ua/2.1 os/linux#6.1.0 md/arch#x86_64 lang/python#3.13.7";
const CONSOLE: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15";
const TERRAFORM: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.14.0 terraform-provider-aws/6.20.0";

/// Every finding, in no order.
pub(super) fn findings(wording: Wording<'_>, rules: &RuleSet) -> Result<Vec<Finding>, Box<dyn Error>> {
    let told = grave(wording)?.into_iter().chain(lesser(wording)?);
    told.map(|told| finding(wording, rules, told)).collect()
}

const GET: (&str, &str) = ("secretsmanager", "GetSecretValue");

impl<'t> Told<'t> {
    /// One read of a secret, by the command line, that succeeded.
    fn read(rule: &'t str, actor: Actor, assets: Vec<Asset>, tier: Option<Tier>, time: &'t str) -> Self {
        let (call, outcome, from, agent) = (GET, Outcome::Success, "203.0.113.7", CLI);
        Self { rule, actor, assets, tier, call, outcome, time, from, agent, events: 1, shadow: false }
    }
}

fn payroll(wording: Wording<'_>) -> Vec<Asset> {
    vec![secret(wording, "prod/payroll/db")]
}

fn billing(wording: Wording<'_>) -> Vec<Asset> {
    vec![secret(wording, "prod/billing/stripe")]
}

const CRITICAL: Option<Tier> = Some(Tier::Critical);
const SENSITIVE: Option<Tier> = Some(Tier::Sensitive);
const KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const NEXT_KEY: &str = "0987dcba-09fe-87dc-65ba-ab0987654321";

/// Those of severity high and above.
fn grave(wording: Wording<'_>) -> Result<Vec<Told<'static>>, Box<dyn Error>> {
    let who = |path| role(wording, path);
    let (payroll, billing) = (payroll(wording), billing(wording));
    let root = Actor {
        principal: Principal::Root { account: "111122223333".parse().ok() },
        session: Session { mfa: Some(true), ..Session::default() },
    };
    let (unauthorized, stopped) = ("unauthorized-access-critical-asset", "trail-stopped-or-blinded");
    let (deleted, disabled) = ("classified-secret-deleted", "key-disabled-or-scheduled-for-deletion");
    let many_read = "many-secrets-first-read-by-one-actor";
    Ok(vec![
        Told::read(unauthorized, who("team/reporting")?, payroll.clone(), CRITICAL, "2026-11-12T02:14:07Z"),
        Told {
            agent: TERRAFORM,
            call: ("cloudtrail", "StopLogging"),
            ..Told::read(stopped, who("ops/terraform")?, vec![], None, "2026-11-19T15:20:02Z")
        },
        Told {
            from: "198.51.100.23",
            ..Told::read("decoy-secret-touched", user(wording, "alice")?, billing, SENSITIVE, "2026-11-21T23:48:51Z")
        },
        Told {
            call: ("secretsmanager", "DeleteSecret"),
            ..Told::read(deleted, who("break-glass/admin")?, payroll.clone(), CRITICAL, "2026-11-23T09:05:33Z")
        },
        Told {
            call: ("kms", "DisableKey"),
            ..Told::read(disabled, who("team/data-eng")?, vec![key(KEY)?], SENSITIVE, "2026-11-17T11:42:18Z")
        },
        Told {
            events: 23,
            ..Told::read(many_read, who("team/contractor")?, many(wording), SENSITIVE, "2026-11-25T19:12:00Z")
        },
        Told { agent: CONSOLE, ..Told::read("secret-read-by-root", root, payroll, CRITICAL, "2026-11-08T06:58:10Z") },
    ])
}

/// Those below.
fn lesser(wording: Wording<'_>) -> Result<Vec<Told<'static>>, Box<dyn Error>> {
    let who = |path| role(wording, path);
    let (payroll, billing) = (payroll(wording), billing(wording));
    let (at_night, new_place) = ("classified-secret-read-out-of-hours", "classified-secret-read-from-new-place");
    let denied = "denied-access-critical-asset";
    Ok(vec![
        Told {
            outcome: Outcome::Denied,
            ..Told::read(denied, who("team/reporting")?, payroll.clone(), CRITICAL, "2026-11-12T02:31:40Z")
        },
        Told {
            agent: TERRAFORM,
            call: ("kms", "UpdateAlias"),
            ..Told::read(
                "key-alias-repointed",
                who("ops/terraform")?,
                vec![key(KEY)?, key(NEXT_KEY)?],
                CRITICAL,
                "2026-11-15T10:00:00Z",
            )
        },
        Told::read(at_night, who("team/analytics")?, billing.clone(), SENSITIVE, "2026-11-10T03:22:45Z"),
        Told::read(at_night, who("team/analytics")?, billing.clone(), SENSITIVE, "2026-11-10T03:41:09Z"),
        Told::read("payroll-read-from-laptop", who("payroll/run")?, payroll, CRITICAL, "2026-11-20T13:30:12Z"),
        Told {
            events: 64,
            outcome: Outcome::Denied,
            call: ("kms", "Decrypt"),
            ..Told::read("denied-calls-burst", who("team/analytics")?, vec![], None, "2026-11-28T03:50:00Z")
        },
        Told {
            shadow: true,
            agent: CONSOLE,
            ..Told::read(new_place, who("billing/invoices")?, billing, SENSITIVE, "2026-11-27T16:01:54Z")
        },
    ])
}

fn many(wording: Wording<'_>) -> Vec<Asset> {
    let names =
        ["prod/billing/stripe", "prod/billing/tax", "prod/shop/session", "prod/shop/oauth", "staging/payroll/db"];
    names.iter().map(|name| secret(wording, name)).collect()
}

fn finding(wording: Wording<'_>, rules: &RuleSet, told: Told<'_>) -> Result<Finding, Box<dyn Error>> {
    let rule = rules.rule(told.rule).ok_or_else(|| format!("no rule `{}`", told.rule))?.reference.clone();
    let first: Timestamp = told.time.parse()?;
    let event = format!(
        "{}-4492-8a1a-aea930ee7f1b",
        sha256_hex(&format!("{}{}", told.rule, told.time)).get(..13).unwrap_or_default()
    );
    // A burst has a selection of its events.
    let records = told.events.min(4);
    let mut evidence = Vec::new();
    for place in 0..records {
        let time = first.saturating_add(jiff::SignedDuration::from_secs(17) * i32::try_from(place)?)?;
        let denied = told.outcome == Outcome::Denied;
        evidence.push(Evidence {
            event_id: Some(wording(&format!("{event}{place}"))),
            time: Some(time),
            action: Action { service: told.call.0.to_owned(), name: wording(told.call.1) },
            outcome: told.outcome,
            error_code: denied.then(|| wording("AccessDenied")),
            origin: Origin {
                source: Source::Ip(told.from.parse()?),
                user_agent: Some(wording(told.agent)),
                vpc_endpoint: (place == 1).then(|| wording("vpce-0a1b2c3d4e5f60718")),
            },
            via: None,
            record_sha256: sha256_hex(&format!("{event}{place}")),
        });
    }
    let burst = (told.events > 1).then(|| Burst {
        first,
        last: evidence.iter().filter_map(|record| record.time).max().unwrap_or(first),
        events: told.events,
        at_least: told.events > 50,
        group: vec![("portcullis.actor.name".to_owned(), wording(&told.actor.principal.to_string()))],
        actors: Vec::new(),
        revision: 1,
        supersedes: Vec::new(),
    });
    Ok(Finding {
        id: FindingId::of_event(told.rule, "111122223333", &event),
        rule,
        actor: told.actor,
        entries: told.tier.map(|_| wording("payroll secrets")).into_iter().collect(),
        authorized: told.tier.map(|_| told.rule == "payroll-read-from-laptop"),
        assets: told.assets,
        tier: told.tier,
        account: "111122223333".parse().ok(),
        region: Some(wording("eu-west-1")),
        evidence,
        burst,
        shadow: told.shadow,
    })
}
