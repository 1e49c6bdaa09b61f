//! What the forms of one page have to do with each other, and with those who take them.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use portcullis_paging::{PageContext, render};
use portcullis_response::{About, Action, Notice};
use serde_json::Value;

use crate::support::{Case, INCIDENT, Subject, all, of, quarantined};

fn each(line: impl Fn(&Case) -> String) -> String {
    all().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn subjects() {
    assert_snapshot!(each(|case| case.page().subject), @"
    [CRITICAL] CONTAINED role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] LOCKED OUT role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] LOCKED OUT user alice: Unauthorized actor used a critical key or secret
    [CRITICAL] ASKED role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] APPROVED by alice, CONTAINED role reporting: Unauthorized actor used a critical key or …
    [CRITICAL] REJECTED by alice role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] NOBODY ANSWERED role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] NOBODY ANSWERED, CONTAINED role reporting: Unauthorized actor used a critical key or se…
    [CRITICAL] NOT TOUCHED role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] NOT CONTAINED role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] NOT CONTAINED role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] IN QUARANTINE role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] IN LOCKOUT role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] ESCALATED, CONTAINED role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] UPDATE, NOT TOUCHED role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] PAGE role reporting: Unauthorized actor used a critical key or secret
    [CRITICAL] TAMPERED role reporting: quarantine undone, put back
    [CRITICAL] TAMPERED role reporting: quarantine undone, NOT put back
    [RELEASED] role reporting: quarantine lifted
    [RELEASED] role reporting: quarantine lifted
    [EXTENDED] role reporting: quarantine goes on
    [WITHDRAWN] role reporting: the ground for its quarantine is gone
    [MEDIUM] ALARM payroll: denied calls
    [MEDIUM] UPDATE, ALARM payroll: denied calls
    [MEDIUM] UPDATE, ALARM payroll: denied calls
    [OK] payroll: denied calls, under attack (denied calls while it is used too much)
    ");
}

#[test]
fn text_messages() {
    assert_snapshot!(each(|case| case.page().sms), @"
    CRITICAL CONTAINED role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5 undo: portcullis release
    CRITICAL LOCKED OUT role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5 undo: portcullis release
    CRITICAL LOCKED OUT user alice: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5 undo: portcullis release
    CRITICAL ASKED role reporting: Unauthorized actor used a critical key o... portcullis approve F-3962f05ce3a6e3d5 or reject, by 05 Jan 09:10Z
    CRITICAL APPROVED by alice, CONTAINED role reporting: Unauthorized actor used a critical key ... F-3962f05ce3a6e3d5 undo: portcullis release
    CRITICAL REJECTED by alice role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5
    CRITICAL NOBODY ANSWERED role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5
    CRITICAL NOBODY ANSWERED, CONTAINED role reporting: Unauthorized actor used a critical key or... F-3962f05ce3a6e3d5 undo: portcullis release
    CRITICAL NOT TOUCHED role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5
    CRITICAL NOT CONTAINED role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5
    CRITICAL NOT CONTAINED role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5
    CRITICAL IN QUARANTINE role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5 undo: portcullis release
    CRITICAL IN LOCKOUT role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5 undo: portcullis release
    CRITICAL ESCALATED, CONTAINED role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5 undo: portcullis release
    CRITICAL UPDATE, NOT TOUCHED role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5
    CRITICAL PAGE role reporting: Unauthorized actor used a critical key or secret. F-3962f05ce3a6e3d5
    CRITICAL TAMPERED role reporting: quarantine undone, put back. F-3962f05ce3a6e3d5
    CRITICAL TAMPERED role reporting: quarantine undone, NOT put back. F-3962f05ce3a6e3d5
    RELEASED role reporting: quarantine lifted. F-3962f05ce3a6e3d5
    RELEASED role reporting: quarantine lifted. F-3962f05ce3a6e3d5
    EXTENDED role reporting: quarantine goes on. F-3962f05ce3a6e3d5 undo: portcullis release
    WITHDRAWN role reporting: the ground for its quarantine is gone. F-3962f05ce3a6e3d5 undo: portcullis release
    MEDIUM ALARM payroll: denied calls. I-0123456789abcdef
    MEDIUM UPDATE, ALARM payroll: denied calls. F-3962f05ce3a6e3d5
    MEDIUM UPDATE, ALARM payroll: denied calls. I-0123456789abcdef
    OK payroll: denied calls, under attack (denied calls while it is used too much). I-0123456789abcdef
    ");
}

#[test]
fn attributes() {
    let values = |case: &Case| case.page().attributes.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(" ");
    assert_snapshot!(each(values), @"
    finding critical unauthorized-access-critical-asset contained F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset contained F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset contained F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    ask critical unauthorized-access-critical-asset asked F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset contained F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    ask critical unauthorized-access-critical-asset rejected F-3962f05ce3a6e3d5 resolve I-0123456789abcdef
    ask critical unauthorized-access-critical-asset unanswered F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset contained F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset refused F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset failed F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset failed F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset already-contained F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset already-contained F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset contained F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    finding critical unauthorized-access-critical-asset refused F-3962f05ce3a6e3d5 update I-0123456789abcdef
    finding critical unauthorized-access-critical-asset page F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    tampered critical put-back F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    tampered critical left F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    released informational released F-3962f05ce3a6e3d5 resolve I-0123456789abcdef
    released informational released F-3962f05ce3a6e3d5 resolve I-0123456789abcdef
    extended informational extended F-3962f05ce3a6e3d5 update I-0123456789abcdef
    withdrawn critical unauthorized-access-critical-asset withdrawn F-3962f05ce3a6e3d5 trigger I-0123456789abcdef
    alarm medium ringing trigger I-0123456789abcdef
    alarm medium ringing F-3962f05ce3a6e3d5 update I-0123456789abcdef
    alarm medium repeated update I-0123456789abcdef
    alarm critical ok resolve I-0123456789abcdef
    ");
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The chat shows what the mail says: every line of its block is one of the mail's.
#[test]
fn a_chat_tells_what_the_mail_tells() {
    for case in all() {
        let page = case.page();
        let chat = json(&page.chat);
        let description = chat["content"]["description"].as_str().unwrap();
        let block = description.strip_prefix("```\n").and_then(|text| text.strip_suffix("\n```")).unwrap();
        let mail: Vec<String> = page.body.lines().map(|line| line.replace('`', "'")).collect();
        assert!(block.lines().all(|line| mail.iter().any(|told| told == line)), "{block}");
        let tells = if matches!(case.subject, Subject::Alarm(_)) { "RANG RINGING" } else { "DONE" };
        assert!(tells.split(' ').any(|label| block.contains(label)), "{block}");
    }
}

#[test]
fn programs_and_people_are_told_the_same() {
    for case in all() {
        let page = case.page();
        let generic = json(&page.generic);
        let told = |pointer: &str| generic.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        assert!(page.body.contains(told("/summary")), "{}", page.body);
        assert_eq!((told("/subject"), told("/text")), (page.subject.as_str(), page.body.as_str()));
        for pointer in ["/finding", "/dedup_key", "/runbook", "/undo", "/rule/id", "/actor/name", "/ends"] {
            assert!(page.body.contains(told(pointer)), "{pointer} in {}", page.body);
        }
        let attributes: BTreeMap<&str, String> = page.attributes.iter().cloned().collect();
        for (attribute, pointer) in [
            ("kind", "/kind"),
            ("severity", "/severity"),
            ("rule", "/rule/id"),
            ("outcome", "/outcome"),
            ("finding", "/finding"),
            ("action", "/action"),
            ("dedup_key", "/dedup_key"),
        ] {
            assert_eq!(attributes.get(attribute).map_or("", String::as_str), told(pointer), "{attribute}");
        }
    }
}

#[test]
fn each_subscription_gets_what_it_can_use() {
    let page = of("contained");
    let message = json(&page.message());
    let by_protocol: BTreeMap<String, String> = serde_json::from_value(message).unwrap();
    let forms = [&page.body, &page.sms, &page.chat, &page.generic];
    let names = ["mail", "sms", "chat", "generic"];
    let form = |text: &String| names[forms.iter().position(|form| *form == text).unwrap()];
    let told = by_protocol.iter().map(|(protocol, text)| format!("{protocol}: {}", form(text)));
    assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @"
    default: mail
    email: mail
    email-json: generic
    firehose: generic
    http: generic
    https: chat
    lambda: generic
    sms: sms
    sqs: generic
    ");
}

/// Without `default` SNS refuses the message (SNS API Reference, *Publish*, `MessageStructure`).
#[test]
fn there_is_always_a_default() {
    for case in all() {
        assert!(json(&case.page().message())["default"].is_string());
    }
}

#[test]
fn the_runbook_may_be_elsewhere() {
    let entry = quarantined();
    let shown = |runbook: &str| {
        let context = PageContext::new("portcullis").with_runbook(runbook);
        let notice = Notice { action: Action::Trigger, incident: INCIDENT, about: About::Finding(&entry) };
        let body = render(notice, &context).body;
        body.lines().find(|line| line.starts_with("RUNBOOK")).unwrap().to_owned()
    };
    assert_eq!(shown("https://wiki.example/on-call"), "RUNBOOK   https://wiki.example/on-call#contained");
    assert_eq!(shown(" "), "RUNBOOK   docs/runbook.md#contained");
}
