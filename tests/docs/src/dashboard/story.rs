//! What happens in the week of the example: a usual one, in which nightly jobs are denied now and then, a rotation fails, and on
//! Sunday evening somebody with a stolen session of the reporting role goes for the payroll database.

use super::course::Course::{self, Both, Busy, Even, Now, Zero};

const ASSETS: &[&str] = &[
    "payroll database",
    "card tokens key",
    "signing key",
    "customer export",
    "partner API keys",
    "backup key",
    "mail gateway",
    "build credentials",
];

const RULES: &[&str] = &[
    "unauthorized-access-critical-asset",
    "denied-access-critical-asset",
    "secrets-read-in-batch",
    "classified-secret-first-read",
    "critical-key-used-by-new-actor",
    "key-policy-changed",
    "parameters-decrypted-in-bulk",
    "rotation-failing-repeatedly",
    "denied-calls-burst",
];

const SHADOWED: &[&str] = &["function-credentials-used-elsewhere", "secret-read-far-more-than-usual"];

/// The values that a dimension of a metric has in this week.
pub(super) fn values(metric: &str, dimension: &str) -> Vec<&'static str> {
    let values: &[&str] = match (metric, dimension) {
        (_, "Asset") => ASSETS,
        (_, "Account") => &["111122223333", "444455556666", "other"],
        ("ShadowFindings", "Rule") => SHADOWED,
        (_, "Rule") => RULES,
        (_, "Service") => &["secretsmanager", "kms", "ssm"],
        ("Containments", "Outcome") => &["verified"],
        (_, "Outcome") => &["success", "denied", "failed"],
        ("Refusals", _) => &["protected", "identity-center-role", "change-window"],
        ("Decisions", _) => &["observe", "page", "quarantine"],
        ("Pages", _) => &["sent", "updated", "repeat"],
        _ => &[],
    };
    values.to_vec()
}

/// How a metric goes on, by the values of its dimensions in the order of their names.
pub(super) fn course(metric: &str, key: &[&str]) -> Course {
    match (metric, key) {
        ("SecretAccesses", [one]) => secrets(one),
        ("KeyUses", [one]) => keys(one),
        ("DeniedCalls", [one]) => denied(one),
        ("AssetAccesses", [asset]) => accesses(asset),
        ("AssetDenied", [asset]) => match *asset {
            "payroll database" => Now(&[(9, 2.0), (45, 3.0), (79, 14.0), (80, 61.0), (81, 48.0), (82, 22.0)]),
            "build credentials" => Now(&[(3, 4.0), (15, 5.0), (27, 4.0), (39, 6.0), (51, 5.0)]),
            "card tokens key" => Now(&[(41, 7.0), (42, 3.0)]),
            "partner API keys" => Now(&[(18, 2.0), (66, 1.0)]),
            _ => Now(&[]),
        },
        ("Findings", [rule]) => findings(rule),
        ("ShadowFindings", [rule]) => match *rule {
            "medium" | "function-credentials-used-elsewhere" => Now(&[(8, 2.0), (31, 1.0), (57, 3.0)]),
            "low" | "secret-read-far-more-than-usual" => Now(&[(19, 1.0), (44, 2.0)]),
            _ => Now(&[]),
        },
        ("Containments", ["verified"]) => Now(&[(42, 1.0), (80, 2.0)]),
        ("TimeToContain", _) => Now(&[(42, 14.0), (80, 9.0)]),
        ("Refusals", [guard]) => match *guard {
            "protected" => Now(&[(18, 2.0), (54, 1.0)]),
            "identity-center-role" => Now(&[(42, 2.0)]),
            _ => Now(&[(66, 1.0)]),
        },
        ("Decisions", [response]) => match *response {
            "observe" => Now(&[(8, 2.0), (19, 1.0), (31, 2.0), (44, 2.0), (57, 3.0)]),
            "page" => Now(&[(9, 1.0), (18, 2.0), (29, 1.0), (45, 2.0), (54, 2.0), (66, 1.0), (79, 2.0)]),
            _ => Now(&[(42, 1.0), (80, 2.0)]),
        },
        ("Pages", [state]) => match *state {
            "sent" => Now(&[(9, 1.0), (18, 2.0), (29, 1.0), (42, 1.0), (54, 1.0), (66, 1.0), (79, 1.0), (80, 2.0)]),
            "updated" => Now(&[(45, 1.0), (80, 3.0), (81, 2.0)]),
            _ => Now(&[(18, 1.0), (45, 1.0), (80, 4.0), (81, 3.0), (82, 2.0)]),
        },
        ("Rotations", [outcome, "kms"]) => match *outcome {
            "succeeded" => Now(&[(16, 1.0), (51, 1.0)]),
            _ => Now(&[]),
        },
        ("Rotations", ["started", _]) => {
            Now(&[(2, 3.0), (14, 4.0), (26, 3.0), (38, 5.0), (50, 3.0), (62, 2.0), (74, 2.0)])
        }
        ("Rotations", ["succeeded", _]) => {
            Now(&[(2, 3.0), (14, 4.0), (26, 2.0), (38, 5.0), (50, 3.0), (62, 2.0), (74, 2.0)])
        }
        ("Rotations", ["failed", "secretsmanager"]) => Now(&[(26, 1.0)]),
        ("RotationsOverdue", ["partner API keys"] | []) => Now(&[
            (60, 1.0),
            (61, 1.0),
            (62, 1.0),
            (63, 1.0),
            (64, 1.0),
            (65, 1.0),
            (66, 1.0),
            (67, 1.0),
            (68, 1.0),
            (69, 1.0),
        ]),
        _ => itself(metric, key),
    }
}

fn secrets(of: &str) -> Course {
    match of {
        "success" | "111122223333" => Busy(2600.0),
        "444455556666" => Busy(900.0),
        "failed" => Busy(60.0),
        "denied" => Both(25.0, &[(79, 60.0), (80, 410.0), (81, 330.0), (82, 140.0)]),
        _ => Busy(12.0),
    }
}

fn keys(of: &str) -> Course {
    match of {
        "success" | "111122223333" => Busy(9100.0),
        "444455556666" => Busy(3300.0),
        "failed" => Busy(110.0),
        "denied" => Both(70.0, &[(41, 260.0), (42, 190.0)]),
        _ => Busy(40.0),
    }
}

fn denied(of: &str) -> Course {
    match of {
        "secretsmanager" => Both(25.0, &[(79, 60.0), (80, 410.0), (81, 330.0), (82, 140.0)]),
        "kms" => Both(70.0, &[(41, 260.0), (42, 190.0)]),
        "ssm" => Busy(15.0),
        "critical" => Now(&[(9, 2.0), (41, 7.0), (42, 3.0), (45, 3.0), (79, 14.0), (80, 61.0), (81, 48.0), (82, 22.0)]),
        "sensitive" => Both(2.0, &[(80, 190.0), (81, 160.0), (82, 60.0)]),
        "standard" => Both(8.0, &[(41, 250.0), (42, 180.0), (80, 70.0), (81, 60.0)]),
        _ => Both(95.0, &[(79, 46.0), (80, 90.0), (81, 62.0), (82, 58.0)]),
    }
}

fn accesses(asset: &str) -> Course {
    match asset {
        "card tokens key" => Busy(3400.0),
        "payroll database" => Both(420.0, &[(79, 90.0), (80, 1900.0), (81, 800.0)]),
        "partner API keys" => Busy(1100.0),
        "backup key" => Even(640.0),
        "customer export" => Busy(310.0),
        "mail gateway" => Busy(250.0),
        "build credentials" => Busy(180.0),
        _ => Busy(35.0),
    }
}

fn findings(of: &str) -> Course {
    match of {
        "critical" | "unauthorized-access-critical-asset" => Now(&[(42, 1.0), (80, 3.0)]),
        "high" => Now(&[(45, 1.0), (79, 1.0), (80, 2.0)]),
        "medium" => {
            Now(&[(9, 1.0), (18, 2.0), (29, 1.0), (45, 1.0), (54, 2.0), (66, 1.0), (79, 2.0), (80, 4.0), (81, 2.0)])
        }
        "low" => Now(&[(8, 2.0), (19, 1.0), (31, 2.0), (44, 2.0), (57, 3.0)]),
        "denied-access-critical-asset" => Now(&[(9, 1.0), (45, 1.0), (79, 2.0), (80, 4.0), (81, 2.0)]),
        "secrets-read-in-batch" => Now(&[(79, 1.0), (80, 2.0)]),
        "classified-secret-first-read" => Now(&[(8, 2.0), (31, 2.0), (57, 3.0)]),
        "critical-key-used-by-new-actor" => Now(&[(45, 1.0)]),
        "key-policy-changed" => Now(&[(18, 2.0), (54, 2.0)]),
        "parameters-decrypted-in-bulk" => Now(&[(19, 1.0), (44, 2.0)]),
        "rotation-failing-repeatedly" => Now(&[(29, 1.0)]),
        "denied-calls-burst" => Now(&[(66, 1.0)]),
        _ => Now(&[]),
    }
}

/// Portcullis itself.
fn itself(metric: &str, key: &[&str]) -> Course {
    match (metric, key) {
        ("RecordsRead", _) => Busy(21_000.0),
        ("RecordsRelevant", _) => Busy(14_800.0),
        ("RecordsDuplicate", _) => Busy(160.0),
        ("RecordsUnreadable", _) => Zero(&[(21, 2.0)]),
        ("NewestEventAge", _) => Both(42.0, &[(33, 510.0), (34, 240.0)]),
        ("Heartbeats", _) => Even(24.0),
        ("HeartbeatDelay", ["kms"]) => Both(95.0, &[(33, 580.0), (34, 310.0)]),
        ("HeartbeatDelay", _) => Both(80.0, &[(33, 430.0)]),
        ("ApproximateAgeOfOldestMessage", ["portcullis-events"]) => Both(9.0, &[(33, 46.0)]),
        ("ApproximateAgeOfOldestMessage", _) => Busy(3.0),
        ("ApproximateNumberOfMessagesVisible", ["portcullis-events"]) => Both(30.0, &[(33, 410.0)]),
        ("ApproximateNumberOfMessagesVisible", ["portcullis-findings"]) => Zero(&[(80, 3.0), (81, 1.0)]),
        ("ApproximateNumberOfMessagesVisible", ["portcullis-findings-dlq"]) => Zero(&[(82, 1.0), (83, 1.0)]),
        ("Errors", ["portcullis-respond"]) => Zero(&[(81, 2.0), (82, 3.0)]),
        ("Errors" | "Throttles" | "ApproximateNumberOfMessagesVisible", _) => Zero(&[]),
        ("Duration", ["portcullis-detect"]) => Both(380.0, &[(33, 900.0)]),
        ("Duration", ["portcullis-respond"]) => Both(120.0, &[(42, 2900.0), (80, 3400.0), (81, 2100.0)]),
        ("Duration", ["portcullis-alarms"]) => Even(760.0),
        ("Duration", _) => Even(90.0),
        _ => Now(&[]),
    }
}

/// The most active actors, or the most denied ones.
pub(super) fn actors(denied: bool) -> Vec<Vec<&'static str>> {
    if denied {
        return vec![
            vec!["arn:aws:iam::111122223333:role/team/reporting", "payroll database", "145", "2026-01-11 21:47:12"],
            vec!["arn:aws:iam::111122223333:role/ci/deploy", "build credentials", "24", "2026-01-09 06:02:40"],
            vec!["arn:aws:iam::444455556666:role/batch/reconcile", "card tokens key", "10", "2026-01-08 13:20:05"],
            vec!["arn:aws:iam::111122223333:user/dora", "payroll database", "5", "2026-01-08 18:11:59"],
            vec!["arn:aws:iam::444455556666:role/partners/sync", "partner API keys", "3", "2026-01-10 12:31:44"],
        ];
    }
    vec![
        vec!["arn:aws:iam::111122223333:role/tokeniser", "96412", "10", "1"],
        vec!["arn:aws:iam::444455556666:role/partners/sync", "30977", "3", "1"],
        vec!["arn:aws:iam::111122223333:role/backup/nightly", "26880", "0", "2"],
        vec!["arn:aws:iam::111122223333:role/payroll/api", "11894", "0", "1"],
        vec!["arn:aws:iam::111122223333:role/export/worker", "8721", "0", "1"],
        vec!["arn:aws:iam::111122223333:role/mail/sender", "7030", "0", "1"],
        vec!["arn:aws:iam::111122223333:role/ci/deploy", "5061", "24", "2"],
        vec!["arn:aws:iam::111122223333:role/team/reporting", "2790", "145", "1"],
        vec!["arn:aws:iam::111122223333:role/release/sign", "980", "0", "1"],
    ]
}
