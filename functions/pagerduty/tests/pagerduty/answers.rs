//! What each answer of PagerDuty calls for.

use std::time::Duration;

use portcullis_aws::Answer;
use portcullis_pagerduty::{BackOff, Verdict, judge};
use test_case::test_case;

use crate::{KEY, key};

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, body: body.to_owned() }
}

/// As PagerDuty writes it (developer documentation, *Send an alert event*, the answer with status 400).
fn refusal(why: &str) -> String {
    format!("{{\"status\": \"invalid event\", \"message\": \"Event object is invalid\", \"errors\": [\"{why}\"]}}")
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Refused(_) => "refused",
        Verdict::WrongKey(_) => "wrong key",
        Verdict::Later(..) => "later",
        Verdict::Strange(_) => "strange",
    }
}

#[test_case(202, r#"{"status": "success", "message": "Event processed", "dedup_key": "I-1"}"#, "accepted")]
#[test_case(400, &refusal("'payload.severity' is invalid"), "refused")]
#[test_case(400, "", "refused")]
#[test_case(413, "", "refused")]
#[test_case(400, &refusal("Length of 'routing_key' is incorrect (should be 32 characters)"), "wrong key")]
#[test_case(400, &refusal("Invalid routing key"), "wrong key" ; "a key of nobody")]
#[test_case(403, &refusal("Invalid routing key"), "wrong key" ; "a key of nobody, forbidden")]
#[test_case(403, "Forbidden", "strange")]
#[test_case(408, "", "later")]
#[test_case(429, "", "later")]
#[test_case(500, "", "later")]
#[test_case(502, "<html>", "later")]
#[test_case(503, "", "later")]
#[test_case(200, "<html>a portal</html>", "strange")]
#[test_case(301, "", "strange")]
#[test_case(404, "", "strange")]
fn verdicts(status: u16, body: &str, expected: &str) {
    assert_eq!(word(&judge(&answer(status, body), &key())), expected);
}

#[test_case(&refusal("'payload.severity' is invalid"), "status 400: Event object is invalid: 'payload.severity' is invalid")]
#[test_case("a\nproxy's text", "status 400: a proxy's text")]
#[test_case("{\"status\": \"invalid event\"}", "status 400: {\"status\": \"invalid event\"}" ; "another form")]
fn explanations(body: &str, expected: &str) {
    assert_eq!(judge(&answer(400, body), &key()), Verdict::Refused(expected.to_owned()));
}

/// An answer that quotes the key, also where the quotation would be cut in half, shows nothing of it.
#[test]
fn the_key_is_in_no_explanation() {
    for before in 0..1_000 {
        let body = format!("{}{KEY} {KEY}", "x".repeat(before));
        let Verdict::Refused(why) = judge(&answer(400, &body), &key()) else { panic!("not refused") };
        assert!(!why.contains("0123"), "{why}");
        assert!(why.len() <= 1_012, "{}", why.len());
    }
}

#[test]
fn it_asks_for_time() {
    let answer = Answer { retry_after: Some(Duration::from_secs(7)), ..answer(429, "") };
    assert_eq!(judge(&answer, &key()), Verdict::Later("status 429".to_owned(), Duration::from_secs(7)));
}

#[test_case(1, 1.0, 0, 500 ; "the first")]
#[test_case(1, 0.0, 0, 250 ; "half of it at least")]
#[test_case(3, 1.0, 0, 2_000 ; "doubled")]
#[test_case(9, 1.0, 0, 10_000 ; "the longest")]
#[test_case(u32::MAX, 1.0, 0, 10_000 ; "without overflow")]
#[test_case(1, 1.0, 30_000, 30_000 ; "what is asked for")]
#[test_case(9, 0.0, 1_000, 5_000 ; "less is asked for")]
fn waits(tries: u32, chance: f64, asked: u64, expected: u64) {
    let wait = BackOff::default().wait(tries, chance, Duration::from_millis(asked));
    assert_eq!(wait, Duration::from_millis(expected));
}
