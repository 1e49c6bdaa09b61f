//! Nothing that comes from a log can forge a line of a page, or make a link, a mention or a command of itself.

use portcullis_domain::{Actor, AlarmSubject, AssetAlarm, Evidence, Source};
use portcullis_response::{AskState, Entry, Ringing, Surroundings, Tampering, Telling, Undone};

use crate::bursts::{by_several, decided};
use crate::support::{
    Case, Subject, asked, deny_all, extended, failed, page, quarantined, rejected, released, show, tampered, withdrawn,
};

const LABELS: [&str; 12] =
    ["WHAT", "WHO", "DONE", "NOT DONE", "UNDO", "ANSWER", "ENDS", "RULE", "FINDING", "INCIDENT", "RUNBOOK", "STATUS"];

/// An attempt at each of them, in one value.
fn evil() -> String {
    let forged: String =
        LABELS.iter().map(|label| format!("\nx\r\n{label:<10}forged\u{2028}{label:<10}forged")).collect();
    format!("<!channel> <https://evil.example|x> ```{forged}")
}

/// That each label stands for one line at most, and none is forged.
fn assert_unforged(shown: &str) {
    for label in LABELS {
        let label = format!("{label:<10}");
        assert!(shown.lines().filter(|line| line.starts_with(&label)).count() <= 1, "{label} in {shown}");
    }
    assert!(!shown.lines().any(|line| LABELS.iter().any(|label| line == format!("{label:<10}forged"))), "{shown}");
    assert!(!shown.contains("://"), "{shown}");
}

fn assert_all_unforged(case: &Case) {
    let page = case.page();
    assert_unforged(&show(&page));
    let chat: serde_json::Value = serde_json::from_str(&page.chat).unwrap();
    let description = chat["content"]["description"].as_str().unwrap();
    assert_unforged(description);
    assert_eq!(description.matches("```").count(), 2, "{description}");
    assert!(!page.chat.contains("<!") && !page.chat.contains("<http"), "{}", page.chat);
    assert!(page.sms.len() <= 140 && !page.sms.contains('\n'), "{}", page.sms);
}

/// Everything of an entry that a log, a rule, IAM's answers or a person's words are in.
fn poisoned(mut entry: Entry) -> Entry {
    let (finding, bad) = (&mut entry.finding, evil());
    finding.rule.title.clone_from(&bad);
    finding.rule.id.clone_from(&bad);
    finding.rule.attack = vec![bad.clone()];
    finding.region = Some(bad.clone());
    finding.assets = vec![portcullis_testkit::secret(&bad); 3];
    let session = &mut finding.actor.session;
    session.name = Some(bad.clone());
    session.source_identity = Some(bad.clone());
    session.access_key_id = Some(bad.clone());
    session.issued_to = Some(bad.clone());
    session.federated_as = Some(bad.clone());
    let poison = |evidence: &mut Evidence| {
        evidence.event_id = Some(bad.clone());
        evidence.action.name.clone_from(&bad);
        evidence.error_code = Some(bad.clone());
        evidence.via = Some(bad.clone());
        evidence.origin.user_agent = Some(bad.clone());
        evidence.origin.vpc_endpoint = Some(bad.clone());
        evidence.origin.source = Source::Other(bad.clone());
    };
    finding.evidence.iter_mut().for_each(poison);
    if let Some(burst) = &mut finding.burst {
        burst.actors = vec![bad.clone(); 5];
        burst.group = vec![(bad.clone(), bad.clone())];
        finding.actor = Actor::unknown(bad.clone());
    }
    let many = vec![bad.clone(); 9];
    entry.surroundings =
        Some(Surroundings { last_used: None, sessions: many.clone(), onward: many.clone(), unknown: many });
    entry
}

fn found(entry: Entry) -> Case {
    Case { name: "", action: portcullis_response::Action::Update, subject: Subject::Finding(Box::new(poisoned(entry))) }
}

#[test]
fn findings() {
    let mut failure = failed(true);
    failure.containment =
        Some(portcullis_response::Containment::Failed { at: failure.decided_at, error: evil(), uncertain: true });
    let stopped = portcullis_response::Refusal::Stopped { note: evil() };
    let mut refused = quarantined();
    refused.containment = None;
    refused.decision = refused.decision.refused(stopped);
    let mut several = decided(by_several());
    several.finding.account = None;
    for entry in [quarantined(), failure, refused, several, asked(AskState::Pending), withdrawn()] {
        assert_all_unforged(&found(entry));
    }
}

#[test]
fn answers() {
    let mut entry = asked(rejected());
    if let AskState::Rejected { by, reason, .. } = &mut entry.ask.as_mut().unwrap().state {
        *by = evil();
        *reason = evil();
    }
    assert_all_unforged(&found(entry));
}

#[test]
fn containments() {
    let mut tampering = tampered(Some(&evil()));
    if let Some(Tampering { by, event, .. }) = &mut tampering.tampering {
        *by = Some(evil());
        *event = Some(evil());
    }
    let mut moved = extended();
    for extension in &mut moved.extensions {
        extension.by = evil();
        extension.reason = evil();
    }
    let mut lifted = released(vec![deny_all()], vec![Undone::Changed { found: evil() }]);
    if let portcullis_response::QuarantineState::Released { by, reason, .. } = &mut lifted.state {
        *by = evil();
        *reason = evil();
    }
    for mut subject in [Subject::Tampered(tampering), Subject::Extended(moved), Subject::Released(lifted)] {
        if let Subject::Tampered(quarantine) | Subject::Extended(quarantine) | Subject::Released(quarantine) =
            &mut subject
        {
            quarantine.why = evil();
        }
        assert_all_unforged(&Case { name: "", action: portcullis_response::Action::Trigger, subject });
    }
}

#[test]
fn alarms() {
    let covered = Telling::Covered { finding: quarantined().finding.id };
    let still = Telling::Still { woken_at: quarantined().decided_at, times: 1 };
    for telling in [Telling::Rings, covered, still, Telling::Over] {
        let mut alarm = crate::support::alarm(&crate::support::of_payroll(AssetAlarm::Denied), telling);
        let change = &mut alarm.change;
        change.name = evil();
        change.reason = evil();
        change.description = evil();
        change.measure = Some(evil());
        change.region = Some(evil());
        alarm.entry = Some(evil());
        alarm.ringing = vec![Ringing { name: evil(), since: alarm.change.at }; 3];
        for subject in [None, Some(AlarmSubject::Cis(evil()))] {
            alarm.change.subject = subject;
            let subject = Subject::Alarm(Box::new(alarm.clone()));
            assert_all_unforged(&Case { name: "", action: portcullis_response::Action::Trigger, subject });
        }
    }
}

/// A page is made of typed values, and none of them holds the record itself.
#[test]
fn the_record_is_not_on_the_page() {
    let entry = quarantined();
    let hash = entry.finding.evidence[0].record_sha256.clone();
    let page = page(&entry);
    assert!([&page.body, &page.chat, &page.generic].iter().all(|form| !form.contains(&hash)));
}
