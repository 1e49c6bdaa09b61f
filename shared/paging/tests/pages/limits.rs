//! No page is too large for its way to on-call, whatever it tells: properties.

use portcullis_domain::{Actor, Principal, Source};
use portcullis_paging::Page;
use portcullis_response::{Action, AskState, Containment, Entry, Level, Refusal, Step, Surroundings, Undone};
use portcullis_testkit::{burst, role, secret};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{
    Case, INCIDENT, OPERATOR, Subject, all, approved, asked, contained, deny_all, earlier, lockout, released, target,
};

/// SNS API Reference, *Publish*, `Message`: attributes and all.
const SNS: usize = 256 * 1024;

/// What a log may hold: ordinary words, long ones, quotes that JSON escapes twice, characters of four bytes.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z/:-]{1,20}",
        "\\PC{0,60}",
        Just("\"\\".repeat(600)),
        Just("\u{1f512}".repeat(600)),
        Just("\n\u{0}\u{7f}".repeat(1_000)),
    ]
}

fn name() -> impl Strategy<Value = String> {
    ("[a-zA-Z0-9/]{0,500}", "[\\w&&[\\x00-\\x7f]]{1,64}")
        .prop_map(|(path, name)| format!("arn:aws:iam::111122223333:role/{}{name}", path.replace("//", "/")))
}

prop_compose! {
    fn entries()(
        arn in name(),
        texts in vec(text(), 8),
        events in 1..200_u32,
        lists in vec(text(), 0..120),
        assets in vec(text(), 0..40),
        several in any::<bool>(),
        kind in 0..6_usize,
        steps in 1..3_usize,
    ) -> Entry {
        let mut finding = burst(role(&arn), &texts[0], 1, events);
        finding.rule.title.clone_from(&texts[1]);
        finding.rule.id.clone_from(&texts[2]);
        finding.actor.session.name = Some(texts[3].clone());
        finding.assets = assets.iter().map(|name| secret(name)).collect();
        for (index, evidence) in finding.evidence.iter_mut().enumerate() {
            evidence.origin.source = Source::Other(format!("{index} {}", texts[4]));
            evidence.origin.user_agent = Some(texts[5].clone());
        }
        if several {
            finding.actor = Actor { principal: Principal::Unknown { described_as: texts[6].clone() }, ..finding.actor };
        }
        let who = portcullis_response::Target::Role { arn: arn.parse().unwrap(), id: None };
        let all = vec![lockout(), deny_all()];
        let mut entry = contained(finding, who, Level::Quarantine, all.into_iter().take(steps).collect());
        let refusals = || lists.iter().map(|note| Refusal::Stopped { note: note.clone() }).collect();
        match kind {
            0 => entry.decision.refusals = refusals(),
            1 => (entry.containment, entry.decision.refusals) = (None, refusals()),
            2 => entry = Entry { ask: asked(AskState::Pending).ask, containment: None, ..entry },
            3 => {
                let error = texts[7].clone();
                entry.containment = Some(Containment::Failed { at: entry.decided_at, error, uncertain: true });
            }
            4 => {
                entry.ask = asked(approved()).ask;
                if let Some(Containment::Contained { incomplete, .. }) = &mut entry.containment {
                    incomplete.clone_from(&lists);
                }
            }
            _ => entry.earlier = Some(earlier(portcullis_settings::Response::Quarantine, Some(target()))),
        }
        let Surroundings { last_used, .. } = crate::support::surroundings();
        let surroundings =
            Surroundings { last_used, sessions: lists.clone(), onward: lists.clone(), unknown: lists };
        Entry { surroundings: Some(surroundings), ..entry }
    }
}

fn assert_fits(page: &Page) -> Result<(), TestCaseError> {
    prop_assert!(page.size() < SNS, "{} bytes", page.size());
    prop_assert!(page.size() >= page.message().len());
    let subject = &page.subject;
    prop_assert!((1..100).contains(&subject.chars().count()) && !subject.chars().any(char::is_control), "{subject:?}");
    let sms = &page.sms;
    prop_assert!(sms.len() <= 140 && sms.chars().all(|c| matches!(c, ' '..='~')), "{sms:?}");
    prop_assert!(page.attributes.iter().all(|(_, value)| !value.is_empty() && value.len() <= 200));
    let chat: Value = serde_json::from_str(&page.chat).unwrap();
    let content = &chat["content"];
    let length = |value: &Value| value.as_str().map_or(usize::MAX, str::len);
    prop_assert!(length(&content["title"]) <= 250);
    prop_assert!(length(&content["description"]) <= 8_000);
    prop_assert!(content["description"].as_str().unwrap().ends_with("\n```"));
    prop_assert!(content["nextSteps"].as_array().unwrap().iter().all(|step| length(step) <= 350));
    prop_assert!(content["keywords"].as_array().unwrap().iter().all(|word| (1..=75).contains(&length(word))));
    let generic: Value = serde_json::from_str(&page.generic).unwrap();
    prop_assert_eq!(&generic["schema"], "portcullis.page/1");
    prop_assert!(generic["summary"].as_str().unwrap().chars().count() <= 1_024);
    let message: Value = serde_json::from_str(&page.message()).unwrap();
    prop_assert_eq!(message["default"].as_str(), Some(page.body.as_str()));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_found(entry in entries(), update in any::<bool>()) {
        let action = if update { Action::Update } else { Action::Trigger };
        let finding = entry.finding.id.to_string();
        let page = Case { name: "", action, subject: Subject::Finding(Box::new(entry)) }.page();
        assert_fits(&page)?;
        prop_assert!(page.sms.contains(&finding), "{}", page.sms);
        prop_assert!(page.body.contains(&finding) && page.body.contains(INCIDENT));
    }

    #[test]
    fn whatever_was_said(by in text(), reason in text(), found in text(), why in text()) {
        let found = vec![Undone::Changed { found }];
        let mut lifted = released(vec![deny_all()], found);
        lifted.why = why;
        lifted.state = match lifted.state {
            portcullis_response::QuarantineState::Released { at, found, .. } => {
                portcullis_response::QuarantineState::Released { at, by, reason, found }
            }
            other => other,
        };
        assert_fits(&Case { name: "", action: Action::Resolve, subject: Subject::Released(lifted) }.page())?;
    }
}

/// What a person pastes is whole, however little else fits.
#[test]
fn commands_are_never_cut() {
    let arn = format!("arn:aws:iam::111122223333:role/{}/{}", "p".repeat(510), "n".repeat(64));
    let who = portcullis_response::Target::Role { arn: arn.parse().unwrap(), id: None };
    let mut entry =
        contained(portcullis_testkit::finding_by(role(&arn), "e"), who, Level::Quarantine, vec![deny_all()]);
    let much = vec!["\"\\".repeat(200); 300];
    entry.surroundings = Some(Surroundings { onward: much.clone(), unknown: much.clone(), ..Surroundings::default() });
    let page = Case { name: "", action: Action::Trigger, subject: Subject::Finding(Box::new(entry)) }.page();
    assert_fits(&page).unwrap();
    let release = format!("portcullis release {arn} --stack portcullis --reason \"...\"");
    assert!(page.body.contains(&release), "{}", page.body);
    assert!(page.body.contains(&format!("WHO       role {arn}\n")), "{}", page.body);
    let left_out = page.body.lines().filter(|line| line.starts_with("          and ") && line.ends_with(" more"));
    assert_eq!(left_out.count(), 2, "{}", page.body);
    let chat: Value = serde_json::from_str(&page.chat).unwrap();
    assert!(chat["content"]["nextSteps"][0].as_str().unwrap().contains("too long for a chat"), "{}", page.chat);
    let Step::AttachPolicy { policy } = deny_all() else { unreachable!() };
    assert!(page.body.contains(&format!("iam:AttachRolePolicy {policy} to {arn}\n")), "{}", page.body);
    assert!(!page.body.contains(OPERATOR));
}

/// An ordinary page is far from any limit.
#[test]
fn ordinary_pages_are_small() {
    for case in all() {
        let page = case.page();
        assert_fits(&page).unwrap();
        assert!(page.size() < 32 * 1024, "{}: {} bytes", case.name, page.size());
    }
}
