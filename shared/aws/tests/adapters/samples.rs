//! Items of the ledger, in which everything is present.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::Severity;
use portcullis_response::{
    AlarmIncident, Ask, AskState, Containment, Decision, Earlier, Entry, Extension, Incident, LastUsed, Level,
    PageState, Places, Plan, Quarantine, QuarantineState, Refusal, Simulated, Step, Surroundings, Tampering, Target,
    Verification,
};
use portcullis_settings::Response;
use portcullis_testkit::{ROLE, finding};

use crate::principal::{DENY, KEY, TEAM};

/// When it was decided.
pub(crate) fn decided() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

/// When it is written.
pub(crate) fn now() -> Timestamp {
    decided() + SignedDuration::from_secs(60)
}

pub(crate) fn target() -> Target {
    Target::Role { arn: ROLE.parse().unwrap(), id: Some("AROAEXAMPLEEXAMPLE01".to_owned()) }
}

pub(crate) fn steps() -> Vec<Step> {
    let (policy, former) = (DENY.parse().unwrap(), Some(TEAM.parse().unwrap()));
    vec![
        Step::AttachPolicy { policy },
        Step::PutBoundary { policy: DENY.parse().unwrap(), former },
        Step::DeactivateKey { key: KEY.to_owned() },
    ]
}

pub(crate) fn entry() -> Entry {
    let until = decided() + SignedDuration::from_hours(4);
    let decision = Decision { wanted: Response::Quarantine, response: Response::Quarantine, refusals: Vec::new() };
    let containment = Containment::Contained {
        at: decided(),
        until,
        level: Level::Quarantine,
        steps: steps(),
        verified: true,
        simulated: Simulated::Unknown { error: "Throttling: Rate exceeded".to_owned() },
        incomplete: vec!["access key AKIAEXAMPLEEXAMPLE02: NoSuchEntity".to_owned()],
    };
    let surroundings = Surroundings {
        last_used: Some(LastUsed { at: decided(), region: None }),
        sessions: vec!["i-0abcd1234example".to_owned()],
        onward: vec!["arn:aws:iam::111122223333:role/onward".to_owned()],
        unknown: vec!["quote \" and line\nbreak, ünïcode".to_owned()],
    };
    let approved = AskState::Approved { at: now(), by: "alice".to_owned(), reason: "it is not ours".to_owned() };
    let ask = Ask { level: Level::Lockout, until, unanswered: Response::Page, state: approved, taken_up: true };
    Entry {
        finding: finding("11111111-0000-4000-8000-000000000001"),
        decided_at: decided(),
        decision: decision.refused(Refusal::LastOperator),
        plan: Plan { target: Some(target()), level: Some(Level::Quarantine), steps: steps() },
        containment: Some(containment),
        surroundings: Some(surroundings),
        ask: Some(ask),
        page: PageState::Sent { message_id: "m-1".to_owned() },
        incident: Some("I-0123456789abcdef".to_owned()),
        lease_until: decided() + SignedDuration::from_secs(90),
        done: true,
        continues: Some(finding("22222222-0000-4000-8000-000000000002").id),
        earlier: Some(Earlier { response: Response::Page, contained: None, paged: true }),
        gone: None,
        unheard: false,
    }
}

pub(crate) fn quarantine() -> Quarantine {
    let (finding, until) = (finding("11111111-0000-4000-8000-000000000001"), decided() + SignedDuration::from_hours(4));
    let verification = Verification { read_back: true, simulated: Simulated::Denied };
    let (by, reason) = ("alice".to_owned(), "not done yet".to_owned());
    let tampering = Tampering {
        at: now(),
        missing: vec![Step::AttachPolicy { policy: DENY.parse().unwrap() }],
        by: Some("arn:aws:iam::111122223333:user/mallory".to_owned()),
        event: Some("33333333-0000-4000-8000-000000000003".to_owned()),
        left: None,
        message_id: Some("m-2".to_owned()),
    };
    Quarantine {
        target: target(),
        level: Level::Quarantine,
        steps: steps(),
        finding: finding.id,
        why: finding.rule.title,
        since: decided(),
        until,
        state: QuarantineState::Active { verification },
        lease_until: decided() + SignedDuration::from_secs(90),
        extensions: vec![Extension { at: now(), by, reason, until }],
        tampering: Some(tampering),
        reapplied: 1,
    }
}

pub(crate) fn incident() -> Incident {
    let id = finding("11111111-0000-4000-8000-000000000001").id;
    Incident {
        id: "I-0123456789abcdef".to_owned(),
        woken_for: id.clone(),
        severity: Severity::Critical,
        response: Response::Quarantine,
        quiet_until: decided() + SignedDuration::from_hours(1),
        rules: [("unauthorized-access-critical-asset".to_owned(), id.clone())].into(),
        asked: Some(id),
        resolved: false,
    }
}

/// Places as an earlier version of the program may have written them.
pub(crate) fn places() -> Places {
    let finding = finding("11111111-0000-4000-8000-000000000001").id;
    serde_json::from_value(serde_json::json!({"taken": [{"arn": ROLE, "at": decided(), "finding": finding}]})).unwrap()
}

/// What is known of the alarms of an entry, as an earlier version of the program may have written it.
pub(crate) fn alarm_incident() -> AlarmIncident {
    let name = "portcullis/denied/payroll";
    let known = serde_json::json!({
        "firing": {name: decided()},
        "heard": {name: {"rang": [decided()]}},
        "own": {
            "id": "I-0123456789abcdef", "severity": "medium", "woken_at": decided(), "again": 1, "open": true,
            "rang": {name: decided()},
        },
        "unwoken": {name: {
            "change": {"subject": "/denied/payroll", "name": name, "state": "ALARM", "at": now(), "reason": ""},
        }},
        "covers": [{
            "incident": "I-0123456789abcdee", "actor": ROLE, "finding": finding("e").id, "severity": "critical",
            "until": now(),
        }],
        "due": [{
            "number": 1, "action": "trigger", "incident": "I-0123456789abcdef", "lease_until": now(),
            "notice": {
                "change": {
                    "subject": "/denied/payroll", "name": name, "state": "ALARM", "at": decided(), "reason": "Threshold Crossed",
                },
                "entry": "payroll", "tier": "critical", "severity": "medium",
                "ringing": [{"name": name, "since": decided()}],
                "telling": {"telling": "rings"},
            },
        }],
        "told": 1,
    });
    serde_json::from_value(known).unwrap()
}
