use portcullis_cloudtrail::Record;
use portcullis_settings::{Inventory, Subject as Judged};
use proptest::prelude::*;

use super::*;

mod forms;
mod meanings;

const SETTINGS: &str = "assets:
  - name: payroll secrets
    secret: prod/payroll/*
    tier: critical
    authorized: ['arn:aws:iam::111122223333:role/payroll/*']
networks: [{name: office, cidrs: [198.51.100.0/24]}]
";

/// One record, in few words.
#[derive(Clone)]
struct Call<'c> {
    time: &'c str,
    does: &'c str,
    /// Members of the record that name what is touched.
    on: String,
    role: &'c str,
    session: &'c str,
    ip: &'c str,
    rest: &'c str,
}

impl Default for Call<'_> {
    fn default() -> Self {
        Self {
            time: "2026-01-05T08:00:00Z",
            does: "secretsmanager:GetSecretValue",
            on: secret("prod/payroll/db"),
            role: "payroll/payroll-api",
            session: "i-0abcd1234example",
            ip: "203.0.113.7",
            rest: "",
        }
    }
}

fn secret(id: &str) -> String {
    format!(r#""requestParameters":{{"secretId":"{id}"}},"#)
}

fn keys(ids: &[&str]) -> String {
    let each: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/{id}"}}"#)).collect();
    format!(r#""resources":[{}],"#, each.join(","))
}

impl Call<'_> {
    fn json(&self, number: usize) -> String {
        let Self { time, does, on, role, session, ip, rest } = self;
        let (service, name) = does.split_once(':').unwrap();
        let short = role.rsplit('/').next().unwrap();
        let escaped = serde_json::to_string(session).unwrap();
        let session = &escaped[1..escaped.len() - 1];
        let invoked = if rest.contains("invokedBy") { rest } else { &"" };
        let rest = if rest.contains("invokedBy") { &"" } else { rest };
        format!(
            r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE01:{session}",
            "arn":"arn:aws:sts::111122223333:assumed-role/{short}/{session}","accountId":"111122223333",{invoked}
            "sessionContext":{{"sourceIdentity":"alice","sessionIssuer":{{"type":"Role","arn":"arn:aws:iam::111122223333:role/{role}"}}}}}},
            "eventTime":"{time}","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1",
            "sourceIPAddress":"{ip}","userAgent":"[aws-cli/2.31.0 md/x]",{on}{rest}"eventID":"e-{number}","recipientAccountId":"111122223333"}}"#
        )
    }
}

/// Asks of the records, each of which is delivered as often as it is listed.
fn ask(word: &str, records: &[String]) -> Answer {
    let settings = portcullis_settings::parse(SETTINGS).unwrap();
    let country = |ip: IpAddr| ip.to_string().starts_with("203.").then(|| "NL".to_owned());
    let mut who = Who::new(Subject::parse(word, &settings).unwrap(), &settings, &country);
    let mut events = std::collections::HashSet::new();
    let mut read = Read::default();
    for json in records {
        let access = Access::of(&Record::parse(json).unwrap());
        let judged = Judged { actor: &access.actor, assets: &access.assets, origin: &access.origin, time: access.time };
        let judgement = settings.judge(&judged, &Inventory::default());
        read.records += 1;
        if let Some(time) = access.time {
            let (first, last) = read.reach.unwrap_or((time, time));
            read.reach = Some((first.min(time), last.max(time)));
        }
        who.see(&access, &judgement, !events.insert(access.event_id.clone()));
    }
    who.finish(read)
}

fn of(word: &str, calls: &[Call<'_>]) -> Answer {
    let records: Vec<String> = calls.iter().enumerate().map(|(number, call)| call.json(number)).collect();
    ask(word, &records)
}

/// A day of a secret, its key and a stranger.
fn day() -> Vec<String> {
    const FULL: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payroll/db-AbCdEf";
    const DENIED: &str = r#""errorCode":"AccessDenied","errorMessage":"no identity-based policy allows it","#;
    let stranger = Call { role: "team/reporting", session: "laptop", ip: "198.51.100.9", ..Call::default() };
    let behind = format!(
        r#"{}"requestParameters":{{"encryptionContext":{{"SecretARN":"{FULL}","SecretVersionId":"v1"}}}},"#,
        keys(&["k1"])
    );
    let calls = [
        Call { time: "2026-01-05T08:00:00Z", ..Call::default() },
        Call {
            time: "2026-01-05T08:00:01Z",
            does: "kms:Decrypt",
            on: behind,
            ip: "secretsmanager.amazonaws.com",
            rest: r#""invokedBy":"secretsmanager.amazonaws.com","#,
            ..Call::default()
        },
        Call {
            time: "2026-01-05T09:00:00Z",
            on: secret(FULL),
            session: "i-0ffff1234example",
            ip: "10.0.0.1",
            rest: r#""vpcEndpointId":"vpce-1","#,
            ..Call::default()
        },
        Call { time: "2026-01-05T10:00:00Z", does: "secretsmanager:DescribeSecret", ..Call::default() },
        Call { time: "2026-01-05T11:00:00Z", rest: DENIED, ..stranger.clone() },
        Call { time: "2026-01-05T12:00:00Z", ..stranger.clone() },
        Call { time: "2026-01-05T13:00:00Z", does: "kms:ReEncrypt", on: keys(&["k1", "k2"]), ..stranger.clone() },
        Call {
            time: "2026-01-05T14:00:00Z",
            does: "secretsmanager:ListSecrets",
            on: String::new(),
            ..stranger.clone()
        },
        Call { time: "2026-01-05T15:00:00Z", does: "s3:PutObject", on: String::new(), ..stranger.clone() },
        Call { time: "2026-01-05T16:00:00Z", on: secret("prod/web"), ..stranger },
    ];
    let mut records: Vec<String> = calls.iter().enumerate().map(|(number, call)| call.json(number)).collect();
    records.push(records[5].clone());
    records
}

/// What Secrets Manager decrypts for whoever reads the secret is no second use of the secret, but one of the key.
#[test]
fn a_use_is_counted_where_it_belongs() {
    let secret = ask("prod/payroll/db", &day()).used_by.unwrap();
    assert_eq!((secret.totals.uses.all(), secret.totals.looks.all(), secret.totals.beside.all()), (4, 1, 1));
    let key = ask("key/k1", &day()).used_by.unwrap();
    assert_eq!((key.totals.uses.all(), key.totals.beside.all(), key.rows.len()), (2, 0, 2));
    let role = ask("payroll-api", &day()).used.unwrap();
    let rows: Vec<(&str, u64, u64)> =
        role.rows.iter().map(|row| (row.label.as_str(), row.totals.uses.all(), row.totals.beside.all())).collect();
    assert_eq!(rows, [("secret prod/payroll/db", 2, 0), ("key k1", 1, 0)]);
}

#[test]
fn each_delivery_counts_once() {
    let answer = ask("prod/payroll/db", &day());
    assert_eq!(answer.duplicates, 1);
    assert_eq!(answer.used_by.unwrap().totals.uses.success, 3);
}

#[test]
fn the_last_ten_in_the_order_of_their_times() {
    let times: Vec<String> = (0..20).map(|n| format!("2026-01-05T08:{:02}:00Z", (n * 7) % 20)).collect();
    let calls: Vec<Call<'_>> = times.iter().map(|time| Call { time, ..Call::default() }).collect();
    let recent = of("prod/payroll/db", &calls).used_by.unwrap().recent;
    let minutes: Vec<String> = recent.iter().map(|recent| format!("{:.0}", recent.time.unwrap())).collect();
    let expected: Vec<String> = (10..20).rev().map(|n| format!("2026-01-05T08:{n:02}:00Z")).collect();
    assert_eq!(minutes, expected);
}

#[test]
fn rows_are_bounded_and_the_rest_is_told() {
    let records: Vec<String> =
        (0..part::ROWS + 7).map(|n| Call { role: &format!("r-{n}"), ..Call::default() }.json(n)).collect();
    let answer = ask("prod/payroll/db", &records);
    let part = answer.used_by.as_ref().unwrap();
    assert_eq!((part.rows.len(), part.beyond), (part::ROWS, 7));
    assert!(answer.notes.iter().any(|note| note == "7 records are in no row: there are 10000 others"));
    let text = table(&answer, None);
    assert!(text.contains("and 9950 more rows"));
}

#[test]
fn without_a_time_it_still_counts() {
    let answer = of("prod/payroll/db", &[Call { time: "yesterday", ..Call::default() }, Call::default()]);
    let part = answer.used_by.unwrap();
    assert_eq!((part.totals.uses.all(), part.untimed), (2, 1));
    assert_eq!(part.rows[0].first, part.rows[0].last);
    assert_eq!(part.recent[1].time, None);
}

proptest! {
    /// Every record is in one row, or told to be in none or in several.
    #[test]
    fn rows_come_to_the_whole(
        picks in prop::collection::vec((0..4_usize, 0..4_usize, 0..5_usize, any::<bool>()), 0..60)
    ) {
        let mut records = Vec::new();
        let mut matched = std::collections::HashSet::new();
        for (role, target, call, denied) in picks {
            let on = match target {
                0 => secret("prod/payroll/db"),
                1 => secret("arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/payroll/db-AbCdEf"),
                2 => keys(&["k1", "k2"]),
                _ => String::new(),
            };
            let names = if target == 2 {
                ["Decrypt", "DescribeKey", "RotateKey", "ReEncrypt", "ListKeys"]
            } else {
                ["GetSecretValue", "DescribeSecret", "RotationStarted", "PutSecretValue", "ListSecrets"]
            };
            let service = if target == 2 { "kms" } else { "secretsmanager" };
            let call = format!("{service}:{}", names[call]);
            let role = format!("team/r{role}");
            let rest = if denied { r#""errorCode":"AccessDenied","# } else { "" };
            let json = Call { does: &call, on, role: &role, rest, ..Call::default() }.json(0);
            // The same event again, when the same is picked twice.
            let id = portcullis_domain::sha256_hex(&json);
            records.push(json.replace("e-0", &id));
            matched.insert((role, id, target));
        }
        for (word, is_asked) in [
            ("prod/payroll/db", Box::new(|(_, _, target): &(String, String, usize)| *target < 2) as Box<dyn Fn(&_) -> bool>),
            ("role:r1", Box::new(|(role, _, _): &(String, String, usize)| role == "team/r1")),
        ] {
            let expected = matched.iter().filter(|one| is_asked(one)).count() as u64;
            let answer = ask(word, &records);
            prop_assert_eq!(answer.found, expected > 0);
            for part in answer.parts() {
                let rows: u64 = part.rows.iter().map(|row| row.totals.all()).sum();
                prop_assert_eq!(part.totals.all(), expected);
                prop_assert_eq!(rows + part.beyond, expected + part.repeated);
                let denied: u64 = part.rows.iter().map(|row| row.totals.denied()).sum();
                prop_assert!(denied >= part.totals.denied());
                prop_assert!(part.repeated > 0 || denied == part.totals.denied());
            }
        }
    }
}
