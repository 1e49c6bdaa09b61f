//! Severity, tier and mode choose the response, the level and the plan.

use portcullis_domain::{Finding, Severity, Tier};
use portcullis_response::{AskState, Level, QuarantineState, Step};
use portcullis_settings::Response;
use portcullis_testkit::{ROLE, World, finding};
use test_case::test_case;

use crate::{DENY, LOCKOUT, a_role, now, release};

const TIERS: [(&str, Option<Tier>); 4] = [
    ("critical", Some(Tier::Critical)),
    ("sensitive", Some(Tier::Sensitive)),
    ("standard", Some(Tier::Standard)),
    ("unclassified", None),
];

const SEVERITIES: [(&str, Severity); 5] = [
    ("critical", Severity::Critical),
    ("high", Severity::High),
    ("medium", Severity::Medium),
    ("low", Severity::Low),
    ("informational", Severity::Informational),
];

/// What comes of a word of the response table, in the modes observe, page, ask and enforce: `-` nothing, `p` a page, `l` and
/// `q` a lockout and a quarantine, `L?` and `Q?` a question about one.
#[test_case("observe", ["-", "-", "-", "-"])]
#[test_case("page", ["-", "p", "p", "p"])]
#[test_case("ask", ["-", "p", "q?", "q?"])]
#[test_case("lockout", ["-", "p", "l?", "l"])]
#[test_case("quarantine", ["-", "p", "q?", "q"])]
#[tokio::test]
async fn every_cell(word: &str, expected: [&str; 4]) {
    for (mode, expected) in ["observe", "page", "ask", "enforce"].into_iter().zip(expected) {
        for (severity_name, severity) in SEVERITIES {
            for (tier_name, tier) in TIERS {
                // The cell alone is changed, so that none other is looked at by mistake.
                let other = if word == "observe" { "quarantine" } else { "observe" };
                let others: Vec<String> = SEVERITIES
                    .map(|(name, _)| format!("{name}: {other}"))
                    .into_iter()
                    .filter(|row| !row.starts_with(severity_name))
                    .collect();
                let cell = format!("{severity_name}: {{{tier_name}: {word}, otherwise: {other}}}");
                let table = [others.as_slice(), &[cell]].concat().join(", ");
                let world = World::with(&format!("mode: {mode}\nresponse: {{{table}}}\n"));
                let mut told = Finding { tier, ..finding("e") };
                told.rule.severity = severity;
                check(&world, &told, expected).await;
            }
        }
    }
}

#[test_case("ask", "lockout", "l?")]
#[test_case("ask", "quarantine", "q?")]
#[test_case("quarantine", "lockout", "q" ; "what is not asked is not proposed")]
#[tokio::test]
async fn what_is_proposed(word: &str, propose: &str, expected: &str) {
    let settings = format!("mode: enforce\nresponse: {{critical: {word}}}\nasking: {{propose: {propose}}}\n");
    check(&World::with(&settings), &finding("e"), expected).await;
}

async fn check(world: &World, told: &Finding, expected: &str) {
    let before = a_role(&["a", "b"], None);
    world.iam.set(before.clone());
    world.deliver_at(told, now()).await;
    let entry = world.entry(told).await;
    let what = format!("{} on {:?} in {}: {expected}", told.rule.severity, told.tier, world.settings.mode);
    let (response, level) = match expected {
        "-" => (Response::Observe, None),
        "p" => (Response::Page, None),
        "l?" => (Response::Ask, Some(Level::Lockout)),
        "q?" => (Response::Ask, Some(Level::Quarantine)),
        "l" => (Response::Lockout, Some(Level::Lockout)),
        _ => (Response::Quarantine, Some(Level::Quarantine)),
    };
    assert_eq!((entry.decision.response, entry.plan.level), (response, level), "{what}");
    assert!(entry.decision.refusals.is_empty(), "{what}");
    let policy = level.map(|level| if level == Level::Lockout { LOCKOUT } else { DENY }.parse().unwrap());
    let steps: Vec<Step> = policy.clone().map(|policy| Step::AttachPolicy { policy }).into_iter().collect();
    assert_eq!(entry.plan.steps, steps, "{what}");
    assert_eq!(world.pager.told().len(), usize::from(response > Response::Observe), "{what}");
    let pending = entry.ask.as_ref().map(|ask| (ask.level, ask.state == AskState::Pending));
    assert_eq!(pending, level.filter(|_| response == Response::Ask).map(|level| (level, true)), "{what}");
    if !response.contains() {
        assert_eq!(world.iam.identity(ROLE), Some(before), "{what}");
        assert_eq!(world.quarantine(ROLE).await, None, "{what}");
        return;
    }
    let mut after = before.clone();
    after.attached.extend(policy);
    assert_eq!(world.iam.identity(ROLE), Some(after), "{what}");
    let known = world.quarantine(ROLE).await.unwrap();
    assert!(matches!(known.state, QuarantineState::Active { .. }) && known.stage() == "verified", "{what}");
    release(world, ROLE, now()).await;
    assert_eq!(world.iam.identity(ROLE), Some(before), "{what}");
}
