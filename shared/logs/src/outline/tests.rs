use test_case::test_case;

use super::*;

const RECORD: &str = r#"{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","sessionContext":{"attributes":{}}},"eventTime":"2026-01-05T08:10:00Z","eventSource":"kms.amazonaws.com","eventName":"Decrypt","awsRegion":"eu-west-1","requestParameters":{"a":[{"b":1}]},"eventID":"e-1","readOnly":true,"recipientAccountId":"111122223333"}"#;

fn pieces(text: &str) -> Vec<Piece<'_>> {
    outlines(text.as_bytes()).unwrap().collect()
}

fn one(record: &str) -> Option<Outline<'_>> {
    match pieces(record).as_slice() {
        [Piece::Outlined(outline)] => Some(*outline),
        [Piece::Opaque(raw)] => {
            assert_eq!(*raw, record.as_bytes());
            None
        }
        many => panic!("{many:?}"),
    }
}

#[test]
fn what_it_is_about() {
    let outline = one(RECORD).unwrap();
    assert_eq!((outline.source, outline.name, outline.time), ("kms.amazonaws.com", "Decrypt", 1_767_600_600));
    assert_eq!((outline.event_id(), outline.recipient()), (Some("e-1"), Some("111122223333")));
    assert_eq!(outline.read_only(), Some(true));
    assert!(outline.has_no_error());
    assert_eq!(outline.raw, RECORD.as_bytes());
}

#[test]
fn a_log_file_and_lines() {
    let other = RECORD.replace("Decrypt", "Encrypt");
    for text in [format!("{{\"Records\":[{RECORD},{other}]}}\n"), format!("{RECORD}\n{other}\n")] {
        let names: Vec<_> = pieces(&text)
            .iter()
            .map(|piece| match piece {
                Piece::Outlined(outline) => outline.name,
                Piece::Opaque(_) => panic!(),
            })
            .map(str::to_owned)
            .collect();
        assert_eq!(names, ["Decrypt", "Encrypt"]);
    }
}

#[test_case("", "")]
#[test_case("{\"Records\":[]}", "no record")]
#[test_case("{\"Records\": [{\"eventVersion\":1}]}", "white space")]
#[test_case("{\"Records\":[{\"eventVersion\":1}]", "breaks off")]
#[test_case("{\"Records\":[{\"eventName\":1}]}", "another first member")]
#[test_case("[{\"eventVersion\":1}]", "an array")]
fn other_texts(text: &str, _why: &str) {
    assert!(outlines(text.as_bytes()).is_none());
}

#[test_case("\"kms.amazonaws.com\"", "\"k\\u006ds.amazonaws.com\"" ; "an escape")]
#[test_case("\"Decrypt\"", "\"De\\crypt\"" ; "a backslash")]
#[test_case("{\"b\":1}", "{\"eventSource\":1}" ; "named twice")]
#[test_case("\"e-1\"", "\"e{1\"" ; "a brace in a string")]
#[test_case("},\"eventTime\"", "\"eventTime\"" ; "braces that do not balance")]
#[test_case("2026-01-05T08:10:00Z", "2026-02-30T08:10:00Z" ; "no such day")]
#[test_case("\"eventSource\":\"kms.amazonaws.com\",", "" ; "no source")]
#[test_case("\"eventSource\":\"kms.amazonaws.com\",", "\"eventSource\":null," ; "a null")]
#[test_case("\"eventTime\"", "\"time\"" ; "another order")]
fn what_is_left_to_the_parser(part: &str, other: &str) {
    assert_eq!(one(&RECORD.replace(part, other)), None);
}

#[test_case("\"errorCode\":\"AccessDenied\"")]
#[test_case("\"errorMessage\":\"no\"")]
fn errors(member: &str) {
    let record = RECORD.replace("\"awsRegion\":\"eu-west-1\"", member);
    assert!(!one(&record).unwrap().has_no_error());
}

#[test_case("\"readOnly\":true", "\"readOnly\":false", Some(false))]
#[test_case("\"readOnly\":true", "\"readOnly\":\"true\"", None ; "as text")]
#[test_case("\"readOnly\":true", "\"x\":true", None ; "nowhere")]
#[test_case("{\"b\":1}", "{\"readOnly\":false}", None ; "twice")]
#[test_case("\"b\":1}]},\"eventID\":\"e-1\",\"readOnly\":true", "\"readOnly\":true}]},\"eventID\":\"e-1\"", None ; "once inside")]
fn read_only(part: &str, other: &str, expected: Option<bool>) {
    assert_eq!(one(&RECORD.replace(part, other)).unwrap().read_only(), expected);
}

#[test]
fn lists_of_records_inside_a_record() {
    let inner = |source: &str| {
        format!(
            r#"{{"eventVersion":"1","userIdentity":{{}},"eventTime":"2026-01-05T08:10:00Z","eventSource":"{source}","eventName":"X"}}"#
        )
    };
    let list = format!("[{},{}]", inner("ec2.amazonaws.com"), inner("ec2.amazonaws.com"));
    let record = RECORD.replace("[{\"b\":1}]", &list);
    assert!(pieces(&record).len() == 1, "lines are not split there");
    let text = format!("{{\"Records\":[{record}]}}");
    assert!(pieces(&text).iter().all(|piece| matches!(piece, Piece::Opaque(_))));
}

#[test]
fn a_record_of_another_form_behind_one_of_this() {
    let other = r#"{"userIdentity":{},"eventName":"X"}"#;
    for text in [format!("{RECORD}\n{other}"), format!("{{\"Records\":[{RECORD}, {other}]}}")] {
        assert!(pieces(&text).iter().all(|piece| matches!(piece, Piece::Opaque(_))), "{text}");
    }
    let first = r#"{"eventVersion":"1","userIdentity":{}}"#;
    let text = format!("{{\"Records\":[{first},{}]}}", RECORD.replace("{\"eventVersion\":\"1.11\",", "{"));
    assert!(pieces(&text).iter().all(|piece| matches!(piece, Piece::Opaque(_))));
}
