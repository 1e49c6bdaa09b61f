//! Alarms: what rings, what to look at first, and whether somebody is woken for it.

use insta::assert_snapshot;
use portcullis_domain::{AlarmSubject, AssetAlarm, PipelineAlarm, Severity};
use portcullis_paging::Page;
use portcullis_response::{Action, AlarmNotice, Telling};
use test_case::test_case;

use crate::support::{Case, Subject, alarm, of, of_payroll, show};

fn page(action: Action, alarm: AlarmNotice) -> Page {
    Case { name: "", action, subject: Subject::Alarm(Box::new(alarm)) }.page()
}

#[test]
fn of_an_entry() {
    assert_snapshot!(show(&of("alarm")), @"
    Subject: [MEDIUM] ALARM payroll: denied calls

    payroll: denied calls, since 2026-01-05T08:10:05Z.

    WHAT      denied calls
    ALARM     portcullis/denied/payroll
    RINGING   portcullis/denied/payroll since 2026-01-05T08:10:05Z
    METRIC    AssetDenied, Sum of 60 s, more than 0
    REASON    Threshold Crossed: 1 datapoint [5.0 (05/01/26 08:09:00)] was greater than the threshold (0.0).
    MEANS     What it means, in a sentence.
    ENTRY     payroll (tier critical)
    WHERE     account 111122223333, Region eu-west-1

    FIRST     portcullis metrics payroll --days 7 --stack portcullis

    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#alarm-denied
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn it_is_over() {
    assert_snapshot!(show(&of("alarm_over")), @"
    Subject: [OK] payroll: denied calls, under attack (denied calls while it is used too much)

    payroll: nothing of it rings any more, since 2026-01-05T08:10:05Z. What rang: denied calls, under attack (denied calls while it is used too much).

    WHAT      denied calls, under attack (denied calls while it is used too much)
    ALARM     portcullis/denied/payroll
    RANG      portcullis/denied/payroll since 2026-01-05T07:50:05Z; portcullis/under-attack/payroll since 2026-01-05T07:50:05Z
    METRIC    AssetDenied, Sum of 60 s, more than 0
    REASON    Threshold Crossed: 1 datapoint [5.0 (05/01/26 08:09:00)] was greater than the threshold (0.0).
    MEANS     What it means, in a sentence.
    ENTRY     payroll (tier critical)
    WHERE     account 111122223333, Region eu-west-1

    FIRST     portcullis metrics payroll --days 7 --stack portcullis

    INCIDENT  I-0123456789abcdef, over with this
    RUNBOOK   docs/runbook.md#alarm-denied
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn it_belongs_to_a_finding() {
    assert_snapshot!(show(&of("alarm_covered")), @"
    Subject: [MEDIUM] UPDATE, ALARM payroll: denied calls

    This brings incident I-0123456789abcdef up to date; nobody is woken for it.
    payroll: denied calls, since 2026-01-05T08:10:05Z.
    On-call was paged about finding F-3962f05ce3a6e3d5 on it; this belongs to the same incident.

    WHAT      denied calls
    ALARM     portcullis/denied/payroll
    RINGING   portcullis/denied/payroll since 2026-01-05T08:10:05Z
    METRIC    AssetDenied, Sum of 60 s, more than 0
    REASON    Threshold Crossed: 1 datapoint [5.0 (05/01/26 08:09:00)] was greater than the threshold (0.0).
    MEANS     What it means, in a sentence.
    ENTRY     payroll (tier critical)
    WHERE     account 111122223333, Region eu-west-1

    FIRST     portcullis metrics payroll --days 7 --stack portcullis

    FINDING   F-3962f05ce3a6e3d5
    INCIDENT  I-0123456789abcdef, brought up to date
    RUNBOOK   docs/runbook.md#alarm-denied
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn it_rings_again_and_again() {
    assert_snapshot!(show(&of("alarm_again")), @"
    Subject: [MEDIUM] UPDATE, ALARM payroll: denied calls

    This brings incident I-0123456789abcdef up to date; nobody is woken for it.
    payroll: denied calls, since 2026-01-05T08:10:05Z.
    Somebody was woken for it at 2026-01-05T07:40:05Z; since then it was over and rang again 2 times.

    WHAT      denied calls
    ALARM     portcullis/denied/payroll
    RINGING   portcullis/denied/payroll since 2026-01-05T08:10:05Z
    METRIC    AssetDenied, Sum of 60 s, more than 0
    REASON    Threshold Crossed: 1 datapoint [5.0 (05/01/26 08:09:00)] was greater than the threshold (0.0).
    MEANS     What it means, in a sentence.
    ENTRY     payroll (tier critical)
    WHERE     account 111122223333, Region eu-west-1

    FIRST     portcullis metrics payroll --days 7 --stack portcullis

    INCIDENT  I-0123456789abcdef, brought up to date
    RUNBOOK   docs/runbook.md#alarm-denied
    STATUS    portcullis status --stack portcullis
    ");
}

#[test]
fn it_rings_on() {
    for (times, words) in [(1, "once"), (2, "2 times")] {
        let still = Telling::Still { woken_at: "2026-01-05T07:10:05Z".parse().unwrap(), times };
        let page = page(Action::Trigger, alarm(&of_payroll(AssetAlarm::Denied), still));
        assert_eq!(page.subject, "[MEDIUM] ALARM payroll: denied calls");
        let remark = format!(
            "Somebody was woken for it at 2026-01-05T07:10:05Z; since then it was over and rang again {words}, for which \
             nobody was woken so soon. It rings still."
        );
        let told: Vec<&str> = page.body.lines().take(2).collect();
        assert_eq!(told, ["payroll: denied calls, since 2026-01-05T08:10:05Z.", &remark], "{}", page.body);
        assert!(page.attributes.contains(&("action", "trigger".to_owned())), "{:?}", page.attributes);
    }
}

/// Nobody was woken for it so far: beside others, or under a finding's incident.
#[test]
fn it_rings_on_and_wakes_for_the_first_time() {
    let finding = portcullis_domain::FindingId::of_event("rule", "111122223333", "event");
    let beside = Telling::Still { woken_at: "2026-01-05T07:10:05Z".parse().unwrap(), times: 0 };
    let remarks = [beside, Telling::Uncovered { finding }].map(|telling| {
        let page = page(Action::Trigger, alarm(&of_payroll(AssetAlarm::Denied), telling));
        assert_eq!(page.subject, "[MEDIUM] ALARM payroll: denied calls");
        assert!(page.attributes.contains(&("kind", "alarm".to_owned())), "{:?}", page.attributes);
        assert!(!page.sms.contains("F-"), "it has an incident of its own: {}", page.sms);
        page.body.lines().nth(1).unwrap_or_default().to_owned()
    });
    assert_snapshot!(remarks.join("\n"), @"
    Somebody was woken at 2026-01-05T07:10:05Z for others of the same; this one began to ring beside them, for which nobody was woken so soon. It rings still.
    On-call was paged about finding F-f0a49d8700e0dcc9 on it, and nobody was woken for this; by now that one's incident is over, or was paged too long ago to stand for it. It rings still.
    ");
}

#[test]
fn about_portcullis() {
    let subject = AlarmSubject::Pipeline(PipelineAlarm::HeartbeatKms);
    assert_snapshot!(show(&page(Action::Trigger, alarm(&subject, Telling::Rings))), @"
    Subject: [HIGH] ALARM Portcullis: does not see its own calls of KMS

    Portcullis: does not see its own calls of KMS, since 2026-01-05T08:10:05Z.

    WHAT      does not see its own calls of KMS
    ALARM     portcullis/pipeline/heartbeat-kms
    RINGING   portcullis/pipeline/heartbeat-kms since 2026-01-05T08:10:05Z
    METRIC    AssetDenied, Sum of 60 s, more than 0
    REASON    Threshold Crossed: 1 datapoint [5.0 (05/01/26 08:09:00)] was greater than the threshold (0.0).
    MEANS     What it means, in a sentence.
    WHERE     account 111122223333, Region eu-west-1

    INCIDENT  I-0123456789abcdef
    RUNBOOK   docs/runbook.md#alarm-heartbeat
    STATUS    portcullis status --stack portcullis
    ");
}

fn subject_and_anchor(subject: &AlarmSubject) -> (String, String) {
    let page = page(Action::Trigger, alarm(subject, Telling::Rings));
    let runbook = page.body.lines().find(|line| line.starts_with("RUNBOOK")).unwrap();
    (page.subject.clone(), runbook.rsplit('#').next().unwrap().to_owned())
}

#[test]
fn every_kind_has_its_words_and_its_section() {
    let mut subjects: Vec<AlarmSubject> = AssetAlarm::ALL.iter().map(|kind| of_payroll(*kind)).collect();
    subjects.extend(PipelineAlarm::ALL.iter().map(|kind| AlarmSubject::Pipeline(*kind)));
    subjects.push(AlarmSubject::Cis("root-used".to_owned()));
    let lines = subjects.iter().map(|subject| {
        let (subject, anchor) = subject_and_anchor(subject);
        format!("{subject}  #{anchor}")
    });
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    [MEDIUM] ALARM payroll: used more often than the settings allow for  #alarm-high-rate
    [MEDIUM] ALARM payroll: used more often than it used to be  #alarm-anomaly
    [MEDIUM] ALARM payroll: denied calls  #alarm-denied
    [MEDIUM] ALARM payroll: rotation overdue  #alarm-rotation-overdue
    [CRITICAL] ALARM payroll: under attack (denied calls while it is used too much)  #alarm-under-attack
    [HIGH] ALARM Portcullis: does not see its own calls of KMS  #alarm-heartbeat
    [HIGH] ALARM Portcullis: does not see its own calls of Secrets Manager  #alarm-heartbeat
    [MEDIUM] ALARM Portcullis: examines events late  #alarm-event-age
    [HIGH] ALARM Portcullis: could not read all input  #alarm-unreadable
    [MEDIUM] ALARM Portcullis: could not keep the ledger's chain elsewhere  #alarm-evidence-failed
    [HIGH] ALARM Portcullis: PagerDuty refuses its pages  #alarm-pagerduty-refused
    [HIGH] ALARM Portcullis: somebody undid a containment  #alarm-tampering
    [MEDIUM] ALARM Portcullis: could not make its alarms as they should be  #alarm-alarms-failed
    [MEDIUM] ALARM account 111122223333: CIS control root-used  #alarm-cis
    ");
}

#[test]
fn one_that_nobody_knows() {
    let mut unknown = alarm(&AlarmSubject::Cis("x".to_owned()), Telling::Rings);
    unknown.change.subject = None;
    unknown.change.name = "somebody's own".to_owned();
    unknown.severity = Severity::Medium;
    let page = page(Action::Trigger, unknown);
    assert_eq!(page.subject, "[MEDIUM] ALARM somebody's own: an alarm that is none of its own, on its topic");
    assert!(page.body.contains("#alarm-unknown\n") && !page.body.contains("\nFIRST"), "{}", page.body);
}

#[test_case(Telling::Worse, "It is worse than what somebody was woken for." ; "worse")]
#[test_case(Telling::More, "Others of the same rang before it, and somebody was woken for them." ; "more")]
fn why_it_is_told(telling: Telling, expected: &str) {
    let page = page(Action::Update, alarm(&of_payroll(AssetAlarm::HighRate), telling));
    assert!(page.body.lines().any(|line| line == expected), "{}", page.body);
    assert!(page.subject.starts_with("[MEDIUM] UPDATE, ALARM payroll: "), "{}", page.subject);
    assert!(page.body.contains("nobody is woken for it"), "{}", page.body);
}

#[test]
fn heard_of_too_late() {
    let alarm =
        AlarmNotice { late: true, ringing: Vec::new(), ..alarm(&of_payroll(AssetAlarm::Denied), Telling::Rings) };
    let page = page(Action::Trigger, alarm);
    assert!(page.body.contains("and was over by the time this was heard of."), "{}", page.body);
    assert!(!page.body.contains("RINGING"), "{}", page.body);
}

/// The end of what was paged has the same key, and says nothing of how bad it was: filters and phones treat it as an end.
#[test]
fn the_end_has_the_same_key() {
    let (rings, over) = (of("alarm"), of("alarm_over"));
    let attribute = |page: &Page, name: &str| page.attributes.iter().find(|(known, _)| *known == name).cloned();
    assert_eq!(attribute(&rings, "dedup_key"), attribute(&over, "dedup_key"));
    assert_eq!(attribute(&over, "action").unwrap().1, "resolve");
    assert_eq!(attribute(&rings, "kind").unwrap().1, "alarm");
    assert_eq!(attribute(&rings, "finding"), None, "SNS takes no empty one");
    assert!(attribute(&of("alarm_covered"), "finding").unwrap().1.starts_with("F-"));
}

#[test]
fn as_text_messages() {
    let all = ["alarm", "alarm_covered", "alarm_again", "alarm_over"].map(|name| of(name).sms);
    assert!(all.iter().all(|text| text.len() <= 140), "{all:?}");
    assert_snapshot!(all.join("\n"), @"
    MEDIUM ALARM payroll: denied calls. I-0123456789abcdef
    MEDIUM UPDATE, ALARM payroll: denied calls. F-3962f05ce3a6e3d5
    MEDIUM UPDATE, ALARM payroll: denied calls. I-0123456789abcdef
    OK payroll: denied calls, under attack (denied calls while it is used too much). I-0123456789abcdef
    ");
}
