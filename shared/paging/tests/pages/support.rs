//! One notice of each kind.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{AlarmSubject, AssetAlarm, Finding, Severity, Tier};
use portcullis_paging::{Page, PageContext, render};
use portcullis_response::{
    About, Action, AlarmChange, AlarmNotice, AlarmState, Ask, AskState, Containment, Decision, Earlier, Entry,
    Extension, Gone, LastUsed, Level, Notice, Plan, Quarantine, QuarantineState, Refusal, Ringing, Simulated, Step,
    Surroundings, Tampering, Target, Telling, Undone, Verification,
};
use portcullis_settings::Response;
use portcullis_testkit::{ROLE, finding, finding_by};

pub(crate) const INCIDENT: &str = "I-0123456789abcdef";
pub(crate) const OPERATOR: &str = "arn:aws:sts::111122223333:assumed-role/oncall/alice";

/// What a notice is about, owned.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    Finding(Box<Entry>),
    Released(Quarantine),
    Extended(Quarantine),
    Tampered(Quarantine),
    Alarm(Box<AlarmNotice>),
}

/// A notice, owned.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) action: Action,
    pub(crate) subject: Subject,
}

impl Case {
    pub(crate) fn page(&self) -> Page {
        let about = match &self.subject {
            Subject::Finding(entry) => About::Finding(entry),
            Subject::Released(quarantine) => About::Released(quarantine),
            Subject::Extended(quarantine) => About::Extended(quarantine),
            Subject::Tampered(quarantine) => About::Tampered(quarantine),
            Subject::Alarm(alarm) => About::Alarm(alarm),
        };
        let context = PageContext::new("portcullis");
        render(Notice { action: self.action, incident: INCIDENT, about }, &context)
    }
}

pub(crate) fn page(entry: &Entry) -> Page {
    Case { name: "", action: Action::Trigger, subject: Subject::Finding(Box::new(entry.clone())) }.page()
}

pub(crate) fn show(page: &Page) -> String {
    assert!(page.subject.chars().count() < 100, "{}", page.subject);
    format!("Subject: {}\n\n{}", page.subject, page.body)
}

pub(crate) fn at(minutes: i64) -> Timestamp {
    let now: Timestamp = "2026-01-05T08:10:05Z".parse().unwrap();
    now + SignedDuration::from_mins(minutes)
}

pub(crate) fn deny_all() -> Step {
    Step::AttachPolicy { policy: "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap() }
}

pub(crate) fn lockout() -> Step {
    Step::AttachPolicy { policy: "arn:aws:iam::111122223333:policy/portcullis/portcullis-lockout".parse().unwrap() }
}

pub(crate) fn target() -> Target {
    Target::Role { arn: ROLE.parse().unwrap(), id: Some("AROAEXAMPLEEXAMPLE01".to_owned()) }
}

pub(crate) fn alice() -> Target {
    Target::User { arn: "arn:aws:iam::111122223333:user/team/alice".parse().unwrap(), id: None }
}

pub(crate) fn decided(finding: Finding, wanted: Response, response: Response) -> Entry {
    let decision = Decision { wanted, response, refusals: Vec::new() };
    Entry::new(finding, decision, Plan::default(), at(0))
}

/// An entry of somebody who was contained.
pub(crate) fn contained(finding: Finding, target: Target, level: Level, steps: Vec<Step>) -> Entry {
    let containment = Containment::Contained {
        at: at(0),
        until: at(240),
        level,
        steps: steps.clone(),
        verified: true,
        simulated: Simulated::Denied,
        incomplete: Vec::new(),
    };
    let response = if level == Level::Lockout { Response::Lockout } else { Response::Quarantine };
    Entry {
        plan: Plan { target: Some(target), level: Some(level), steps },
        containment: Some(containment),
        surroundings: Some(surroundings()),
        ..decided(finding, response, response)
    }
}

pub(crate) fn surroundings() -> Surroundings {
    Surroundings {
        last_used: Some(LastUsed { at: at(-15), region: Some("eu-west-1".to_owned()) }),
        sessions: vec![
            "nightly-42, begun 2026-01-05T07:55:00Z by arn:aws:iam::111122223333:role/team/scheduler".to_owned(),
        ],
        onward: vec!["arn:aws:iam::444455556666:role/team/archive, last 2026-01-05T07:58:00Z".to_owned()],
        unknown: vec!["sessions in eu-central-1: the log could not be read: AccessDenied".to_owned()],
    }
}

pub(crate) fn quarantined() -> Entry {
    contained(finding("e-1"), target(), Level::Quarantine, vec![deny_all()])
}

/// The same, so many minutes later.
pub(crate) fn contained_at(minutes: i64) -> Entry {
    let mut entry = quarantined();
    if let Some(Containment::Contained { at: done, until, .. }) = &mut entry.containment {
        (*done, *until) = (at(minutes), at(minutes + 240));
    }
    entry
}

pub(crate) fn locked_out() -> Entry {
    contained(finding("e-1"), target(), Level::Lockout, vec![lockout()])
}

/// A user whose attachments were full, with its key.
pub(crate) fn by_boundary() -> Entry {
    let Step::AttachPolicy { policy } = lockout() else { unreachable!() };
    let former = Some("arn:aws:iam::111122223333:policy/developers".parse().unwrap());
    let boundary = Step::PutBoundary { policy, former };
    let key = Step::DeactivateKey { key: "AKIAEXAMPLEEXAMPLE01".to_owned() };
    let Target::User { arn, id } = alice() else { unreachable!() };
    let finding = finding_by(portcullis_domain::Principal::User { arn, id }, "e-1");
    contained(finding, alice(), Level::Lockout, vec![boundary, key])
}

pub(crate) fn asked(state: AskState) -> Entry {
    let unanswered = Response::Quarantine;
    let ask = Ask { level: Level::Quarantine, until: at(60), unanswered, state, taken_up: true };
    let plan = Plan { target: Some(target()), level: Some(Level::Quarantine), steps: vec![deny_all()] };
    let entry = decided(finding("e-1"), Response::Ask, Response::Ask);
    Entry { ask: Some(ask), plan, surroundings: Some(surroundings()), ..entry }
}

pub(crate) fn approved() -> AskState {
    AskState::Approved { at: at(5), by: OPERATOR.to_owned(), reason: "nobody knows of this".to_owned() }
}

pub(crate) fn rejected() -> AskState {
    AskState::Rejected { at: at(5), by: OPERATOR.to_owned(), reason: "a planned migration, ticket 4711".to_owned() }
}

pub(crate) fn earlier(response: Response, contained: Option<Target>) -> Earlier {
    Earlier { response, contained, paged: true }
}

pub(crate) fn failed(uncertain: bool) -> Entry {
    let error = "failed to attach the policy: AccessDenied: not authorized to perform iam:AttachRolePolicy".to_owned();
    Entry { containment: Some(Containment::Failed { at: at(0), error, uncertain }), ..quarantined() }
}

pub(crate) fn refused(refusals: Vec<Refusal>) -> Entry {
    let entry = decided(finding("e-1"), Response::Quarantine, Response::Page);
    Entry { decision: Decision { refusals, ..entry.decision.clone() }, ..entry }
}

pub(crate) fn quarantine(steps: Vec<Step>, state: QuarantineState) -> Quarantine {
    Quarantine {
        target: target(),
        level: Level::Quarantine,
        steps,
        finding: finding("e-1").id,
        why: finding("e-1").rule.title,
        since: at(0),
        until: at(240),
        state,
        lease_until: at(0),
        extensions: Vec::new(),
        tampering: None,
        reapplied: 0,
    }
}

pub(crate) fn active() -> QuarantineState {
    QuarantineState::Active { verification: Verification { read_back: true, simulated: Simulated::Denied } }
}

pub(crate) fn released(steps: Vec<Step>, found: Vec<Undone>) -> Quarantine {
    let reason = "known migration".to_owned();
    quarantine(steps, QuarantineState::Released { at: at(20), by: OPERATOR.to_owned(), reason, found })
}

pub(crate) fn extended() -> Quarantine {
    let moved = Extension { at: at(30), by: OPERATOR.to_owned(), reason: "still looking".to_owned(), until: at(720) };
    Quarantine { until: at(720), extensions: vec![moved], ..quarantine(vec![deny_all()], active()) }
}

pub(crate) fn tampered(left: Option<&str>) -> Quarantine {
    let tampering = Tampering {
        at: at(10),
        missing: vec![deny_all()],
        by: Some("arn:aws:iam::111122223333:role/admin".to_owned()),
        event: Some("e-9".to_owned()),
        left: left.map(ToOwned::to_owned),
        message_id: None,
    };
    Quarantine { tampering: Some(tampering), reapplied: 2, ..quarantine(vec![deny_all()], active()) }
}

pub(crate) fn withdrawn() -> Entry {
    let quarantine = Some(Box::new(quarantine(vec![deny_all()], active())));
    Entry { gone: Some(Gone::Withdrawn { at: at(3), quarantine, message_id: None }), ..quarantined() }
}

/// An alarm of this stack's.
pub(crate) fn alarm(subject: &AlarmSubject, telling: Telling) -> AlarmNotice {
    let name = subject.name("portcullis");
    let asset = matches!(subject, AlarmSubject::Asset { .. });
    AlarmNotice {
        change: AlarmChange {
            subject: Some(subject.clone()),
            name: name.clone(),
            state: if telling == Telling::Over { AlarmState::Ok } else { AlarmState::Alarm },
            before: None,
            at: at(0),
            reason: "Threshold Crossed: 1 datapoint [5.0 (05/01/26 08:09:00)] was greater than the threshold (0.0)."
                .to_owned(),
            description: "What it means, in a sentence.".to_owned(),
            measure: Some("AssetDenied, Sum of 60 s, more than 0".to_owned()),
            account: "111122223333".parse().ok(),
            region: Some("eu-west-1".to_owned()),
        },
        entry: asset.then(|| "payroll".to_owned()),
        tier: asset.then_some(Tier::Critical),
        severity: subject.severity(),
        ringing: vec![Ringing { name, since: at(0) }],
        late: false,
        telling,
    }
}

pub(crate) fn of_payroll(kind: AssetAlarm) -> AlarmSubject {
    AlarmSubject::Asset { kind, entry: "payroll".to_owned() }
}

/// Nothing of it rings any more, and two alarms did.
pub(crate) fn alarms_over() -> AlarmNotice {
    let rang = [AssetAlarm::Denied, AssetAlarm::UnderAttack].map(of_payroll);
    let ringing = rang.iter().map(|subject| Ringing { name: subject.name("portcullis"), since: at(-20) }).collect();
    AlarmNotice { severity: Severity::Critical, ringing, ..alarm(&rang[0], Telling::Over) }
}

/// A notice of each kind.
pub(crate) fn all() -> Vec<Case> {
    let (trigger, update, resolve) = (Action::Trigger, Action::Update, Action::Resolve);
    let already = |level| refused(vec![Refusal::AlreadyContained { level, until: at(200) }]);
    let protected = || refused(vec![Refusal::Protected { by: "arn:aws:iam::*:role/team/*".to_owned() }]);
    let found = |entry| Subject::Finding(Box::new(entry));
    let approved_entry =
        Entry { ask: asked(approved()).ask, earlier: Some(earlier(Response::Ask, None)), ..contained_at(6) };
    let unanswered = AskState::Unanswered { at: at(61) };
    let nobody = Entry { ask: asked(unanswered.clone()).ask, ..contained_at(61) };
    let mut silence = Entry { plan: Plan::default(), ..asked(unanswered) };
    silence.decision.response = Response::Page;
    silence.ask.as_mut().unwrap().unanswered = Response::Page;
    let page_only = decided(finding("e-1"), Response::Quarantine, Response::Page);
    let changed = vec![Undone::Changed { found: "arn:aws:iam::111122223333:policy/other".to_owned() }];
    let boundary = by_boundary().plan.steps.into_iter().take(1).collect();
    let denied = of_payroll(AssetAlarm::Denied);
    let rings = |telling| Subject::Alarm(Box::new(alarm(&denied, telling)));
    let covered = Telling::Covered { finding: finding("e-1").id };
    let case = |name, action, subject| Case { name, action, subject };
    vec![
        case("contained", trigger, found(quarantined())),
        case("locked_out", trigger, found(locked_out())),
        case("by_boundary", trigger, found(by_boundary())),
        case("asked", trigger, found(asked(AskState::Pending))),
        case("approved", trigger, found(approved_entry)),
        case("rejected", resolve, found(asked(rejected()))),
        case("nobody_answered", trigger, found(silence)),
        case("nobody_answered_contained", trigger, found(nobody)),
        case("not_touched", trigger, found(protected())),
        case("not_contained", trigger, found(failed(false))),
        case("not_known", trigger, found(failed(true))),
        case("in_quarantine", trigger, found(already(Level::Quarantine))),
        case("in_lockout", trigger, found(already(Level::Lockout))),
        case("escalated", trigger, found(Entry { earlier: Some(earlier(Response::Page, None)), ..quarantined() })),
        case("update", update, found(protected())),
        case("page", trigger, found(page_only)),
        case("tampered", trigger, Subject::Tampered(tampered(None))),
        case("tampered_left", trigger, Subject::Tampered(tampered(Some("the kill switch is on")))),
        case("released", resolve, Subject::Released(released(vec![deny_all()], vec![Undone::Restored]))),
        case("released_changed", resolve, Subject::Released(released(boundary, changed))),
        case("extended", update, Subject::Extended(extended())),
        case("withdrawn", trigger, found(withdrawn())),
        case("alarm", trigger, rings(Telling::Rings)),
        case("alarm_covered", update, rings(covered)),
        case("alarm_again", update, rings(Telling::Again { woken_at: at(-30), times: 2 })),
        case("alarm_over", resolve, Subject::Alarm(Box::new(alarms_over()))),
    ]
}

/// The page of that kind.
pub(crate) fn of(name: &str) -> Page {
    all().into_iter().find(|case| case.name == name).unwrap().page()
}
