//! A thousand log files, some of them damaged: each of those is named with its place, and everything else is read.

use serde_json::{Value, json};

use crate::record::{log_file, read, unrelated};
use crate::workplace::{Said, Workplace, gzip};

const FILES: u32 = 1000;
/// Records in each.
const EACH: u32 = 4;

/// The records of a file; no two in the folder are the same.
fn records(file: u32) -> Vec<Value> {
    let role = format!("team/app-{}", file % 7);
    let first = (file - 1) * EACH;
    vec![
        read(first + 1, &role, "prod/web/token"),
        unrelated(first + 2),
        read(first + 3, &role, "prod/web/token"),
        unrelated(first + 4),
    ]
}

fn name(file: u32) -> String {
    format!("logs/{:02}/{file:04}.json.gz", file % 24)
}

/// The folder, with these files in the place of others.
fn folder(damaged: &[(u32, Vec<u8>)]) -> Workplace {
    let workplace = Workplace::new();
    for file in 1..=FILES {
        let known = damaged.iter().find(|(number, _)| *number == file);
        let bytes = known.map_or_else(|| gzip(&log_file(&records(file))), |(_, bytes)| bytes.clone());
        workplace.file(&name(file), bytes);
    }
    workplace
}

fn replayed(damaged: &[(u32, Vec<u8>)]) -> (Said, Value) {
    let said = folder(damaged).run(&["replay", "logs", "--format", "json"]);
    assert_eq!(said.stderr, "");
    let document = said.json();
    (said, document)
}

/// File, place and reason of what could not be read, by the names of the files.
fn unreadable(document: &Value) -> Vec<[&str; 3]> {
    let all = document["unreadable"].as_array().unwrap().iter();
    let mut all: Vec<_> =
        all.map(|one| ["file", "place", "reason"].map(|member| one[member].as_str().unwrap())).collect();
    all.sort_unstable();
    all
}

/// Compressed without any saving, so that a break is where it seems to be.
fn stored(text: &str) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_thousand_sound_files() {
    let (said, document) = replayed(&[]);
    assert_eq!(said.code, 0);
    assert_eq!(document["summary"]["files"], FILES);
    assert_eq!(document["summary"]["records"], FILES * EACH);
    assert_eq!(document["summary"]["relevant"], FILES * EACH / 2);
    assert_eq!(document["unreadable"], json!([]));
}

#[test]
fn one_is_cut_off() {
    let whole = stored(&log_file(&records(500)));
    let (said, document) = replayed(&[(500, whole[..whole.len() / 2].to_vec())]);
    assert_eq!(said.code, 1);
    assert_eq!(document["summary"]["files"], FILES);
    let all = unreadable(&document);
    assert!(all.iter().all(|one| one[0] == name(500)), "{all:?}");
    assert!(all.iter().any(|one| one[1] == "the gzip stream" && one[2].contains("damaged")), "{all:?}");
    // The first of its four records stands before the break, and the second breaks off.
    assert_eq!(document["summary"]["records"], (FILES - 1) * EACH + 1, "{all:?}");
    assert!(
        all.iter().any(|one| one[1] == "after record 1" && one[2].contains("(1 records before it were read)")),
        "{all:?}"
    );
}

/// Every kind of damage at once. Of each file what stands before the damage, or beside it, is read.
#[test]
fn every_kind_of_damage() {
    let file = |number: u32| log_file(&records(number));
    let mut kinds: Vec<(u32, Vec<u8>, u32, &str, &str)> = Vec::new();

    // The last bytes are the length and, before it, the checksum (RFC 1952, section 2.3.1).
    let mut checksum = gzip(&file(20));
    let at = checksum.len() - 6;
    checksum[at] ^= 0xff;
    kinds.push((20, checksum, EACH, "the gzip stream", "damaged"));

    // The name of a secret is another one, which only the checksum can tell.
    let text = file(40);
    let mut flipped = stored(&text);
    let at = flipped.windows(4).position(|bytes| bytes == b"toke").unwrap();
    flipped[at] ^= 0x01;
    kinds.push((40, flipped, EACH, "the gzip stream", "damaged"));

    let text = file(60);
    let second = text.match_indices("\"eventVersion\"").nth(1).unwrap().0;
    kinds.push((60, gzip(&text[..second + 40]), 1, "after record 1", "(1 records before it were read)"));

    let [first, second, third, fourth] = records(80).try_into().unwrap();
    let between = format!("{{\"Records\":[{first},{second},oops,{third},{fourth}]}}");
    kinds.push((80, gzip(&between), 2, "after record 2", "(2 records before it were read)"));

    let [first, second, third, fourth] = records(100).try_into().unwrap();
    let line = format!("{first}\n{second}\nnot a record at all\n{third}\n{fourth}\n");
    kinds.push((100, gzip(&line), EACH, "after record 2", "line 3"));

    let mut wrong = records(120);
    wrong[2]["userIdentity"]["sessionContext"] = json!("a text");
    kinds.push((120, gzip(&log_file(&wrong)), EACH - 1, "record 3", "userIdentity.sessionContext: invalid type"));

    kinds.push((140, b"\x1f\x8b not gzip at all".to_vec(), 0, "the gzip stream", "damaged"));
    kinds.push((
        160,
        gzip("{\"name\": \"something else\"}"),
        0,
        "after record 0",
        "neither a CloudTrail record nor an envelope",
    ));

    // Nothing is wrong with what holds nothing.
    let sound = [(200, Vec::new()), (220, gzip("")), (240, gzip("{\"Records\":[]}"))];

    let damaged: Vec<_> =
        kinds.iter().map(|(number, bytes, ..)| (*number, bytes.clone())).chain(sound.clone()).collect();
    let (said, document) = replayed(&damaged);
    assert_eq!(said.code, 1);
    let all = unreadable(&document);
    for (number, _, _, place, reason) in &kinds {
        let told = all.iter().any(|one| one[0] == name(*number) && one[1] == *place && one[2].contains(reason));
        assert!(told, "{}, {place}: {reason} is not in {all:#?}", name(*number));
    }
    let named: Vec<String> = kinds.iter().map(|(number, ..)| name(*number)).collect();
    assert!(all.iter().all(|one| named.iter().any(|name| name == one[0])), "sound files are named: {all:#?}");
    let lost = u32::try_from(damaged.len()).unwrap() * EACH;
    let kept: u32 = kinds.iter().map(|(_, _, kept, ..)| kept).sum();
    assert_eq!(document["summary"]["records"], FILES * EACH - lost + kept, "{all:#?}");
    assert_eq!(document["summary"]["files"], FILES);
    assert_eq!(document["summary"]["unreadable"], all.len());
}

/// Megabytes of nothing in a few kilobytes neither end the command nor its neighbours.
#[test]
fn something_that_swells() {
    let workplace = Workplace::new();
    let bomb = [gzip(&" ".repeat(64 << 20)), gzip(&log_file(&records(3)))].concat();
    assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());
    workplace.file("logs/1.json.gz", gzip(&log_file(&records(1))));
    workplace.file("logs/2.json.gz", bomb);
    workplace.file("logs/3.json.gz", gzip(&log_file(&records(5))));
    let said = workplace.run(&["replay", "logs", "--format", "json"]);
    let document = said.json();
    let read = document["summary"]["records"].as_u64().unwrap();
    let told = unreadable(&document);
    // Either it is read to its end, or it is told that it was not.
    match said.code {
        0 => assert_eq!(read, u64::from(3 * EACH)),
        1 => assert!(read == u64::from(2 * EACH) && told.iter().any(|one| one[0] == "logs/2.json.gz"), "{told:?}"),
        _ => panic!("{said:?}"),
    }
}
