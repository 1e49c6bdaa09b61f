//! The page about a finding: what happened, who, from where, what was done, until when, and the way back.

use jiff::Timestamp;
use portcullis_domain::{Asset, Evidence, Finding, PolicyArn, Principal};
use portcullis_response::{Containment, Entry, Refusal, Step, Target};
use portcullis_settings::Response;

use crate::text::{Lines, one_line, shorten};
use crate::{Page, PageContext, burst, release_command};

pub(crate) fn render(entry: &Entry, context: &PageContext) -> Page {
    let finding = &entry.finding;
    let mut lines = Lines::default();
    lines.plain(&headline(entry));
    if let Some(escalated) = escalated(entry) {
        lines.plain(&escalated);
    }
    lines.plain("");
    lines.line("WHAT", &one_line(&finding.rule.title));
    match &finding.burst {
        Some(burst) => burst::tell(finding, burst, &mut lines),
        None => tell(finding, &mut lines),
    }
    lines.plain("");
    lines.lines("DONE", done(entry));
    lines.lines("NOT DONE", not_done(entry));
    let until = quarantined_until(entry).or(match &entry.containment {
        Some(Containment::Contained { until, .. }) => Some(*until),
        _ => None,
    });
    if let Some(until) = until {
        lines.line("ENDS", &format!("{until:.0}, by itself"));
    }
    lines.lines("UNDO", undo(entry, context));
    lines.plain("");
    let attack = finding.rule.attack.join(", ");
    lines.line("RULE", &format!("{} (severity {}; ATT&CK {attack})", finding.rule.id, finding.rule.severity));
    let continues = entry.continues.as_ref().map(|before| format!(", goes on from {before}")).unwrap_or_default();
    lines.line("FINDING", &format!("{}{continues}", finding.id));
    lines.line("STATUS", &format!("portcullis status --stack {}", one_line(&context.stack)));
    Page { subject: subject(entry), body: lines.into_text() }
}

/// Who did what, from where, on what, as one event shows it.
fn tell(finding: &Finding, lines: &mut Lines) {
    lines.lines("WHO", who(finding));
    let newest = finding.evidence.last();
    lines.lines("WHERE", newest.map(|evidence| origin(finding, evidence)).into_iter().flatten());
    lines.lines("ASSET", assets(finding));
    lines.lines("EVIDENCE", finding.evidence.iter().map(evidence));
}

/// What the subject begins with, and the first sentence is about.
enum Standing {
    Contained,
    InQuarantine,
    Failed,
    Refused,
    PageOnly,
}

fn standing(entry: &Entry) -> Standing {
    match &entry.containment {
        // Already so when it was decided, or another finding on the same actor was quicker.
        _ if quarantined_until(entry).is_some() => Standing::InQuarantine,
        Some(Containment::Contained { .. }) => Standing::Contained,
        Some(Containment::Failed { .. }) => Standing::Failed,
        None if entry.decision.refusals.is_empty() => Standing::PageOnly,
        None => Standing::Refused,
    }
}

/// The end of the quarantine that the actor was in without this finding.
fn quarantined_until(entry: &Entry) -> Option<Timestamp> {
    entry.decision.refusals.iter().find_map(|refusal| match refusal {
        Refusal::AlreadyQuarantined { until } => Some(*until),
        _ => None,
    })
}

fn subject(entry: &Entry) -> String {
    let word = match standing(entry) {
        Standing::Contained => "CONTAINED",
        Standing::InQuarantine => "IN QUARANTINE",
        Standing::Failed => "NOT CONTAINED",
        Standing::Refused => "NOT TOUCHED",
        Standing::PageOnly => "PAGE",
    };
    let finding = &entry.finding;
    let severity = finding.rule.severity.as_str().to_uppercase();
    let word = if escalated(entry).is_some() { format!("ESCALATED, {word}") } else { word.to_owned() };
    let title = one_line(&finding.rule.title);
    // Fewer than 100 characters, however long a name is.
    shorten(&format!("[{severity}] {word} {}: {title}", short_name(&finding.actor.principal)), 99)
}

fn headline(entry: &Entry) -> String {
    let who = short_name(&entry.finding.actor.principal);
    match (standing(entry), &entry.containment) {
        (Standing::Contained, Some(Containment::Contained { at, verified, .. })) => {
            let call = if entry.finding.burst.is_some() { "last call" } else { "call" };
            let after = entry.finding.time().map(|event| elapsed(event, *at, call)).unwrap_or_default();
            let verified = if *verified { "read back and verified" } else { "NOT YET VERIFIED, check it" };
            format!("{who} was put in quarantine at {at:.0}{after}; {verified}.")
        }
        (Standing::InQuarantine, _) => format!("{who} did this too; it is in quarantine already."),
        (Standing::Failed, Some(Containment::Failed { uncertain: true, .. })) => {
            format!("It is NOT KNOWN whether {who} is denied: IAM's answer was lost. Look, and expect either.")
        }
        (Standing::Failed, _) => format!("{who} could NOT be put in quarantine. It can still act. Somebody must."),
        (Standing::Refused, _) if burst::actors(&entry.finding).is_some() => {
            format!(
                "{who} were NOT touched: nobody is contained for what several did. They can still act. Somebody must decide."
            )
        }
        (Standing::Refused, _) => {
            format!("{who} was NOT touched; a guard forbids it. It can still act. Somebody must decide.")
        }
        _ if burst::actors(&entry.finding).is_some() => {
            format!("{who} were not touched: the settings ask for a page.")
        }
        _ => format!("{who} was not touched: the settings ask for a page."),
    }
}

fn elapsed(event: Timestamp, at: Timestamp, call: &str) -> String {
    let seconds = at.duration_since(event).as_secs();
    // The clocks of CloudTrail and of the function are two; a negative difference means nothing.
    if (0..=86_400).contains(&seconds) { format!(", {seconds} s after the {call}") } else { String::new() }
}

/// Why it is paged again although on-call had been told, or the actor contained.
fn escalated(entry: &Entry) -> Option<String> {
    let earlier = entry.earlier.as_ref()?;
    let same = |target: &&Target| entry.finding.actor.principal.arn() == Some(target.arn());
    match &earlier.contained {
        Some(target) if same(&target) => Some(
            "ESCALATED: it had been put in quarantine for this before, was let go or its policy taken off, and went on."
                .to_owned(),
        ),
        Some(target) => Some(format!(
            "ESCALATED: {} {} had been put in quarantine for this; it was not the only one.",
            target.kind(),
            target.name()
        )),
        None if earlier.paged => {
            Some("ESCALATED: this was paged before; since then it has become worse, and calls for more.".to_owned())
        }
        None => None,
    }
}

/// A name a person says: `role reporting`, not the whole ARN.
fn short_name(principal: &Principal) -> String {
    match principal {
        Principal::Role { arn, .. } => format!("role {}", arn.name()),
        Principal::User { arn, .. } => format!("user {}", arn.name()),
        other => one_line(&other.to_string()),
    }
}

pub(crate) fn who(finding: &Finding) -> Vec<String> {
    let session = &finding.actor.session;
    let mut lines = vec![one_line(&format!("{} {}", finding.actor.kind().as_str(), finding.actor.principal))];
    let mut add = |label: &str, value: Option<&str>| {
        lines.extend(value.map(|value| one_line(&format!("{label} {value}"))));
    };
    add("session", session.name.as_deref());
    add("federated as", session.federated_as.as_deref());
    add("source identity", session.source_identity.as_deref());
    add("credentials issued to", session.issued_to.as_deref());
    add("access key", session.access_key_id.as_deref());
    add("MFA", session.mfa.map(|mfa| if mfa { "yes" } else { "no" }));
    add("authorized for the asset:", finding.authorized.map(|authorized| if authorized { "yes" } else { "no" }));
    lines
}

fn origin(finding: &Finding, evidence: &Evidence) -> Vec<String> {
    let origin = &evidence.origin;
    let mut lines = vec![source(evidence)];
    lines.extend(origin.vpc_endpoint.as_ref().map(|endpoint| one_line(&format!("VPC endpoint {endpoint}"))));
    lines.extend(evidence.via.as_ref().map(|via| one_line(&format!("through {via}"))));
    lines.extend(origin.user_agent.as_ref().map(|agent| one_line(agent)));
    let account = finding.account.as_ref().map_or("unknown", |account| account.as_str());
    let region = finding.region.as_deref().unwrap_or("unknown");
    lines.push(one_line(&format!("account {account}, Region {region}")));
    lines
}

/// The address that a call came from, or what stands for it.
pub(crate) fn source(evidence: &Evidence) -> String {
    one_line(&format!("{} ({})", evidence.origin.source, evidence.origin.network().as_str()))
}

pub(crate) fn assets(finding: &Finding) -> Vec<String> {
    let tier = finding.tier.map_or("unclassified".to_owned(), |tier| format!("tier {tier}"));
    if finding.assets.is_empty() {
        return vec!["none: it concerns the account".to_owned()];
    }
    let name = |asset: &Asset| one_line(&format!("{} {asset} ({tier})", asset.kind().as_str()));
    finding.assets.iter().map(name).collect()
}

pub(crate) fn evidence(evidence: &Evidence) -> String {
    let time = evidence.time.map_or("no readable time".to_owned(), |time| format!("{time:.0}"));
    let error = evidence.error_code.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
    let id = evidence.event_id.as_deref().unwrap_or("without an id");
    one_line(&format!("{time} {} {}{error}, event {id}", evidence.action, evidence.outcome))
}

fn done(entry: &Entry) -> Vec<String> {
    match (&entry.containment, standing(entry)) {
        (_, Standing::InQuarantine) => vec!["nothing more was needed".to_owned()],
        (Some(Containment::Contained { verified, .. }), _) => {
            let read_back = if *verified { "read back: attached" } else { "reading back did not show it yet" };
            entry.plan.steps.iter().map(ToString::to_string).chain([read_back.to_owned()]).collect()
        }
        _ => vec!["nothing".to_owned()],
    }
}

fn not_done(entry: &Entry) -> Vec<String> {
    let mut lines: Vec<String> = match &entry.containment {
        Some(Containment::Failed { error, .. }) => {
            let tried = entry.plan.steps.iter().map(ToString::to_string);
            tried.chain([one_line(error)]).collect()
        }
        _ => Vec::new(),
    };
    if matches!(standing(entry), Standing::Refused) {
        lines.extend(entry.decision.refusals.iter().map(|refusal| one_line(&format!("not contained: {refusal}"))));
    }
    if entry.decision.refusals.is_empty()
        && entry.decision.response == Response::Page
        && entry.decision.wanted == Response::Quarantine
    {
        lines.push("not contained: the settings' mode is `page`; with `enforce` it would have been".to_owned());
    }
    lines
}

fn undo(entry: &Entry, context: &PageContext) -> Vec<String> {
    match standing(entry) {
        Standing::InQuarantine => {
            let arn = entry.finding.actor.principal.arn().unwrap_or_default();
            vec![release_command(arn, context)]
        }
        Standing::Contained => entry.plan.steps.iter().flat_map(|step| undo_step(step, context)).collect(),
        Standing::Failed if matches!(entry.containment, Some(Containment::Failed { uncertain: true, .. })) => {
            let undo = entry.plan.steps.iter().flat_map(|step| undo_step(step, context));
            std::iter::once("if it is attached:".to_owned()).chain(undo).collect()
        }
        Standing::Failed | Standing::Refused | Standing::PageOnly => {
            match entry.earlier.as_ref().and_then(|earlier| earlier.contained.as_ref()) {
                Some(target) => {
                    vec![
                        "the quarantine from before, if it is still there:".to_owned(),
                        release_command(target.arn(), context),
                    ]
                }
                None => vec!["nothing to undo".to_owned()],
            }
        }
    }
}

/// Our command, and one that works without Portcullis.
fn undo_step(Step::AttachPolicy { target, policy }: &Step, context: &PageContext) -> [String; 2] {
    [release_command(target.arn(), context), by_hand(target, policy)]
}

pub(crate) fn by_hand(target: &Target, policy: &PolicyArn) -> String {
    let (call, option) = match target {
        Target::Role { .. } => ("detach-role-policy", "role-name"),
        Target::User { .. } => ("detach-user-policy", "user-name"),
    };
    format!("or: aws iam {call} --{option} {} --policy-arn {policy}", target.name())
}
