//! The kill switch: whoever throws it, on-call hears of it at once.

use portcullis_paging::{PageContext, render};
use portcullis_response::{About, Action, Notice, Thrown};

fn page(stopped: bool) -> portcullis_paging::Page {
    let thrown = Thrown {
        stopped,
        at: "2026-01-05T08:10:05Z".parse().unwrap(),
        by: "arn:aws:sts::111122223333:assumed-role/operator/bob\nUNDO      rm -rf /".to_owned(),
        reason: "a rule is wrong\nSubject: all is well".to_owned(),
    };
    let incident = Thrown::incident("111122223333");
    let action = if stopped { Action::Trigger } else { Action::Resolve };
    render(Notice { action, incident: &incident, about: About::Switch(&thrown) }, &PageContext::new("portcullis"))
}

#[test]
fn who_stopped_it_why_and_the_way_back() {
    let page = page(true);
    assert!(page.subject.starts_with("[HIGH] STOPPED bob"), "{}", page.subject);
    assert!(page.body.contains("nobody is contained from now on"), "{}", page.body);
    assert!(page.body.contains("\nUNDO      portcullis resume --stack portcullis --reason \"...\""), "{}", page.body);
    assert!(page.body.contains("\nREASON    a rule is wrong"), "{}", page.body);
    assert!(page.body.contains("docs/runbook.md#switch-everything-off"), "{}", page.body);
    assert_eq!(page.body.lines().filter(|line| line.starts_with("UNDO")).count(), 1, "forged: {}", page.body);
    assert!(page.sms.len() <= 140 && page.sms.starts_with("HIGH STOPPED"), "{}", page.sms);
    assert!(page.generic.contains(r#""kind":"switch""#) && page.generic.contains(r#""outcome":"stopped""#));
}

#[test]
fn thrown_back_it_ends_its_own_incident() {
    let (stopped, resumed) = (page(true), page(false));
    let key = |page: &portcullis_paging::Page| page.attributes.iter().find(|(name, _)| *name == "dedup_key").cloned();
    assert_eq!(key(&stopped), key(&resumed));
    assert!(resumed.attributes.contains(&("action", "resolve".to_owned())), "{:?}", resumed.attributes);
    assert!(resumed.subject.starts_with("[RESUMED] bob"), "{}", resumed.subject);
}
