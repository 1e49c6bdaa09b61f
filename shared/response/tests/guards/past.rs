//! What the ledger knows of the actor's containment, past or present.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::Outcome;
use portcullis_response::{Level, Quarantine, QuarantineState, Refusal, Simulated, Step, Verification, decide, target};
use portcullis_settings::Response;
use portcullis_testkit::finding;

use crate::{deployment, now, settings};

fn known(level: Level, state: QuarantineState) -> Quarantine {
    let finding = finding("before");
    let since = finding.time().unwrap() - SignedDuration::from_mins(10);
    Quarantine {
        target: target(&finding, &settings(), &deployment()).unwrap(),
        level,
        steps: vec![Step::AttachPolicy { policy: "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap() }],
        finding: finding.id,
        why: "why".to_owned(),
        since,
        until: since + SignedDuration::from_hours(4),
        state,
        lease_until: since,
        extensions: Vec::new(),
        tampering: None,
        reapplied: 0,
    }
}

fn active() -> QuarantineState {
    QuarantineState::Active { verification: Verification { read_back: true, simulated: Simulated::Denied } }
}

fn released(at: Timestamp) -> QuarantineState {
    QuarantineState::Released { at, by: "alice".to_owned(), reason: "fine".to_owned(), found: Vec::new() }
}

#[test]
fn the_past_is_heard() {
    let event = finding("e").time().unwrap();
    let releasing = QuarantineState::Releasing { at: event, by: "alice".to_owned(), reason: "fine".to_owned() };
    let cases = [
        (active(), Some("already-contained")),
        (QuarantineState::Applying, Some("already-contained")),
        (releasing, Some("already-contained")),
        (released(event + SignedDuration::from_secs(1)), Some("released-since")),
        (released(event - SignedDuration::from_secs(1)), None),
        (QuarantineState::Failed, None),
    ];
    for (state, expected) in cases {
        for level in [Level::Quarantine, Level::Lockout] {
            let known = known(level, state.clone());
            let (decision, _) = decide(&finding("e"), &settings(), &deployment(), Some(&known), now());
            // A lockout may become a quarantine.
            let further = level == Level::Lockout && matches!(known.state, QuarantineState::Active { .. });
            let expected = expected.filter(|_| !further);
            assert_eq!(decision.refusals.first().map(Refusal::name), expected, "{level} {:?}", known.state);
        }
    }
}

#[test]
fn a_denial_in_quarantine_wakes_nobody() {
    let mut finding = finding("e");
    finding.evidence[0].outcome = Outcome::Denied;
    let known = known(Level::Quarantine, active());
    let (decision, _) = decide(&finding, &settings(), &deployment(), Some(&known), now());
    assert_eq!(decision.response, Response::Observe);
    assert_eq!(decision.refusals.first().map(Refusal::name), Some("already-contained"));
    let (decision, _) = decide(&finding, &settings(), &deployment(), None, now());
    assert_eq!(decision.response, Response::Quarantine, "outside of one it counts as ever");
}

#[test]
fn an_event_without_a_time_is_not_acted_on_after_a_release() {
    let mut finding = finding("e");
    finding.evidence[0].time = None;
    let known = known(Level::Quarantine, released("2020-01-01T00:00:00Z".parse().unwrap()));
    let (decision, _) = decide(&finding, &settings(), &deployment(), Some(&known), now());
    assert_eq!(decision.refusals.first().map(Refusal::name), Some("released-since"));
}
