//! What a page about an alarm tells.

use portcullis_domain::{AlarmSubject, AssetAlarm, PipelineAlarm};
use portcullis_response::{Action, AlarmNotice, Notice, Ringing, Telling};

use crate::PageContext;
use crate::facts::Facts;
use crate::kind::Kind;
use crate::story::{Person, Story, runbook};
use crate::surroundings::Around;
use crate::text::one_line;
use crate::undo::{metrics_command, status_command};

pub(crate) fn tell(alarm: &AlarmNotice, notice: Notice<'_>, context: &PageContext) -> Story {
    let (change, kind) = (&alarm.change, standing(alarm));
    let (who, topic) = (who(alarm), topic(alarm, context));
    let update = if notice.action == Action::Update { "UPDATE, " } else { "" };
    let finding = match &alarm.telling {
        Telling::Covered { finding } => finding.to_string(),
        _ => String::new(),
    };
    Story {
        action: notice.action,
        incident: one_line(notice.incident),
        kind,
        words: format!("{update}{}", kind.word()),
        severity: alarm.severity,
        headline: headline(alarm, &who, &topic),
        what: Some(topic.clone()),
        who,
        topic,
        remarks: remarks(alarm),
        at: change.at,
        stack: one_line(&context.stack),
        account: change.account.as_ref().map(ToString::to_string),
        region: change.region.as_deref().map(one_line),
        actor: Person { kind: "alarm".to_owned(), name: one_line(&change.name), ..Person::default() },
        facts: Facts { tier: alarm.tier, ..Facts::default() },
        details: details(alarm),
        question: None,
        first: alarm.entry.as_deref().map(|entry| metrics_command(entry, context)).into_iter().collect(),
        done: Vec::new(),
        not_done: Vec::new(),
        around: Around::default(),
        ends: None,
        undo: None,
        was_for: None,
        rule: None,
        finding,
        continues: None,
        runbook: runbook(context, anchor(change.subject.as_ref())),
        status: status_command(context),
    }
}

const fn standing(alarm: &AlarmNotice) -> Kind {
    match alarm.telling {
        Telling::Over => Kind::AlarmOver,
        Telling::Again { .. } => Kind::AlarmAgain,
        Telling::Rings
        | Telling::Worse
        | Telling::More
        | Telling::Still { .. }
        | Telling::Covered { .. }
        | Telling::Uncovered { .. } => Kind::Alarm,
    }
}

/// What is watched, as a person says it.
fn who(alarm: &AlarmNotice) -> String {
    let change = &alarm.change;
    one_line(&match (&alarm.entry, &change.subject) {
        (Some(entry), _) | (None, Some(AlarmSubject::Asset { entry, .. })) => entry.clone(),
        (None, Some(AlarmSubject::Pipeline(_))) => "Portcullis".to_owned(),
        (None, Some(AlarmSubject::Cis(_))) => match &change.account {
            Some(account) => format!("account {account}"),
            None => "an account".to_owned(),
        },
        (None, None) => change.name.clone(),
    })
}

/// What of it; when it is over, all that rang.
fn topic(alarm: &AlarmNotice, context: &PageContext) -> String {
    if alarm.telling != Telling::Over || alarm.ringing.is_empty() {
        return of(alarm.change.subject.as_ref());
    }
    let topic = |ringing: &Ringing| of(AlarmSubject::parse(&context.stack, &ringing.name).as_ref());
    alarm.ringing.iter().map(topic).collect::<Vec<_>>().join(", ")
}

fn of(subject: Option<&AlarmSubject>) -> String {
    let words = match subject {
        Some(AlarmSubject::Asset { kind, .. }) => match kind {
            AssetAlarm::HighRate => "used more often than the settings allow for",
            AssetAlarm::Anomaly => "used more often than it used to be",
            AssetAlarm::Denied => "denied calls",
            AssetAlarm::RotationOverdue => "rotation overdue",
            AssetAlarm::UnderAttack => "under attack (denied calls while it is used too much)",
        },
        Some(AlarmSubject::Pipeline(kind)) => match kind {
            PipelineAlarm::HeartbeatKms => "does not see its own calls of KMS",
            PipelineAlarm::HeartbeatSecretsManager => "does not see its own calls of Secrets Manager",
            PipelineAlarm::EventAge => "examines events late",
            PipelineAlarm::Unreadable => "could not read all input",
            PipelineAlarm::EvidenceFailed => "could not keep the ledger's chain elsewhere",
            PipelineAlarm::PagerDutyRefused => "PagerDuty refuses its pages",
            PipelineAlarm::Tampering => "somebody undid a containment",
            PipelineAlarm::AlarmsFailed => "could not make its alarms as they should be",
        },
        Some(AlarmSubject::Cis(control)) => return one_line(&format!("CIS control {control}")),
        None => "an alarm that is none of its own, on its topic",
    };
    words.to_owned()
}

/// The section of the runbook.
fn anchor(subject: Option<&AlarmSubject>) -> &'static str {
    match subject {
        Some(AlarmSubject::Asset { kind, .. }) => match kind {
            AssetAlarm::HighRate => "alarm-high-rate",
            AssetAlarm::Anomaly => "alarm-anomaly",
            AssetAlarm::Denied => "alarm-denied",
            AssetAlarm::RotationOverdue => "alarm-rotation-overdue",
            AssetAlarm::UnderAttack => "alarm-under-attack",
        },
        Some(AlarmSubject::Pipeline(kind)) => match kind {
            PipelineAlarm::HeartbeatKms | PipelineAlarm::HeartbeatSecretsManager => "alarm-heartbeat",
            PipelineAlarm::EventAge => "alarm-event-age",
            PipelineAlarm::Unreadable => "alarm-unreadable",
            PipelineAlarm::EvidenceFailed => "alarm-evidence-failed",
            PipelineAlarm::PagerDutyRefused => "alarm-pagerduty-refused",
            PipelineAlarm::Tampering => "alarm-tampering",
            PipelineAlarm::AlarmsFailed => "alarm-alarms-failed",
        },
        Some(AlarmSubject::Cis(_)) => "alarm-cis",
        None => "alarm-unknown",
    }
}

fn headline(alarm: &AlarmNotice, who: &str, topic: &str) -> String {
    let at = alarm.change.at;
    match (&alarm.telling, alarm.late) {
        (Telling::Over, _) => format!("{who}: nothing of it rings any more, since {at:.0}. What rang: {topic}."),
        (_, true) => format!("{who}: {topic}. It rang at {at:.0}, and was over by the time this was heard of."),
        (_, false) => format!("{who}: {topic}, since {at:.0}."),
    }
}

fn remarks(alarm: &AlarmNotice) -> Vec<String> {
    let remark = match &alarm.telling {
        Telling::Rings | Telling::Over => None,
        Telling::Worse => Some("It is worse than what somebody was woken for.".to_owned()),
        Telling::More => Some("Others of the same rang before it, and somebody was woken for them.".to_owned()),
        Telling::Again { woken_at, times } => {
            let times = often(*times);
            Some(format!("Somebody was woken for it at {woken_at:.0}; since then it was over and rang again {times}."))
        }
        Telling::Still { woken_at, times: 0 } => Some(format!(
            "Somebody was woken at {woken_at:.0} for others of the same; this one began to ring beside them, for which nobody \
             was woken so soon. It rings still."
        )),
        Telling::Still { woken_at, times } => Some(format!(
            "Somebody was woken for it at {woken_at:.0}; since then it was over and rang again {}, for which nobody was \
             woken so soon. It rings still.",
            often(*times)
        )),
        Telling::Covered { finding } => {
            Some(format!("On-call was paged about finding {finding} on it; this belongs to the same incident."))
        }
        Telling::Uncovered { finding } => Some(format!(
            "On-call was paged about finding {finding} on it, and nobody was woken for this; by now that one's incident is \
             over, or was paged too long ago to stand for it. It rings still."
        )),
    };
    remark.into_iter().collect()
}

fn often(times: u32) -> String {
    if times == 1 { "once".to_owned() } else { format!("{times} times") }
}

fn details(alarm: &AlarmNotice) -> Vec<(&'static str, String)> {
    let change = &alarm.change;
    let rang = alarm.ringing.iter().map(|ringing| format!("{} since {:.0}", ringing.name, ringing.since));
    let rang = rang.collect::<Vec<_>>().join("; ");
    let tier = alarm.tier.map_or("unclassified".to_owned(), |tier| format!("tier {tier}"));
    let place = match (&change.account, &change.region) {
        (Some(account), Some(region)) => Some(format!("account {account}, Region {region}")),
        (Some(account), None) => Some(format!("account {account}")),
        (None, region) => region.as_ref().map(|region| format!("Region {region}")),
    };
    let said = |text: &String| (!text.trim().is_empty()).then(|| text.clone());
    let all = [
        ("ALARM", Some(change.name.clone())),
        (if alarm.telling == Telling::Over { "RANG" } else { "RINGING" }, said(&rang)),
        ("METRIC", change.measure.clone()),
        ("REASON", said(&change.reason)),
        ("MEANS", said(&change.description)),
        ("ENTRY", alarm.entry.as_ref().map(|entry| format!("{entry} ({tier})"))),
        ("WHERE", place),
    ];
    all.into_iter().filter_map(|(label, value)| Some((label, one_line(&value?)))).collect()
}
