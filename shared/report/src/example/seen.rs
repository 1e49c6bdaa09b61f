//! What the example's logs held: counts that follow from the hour and the actor by simple arithmetic.

use std::error::Error;

use jiff::{SignedDuration, Timestamp};
use portcullis_activity::{ActorHours, Handover, HandoverUse, Overview, Point, Slice, Use};
use portcullis_domain::Finding;
use portcullis_logs::{Coverage, Gap, Overlap, Unread};
use portcullis_replay::Reading;

use crate::example::Wording;
use crate::example::cast::{ASSETS, ROLES};

const DAYS: u64 = 30;
const SLICE: u64 = 4;

/// What stands for chance: the same for the same.
const fn mix(a: u64, b: u64) -> u64 {
    let x = a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    (x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40
}

fn start() -> Result<Timestamp, Box<dyn Error>> {
    Ok("2026-11-01T00:00:00Z".parse()?)
}

fn hours(count: u64) -> SignedDuration {
    SignedDuration::from_hours(i64::try_from(count).unwrap_or_default())
}

fn name(wording: Wording<'_>, role: &str) -> String {
    wording(&format!("role/{role} in 111122223333"))
}

/// How much is going on at an hour of a day: little at night and on Sundays (the 1st is one).
const fn rhythm(day: u64, hour: u64) -> u64 {
    let awake = match hour {
        8..=11 | 13..=17 => 10,
        7 | 12 | 18 => 6,
        19..=22 => 3,
        _ => 1,
    };
    match day % 7 {
        0 | 6 => awake / 4 + 1,
        _ => awake,
    }
}

pub(super) fn reading(wording: Wording<'_>, findings: Vec<Finding>) -> Result<Reading, Box<dyn Error>> {
    let first = start()?;
    let at = |text: &str| text.parse::<Timestamp>();
    Ok(Reading {
        files: 8_642,
        bytes: 1_943_000_000,
        records: 2_418_077,
        relevant: 193_410,
        duplicates: 212,
        late: 3,
        without_records: 720,
        findings,
        exempted: [(("secrets-listed-then-read".to_owned(), wording("inventory scanner")), 58)].into(),
        timeless: 1,
        hourless: 1,
        reach: Some((first, at("2026-11-30T23:59:41Z")?)),
        coverage: Coverage {
            gaps: vec![Gap {
                account: wording("444455556666"),
                region: wording("eu-west-1"),
                from: at("2026-11-14T03:05:00Z")?,
                to: at("2026-11-14T09:40:00Z")?,
                usual: SignedDuration::from_mins(5),
            }],
            overlaps: vec![Overlap {
                first: wording(
                    "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/03/111122223333_CloudTrail_eu-west-1_20261103T0810Z_Ab12Cd34Ef56Gh78.json.gz",
                ),
                again: wording("copy of 111122223333_CloudTrail_eu-west-1_20261103T0810Z_Ab12Cd34Ef56Gh78.json.gz"),
            }],
            more: 0,
        },
        unreadable: vec![Unread {
            file: wording(
                "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/09/111122223333_CloudTrail_eu-west-1_20261109T1435Z_Qw12Er34Ty56Ui78.json.gz",
            ),
            place: wording("the gzip stream"),
            reason: wording("corrupt deflate stream at byte 41,377"),
        }],
        ..Reading::default()
    })
}

pub(super) fn overview(wording: Wording<'_>) -> Result<Overview, Box<dyn Error>> {
    let first = start()?;
    let mut timeline = Vec::new();
    for slice in 0..DAYS * 24 / SLICE {
        let (day, hour) = (slice * SLICE / 24, slice * SLICE % 24);
        let success = rhythm(day, hour) * 110 + mix(slice, 1) % 140;
        // A night of denied calls, and the usual few.
        let denied =
            if (slice, hour) == (55, 4) { 0 } else { mix(slice, 2) % 9 } + if day == 9 && hour == 0 { 96 } else { 0 };
        timeline.push(Slice {
            start: first.saturating_add(hours(slice * SLICE))?,
            success,
            denied,
            failed: mix(slice, 3) % 6,
        });
    }
    let by_hour = ROLES.iter().zip(0..).map(|(role, place)| actor_hours(wording, role, place)).collect();
    Ok(Overview {
        slice: hours(SLICE),
        timeline,
        hours: by_hour,
        uses: uses(wording)?,
        handovers: vec![handover(wording)?, rotation(wording)?],
        beyond: 1_204,
    })
}

fn actor_hours(wording: Wording<'_>, role: &str, place: u64) -> ActorHours {
    let weight = (12 - place).pow(3);
    let count = |hour: u64| match place {
        // Machines work all day, people do not, and one works at night.
        0 | 6 => weight * (2 + mix(hour, place) % 3),
        9 if (2..5).contains(&hour) => 210 + mix(hour, 4) % 60,
        11 => u64::from(hour == 19) * 64,
        _ => rhythm(2, hour) * weight / 9 + mix(hour, place) % 5,
    };
    let mut hours = ActorHours { actor: name(wording, role), by_hour: [0; 24], denied: [0; 24] };
    for (hour, (all, denied)) in (0..).zip(hours.by_hour.iter_mut().zip(&mut hours.denied)) {
        *all = count(hour);
        *denied = if place == 9 && hour == 3 {
            64
        } else {
            u64::from(mix(hour, place + 40).is_multiple_of(9) && *all > 3) * 2
        };
    }
    hours
}

fn uses(wording: Wording<'_>) -> Result<Vec<Use>, Box<dyn Error>> {
    let mut uses = Vec::new();
    for (role, row) in ROLES.iter().zip(0u64..) {
        for (asset, column) in ASSETS.iter().zip(0u64..) {
            let own = row == column || (row + column) % 5 == 0;
            if !own && mix(row + 7, column) % 6 > 1 {
                continue;
            }
            let success = if own {
                40_000 / ((row + 1) * (column + 1)) + mix(row, column) % 97
            } else {
                1 + mix(row, column) % 7
            };
            let offset = mix(row, column + 50) % 48;
            uses.push(Use {
                actor: name(wording, role),
                asset: wording(asset),
                success,
                denied: if own { 0 } else { mix(row, column + 90) % 30 },
                failed: mix(row, column + 20) % 4,
                first: Some(start()?.saturating_add(hours(offset))?),
                last: Some(start()?.saturating_add(hours(DAYS * 24 - 1 - offset))?),
                authorized: if own { Some(true) } else { (column % 2 == 0).then_some(false) },
            });
        }
    }
    uses.sort_by_key(|one| std::cmp::Reverse(one.success + one.denied + one.failed));
    Ok(uses)
}

/// An alias that was pointed to another key: some move, one stays behind.
fn handover(wording: Wording<'_>) -> Result<Handover, Box<dyn Error>> {
    let at: Timestamp = "2026-11-15T10:00:00Z".parse()?;
    let mut uses = Vec::new();
    for (role, moves_after) in
        [("ops/backup", None), ("payroll/run", Some(66)), ("team/data-eng", Some(5)), ("ci/deploy", Some(0))]
    {
        uses.push(handover_use(wording, role, at, moves_after)?);
    }
    Ok(Handover {
        what: wording("alias/payroll"),
        at,
        by: name(wording, "ops/terraform"),
        old: wording("1234abcd-12ab-34cd-56ef-1234567890ab"),
        new: wording("0987dcba-09fe-87dc-65ba-ab0987654321"),
        uses,
    })
}

fn handover_use(
    wording: Wording<'_>,
    role: &str,
    at: Timestamp,
    moves_after: Option<u64>,
) -> Result<HandoverUse, Box<dyn Error>> {
    let begins = "2026-11-08T00:00:00Z".parse::<Timestamp>()?;
    let moves = moves_after.map(|after| at.saturating_add(hours(after))).transpose()?;
    let mut points = Vec::new();
    for slice in 0..14 * 24 / SLICE {
        let start = begins.saturating_add(hours(slice * SLICE))?;
        let count = rhythm(slice * SLICE / 24, slice * SLICE % 24) * 4 + mix(slice, u64::try_from(role.len())?) % 9;
        let moved = moves.is_some_and(|moves| start >= moves);
        points.push(Point { start, old: if moved { 0 } else { count }, new: if moved { count } else { 0 } });
    }
    let last_old = points.iter().filter(|point| point.start >= at && point.old > 0).map(|point| point.start).max();
    let first_new = points.iter().filter(|point| point.new > 0).map(|point| point.start).min();
    Ok(HandoverUse { actor: name(wording, role), points, last_old, first_new })
}

/// Key material that was rotated, which nobody notices.
fn rotation(wording: Wording<'_>) -> Result<Handover, Box<dyn Error>> {
    let at: Timestamp = "2026-11-15T10:00:00Z".parse()?;
    let key = wording("aaaabbbb-12ab-34cd-56ef-1234567890ab");
    Ok(Handover {
        what: key.clone(),
        at,
        by: wording("kms.amazonaws.com"),
        old: key.clone(),
        new: key,
        uses: vec![handover_use(wording, "billing/invoices", at, Some(0))?],
    })
}
