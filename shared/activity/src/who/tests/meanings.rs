//! Words, names and aliases that mean several things.

use test_case::test_case;

use super::*;

#[test]
fn a_word_of_two_meanings_is_both() {
    let both = [
        Call { on: secret("app"), ..Call::default() },
        Call { role: "app", session: "app", ..Call::default() },
        Call { role: "app", ..Call::default() },
    ];
    let answer = of("app", &both);
    let rows = |part: &Option<Part>| part.as_ref().map(|part| part.rows.iter().map(|row| row.label.clone()).collect());
    assert_eq!(rows(&answer.used_by), Some(vec!["role/payroll/payroll-api in 111122223333".to_owned()]));
    assert_eq!(rows(&answer.used), Some(vec!["secret prod/payroll/db".to_owned()]));
    let note = "`app` was found as secret app (1 record), role app (2 records), session app (1 record); \
                to ask for one alone, write its kind before it, such as `secret:app`";
    assert_eq!(answer.notes, [note]);
    assert!(of("secret:app", &both).used.is_none());
}

/// One name in two accounts is two secrets, and the answer says so.
#[test]
fn a_name_of_two_secrets() {
    let other = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:prod/payroll/db-GhIjKl";
    let answer = of("prod/payroll/db", &[Call::default(), Call { on: secret(other), ..Call::default() }]);
    let note = "this is about 2 keys and secrets: secret prod/payroll/db in 444455556666 eu-west-1 (1 record), \
                secret prod/payroll/db in 111122223333 eu-west-1 (1 record)";
    assert_eq!(answer.notes, [note]);
}

#[test_case("prod/db", "prod/db-AbCdEf", 1 ; "by name and by ARN it is one")]
#[test_case("api", "api-public", 2 ; "names that only begin alike are two")]
#[test_case("prod/web", "prod/db-AbCdEf", 2 ; "two")]
fn secrets_by_name_and_by_arn(name: &str, in_arn: &str, rows: usize) {
    let arn = format!("arn:aws:secretsmanager:eu-west-1:111122223333:secret:{in_arn}");
    let part = of(
        "payroll-api",
        &[Call { on: secret(&arn), ..Call::default() }, Call { on: secret(name), ..Call::default() }],
    );
    let part = part.used.unwrap();
    assert_eq!(part.rows.len(), rows, "{:?}", part.rows);
    assert!(part.rows.iter().any(|row| row.name == arn), "the ARN says more");
    assert_eq!(part.rows.iter().map(|row| row.totals.all()).sum::<u64>(), 2);
}

/// Records of uses name the key alone; who pointed the alias there tells the rest.
#[test]
fn an_alias_means_its_key_from_when_that_is_known() {
    let pointing = |key: &str| {
        format!(
            r#""resources":[{{"ARN":"arn:aws:kms:eu-west-1:111122223333:alias/pay"}},{{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/{key}"}}],"#
        )
    };
    let decrypt = |key: &str| Call { does: "kms:Decrypt", on: keys(&[key]), ..Call::default() };
    let point = |key: &str| Call { does: "kms:UpdateAlias", on: pointing(key), ..Call::default() };
    let delete = Call {
        does: "kms:DeleteAlias",
        on: r#""resources":[{"ARN":"arn:aws:kms:eu-west-1:111122223333:alias/pay"}],"#.to_owned(),
        ..Call::default()
    };
    let calls = [
        decrypt("k1"),
        point("k1"),
        decrypt("k1"),
        point("k2"),
        decrypt("k1"),
        decrypt("k2"),
        decrypt("k2"),
        delete,
        decrypt("k2"),
    ];
    let answer = of("alias/pay", &calls);
    let part = answer.used_by.unwrap();
    assert_eq!(part.totals.uses.all(), 6, "three changes, one use of the old key, two of the new one");
    assert!(
        answer.notes.iter().any(|note| note.contains("alias/pay points to arn:aws:kms:eu-west-1:111122223333:key/k2"))
    );
    assert_eq!(part.read_as[0].records, 6);
    assert!(!of("alias/other", &calls).found);
}
