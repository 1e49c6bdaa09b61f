//! Who used the old key and who the new one, around a repointed alias and a rotation.

use portcullis_activity::{Handover, HandoverUse, Limits, Overview};
use portcullis_cloudtrail::Access;

use crate::calls::{ALIAS, Call, NEW, OLD, kms, minute, overview, overview_of, rotated};

const DAY: i64 = 24 * 60;

/// The alias stands for the old key from day 0, and from day 2 on for the new one. `moves` goes along, `stays` keeps the old
/// one for another day, `joins` begins with the new one, `leaves` stops before, and an administrator disables the old one.
fn migration() -> Vec<Call> {
    let every_hour = |from: i64, to: i64, role: &'static str, key: &'static str| {
        (from..to).step_by(60).map(move |at| kms(at + 1, role, "GenerateDataKey", &[key]))
    };
    let mut calls = vec![
        kms(0, "admin", "CreateAlias", &[OLD, ALIAS]),
        kms(2 * DAY, "admin", "UpdateAlias", &[ALIAS, NEW]),
        kms(4 * DAY, "admin", "DisableKey", &[OLD]),
        kms(4 * DAY, "admin", "DescribeKey", &[OLD]),
    ];
    calls.extend(every_hour(60, 2 * DAY, "moves", OLD).chain(every_hour(2 * DAY, 5 * DAY, "moves", NEW)));
    calls.extend(every_hour(60, 3 * DAY, "stays", OLD).chain(every_hour(3 * DAY, 5 * DAY, "stays", NEW)));
    calls.extend(every_hour(3 * DAY, 5 * DAY, "joins", NEW));
    calls.extend(every_hour(60, DAY, "leaves", OLD));
    calls.sort_by_key(|call| call.at);
    calls
}

fn only(overview: &Overview) -> &Handover {
    assert_eq!(overview.handovers.len(), 1, "{:?}", overview.handovers);
    &overview.handovers[0]
}

/// The actor's name and its uses of the old and the new key.
fn sums(uses: &[HandoverUse]) -> Vec<(&str, u64, u64)> {
    let sum = |used: &HandoverUse| used.points.iter().fold((0, 0), |sum, point| (sum.0 + point.old, sum.1 + point.new));
    let name = |used: &HandoverUse| used.actor.rsplit('/').next().map(str::len).unwrap();
    uses.iter().map(|used| (&used.actor[used.actor.len() - name(used)..], sum(used).0, sum(used).1)).collect()
}

#[test]
fn a_repointed_alias() {
    let overview = overview(&migration());
    let handover = only(&overview);
    assert_eq!((&*handover.what, handover.at), ("alias/payroll", minute(2 * DAY)));
    assert_eq!(handover.by, "arn:aws:iam::111122223333:role/admin");
    let keys = ("key 1234abcd-12ab-34cd-56ef-1234567890ab", "key 0987dcba-09fe-87dc-65ba-ab0987654321");
    assert_eq!((&*handover.old, &*handover.new), keys);

    // Whoever still uses the old one first, then by uses; to disable a key is not to use it.
    let expected = [("stays", 71, 48), ("moves", 47, 72), ("joins", 0, 48), ("leaves", 23, 0)];
    assert_eq!(sums(&handover.uses), expected);
    let last_old: Vec<_> = handover.uses.iter().map(|used| used.last_old).collect();
    assert_eq!(last_old, [Some(minute(3 * DAY - 59)), None, None, None]);
    let first_new: Vec<_> = handover.uses.iter().map(|used| used.first_new).collect();
    let (day_2, day_3) = (Some(minute(2 * DAY + 1)), Some(minute(3 * DAY + 1)));
    assert_eq!(first_new, [day_3, day_2, day_3, None]);

    // All on the same axis, in two-hour slices.
    for used in &handover.uses {
        let steps: Vec<_> =
            used.points.windows(2).map(|two| two[1].start.duration_since(two[0].start).as_hours()).collect();
        assert_eq!((used.points.len(), steps), (60, vec![2; 59]), "{}", used.actor);
    }
    let stays = &handover.uses[0].points;
    let switch = stays.iter().position(|point| point.start == minute(3 * DAY)).unwrap();
    assert!(stays[..switch].iter().all(|point| point.new == 0) && stays[switch..].iter().all(|point| point.old == 0));
}

#[test]
fn the_axis_holds_the_handover() {
    let late = [kms(0, "admin", "UpdateAlias", &[ALIAS, NEW]), kms(90, "app", "Encrypt", &[NEW])];
    let overview = overview(&late);
    let points = &only(&overview).uses[0].points;
    assert_eq!((points.first().unwrap().start, points.last().unwrap().start), (minute(0), minute(90)));
}

#[test]
fn any_order_gives_the_same() {
    let mut calls = migration();
    let in_order = overview(&calls);
    calls.reverse();
    assert_eq!(overview(&calls), in_order);
    calls.sort_by_key(|call| (call.role.clone(), call.at));
    assert_eq!(overview(&calls), in_order);
}

#[test]
fn the_key_before_may_not_be_told() {
    let calls: Vec<Call> = migration().into_iter().filter(|call| call.name != "CreateAlias").collect();
    let overview = overview(&calls);
    let handover = only(&overview);
    assert_eq!(handover.old, "a key that no record names");
    assert_eq!(sums(&handover.uses), [("moves", 0, 72), ("joins", 0, 48), ("stays", 0, 48)]);
}

#[test]
fn a_use_by_the_alias_tells_the_key_before() {
    let by_alias = |minutes: i64, key: &str| Call {
        more: r#""requestParameters":{"keyId":"alias/payroll","keySpec":"AES_256"},"#.to_owned(),
        ..kms(minutes, "app", "GenerateDataKey", &[key])
    };
    let calls = [by_alias(0, OLD), by_alias(1, OLD), kms(2, "admin", "UpdateAlias", &[ALIAS, NEW]), by_alias(3, NEW)];
    let overview = overview(&calls);
    let handover = only(&overview);
    assert_eq!(handover.old, "key 1234abcd-12ab-34cd-56ef-1234567890ab");
    assert_eq!(sums(&handover.uses), [("app", 2, 1)]);
}

#[test]
fn what_was_refused_is_no_handover() {
    let calls = [
        kms(0, "admin", "CreateAlias", &[OLD, ALIAS]),
        kms(10, "admin", "UpdateAlias", &[ALIAS, NEW]).but("AccessDeniedException"),
        kms(20, "admin", "RotateKeyOnDemand", &[OLD]).but("LimitExceededException"),
    ];
    assert_eq!(overview(&calls).handovers, []);
}

#[test]
fn a_rotation_on_demand() {
    let uses = (0..48).map(|hour| kms(hour * 60, "app", "Encrypt", &[OLD]).access());
    let mut accesses: Vec<Access> = uses.collect();
    // Asked for just after the use at 24:00, done ten minutes later.
    let asked = kms(DAY + 5, "admin", "RotateKeyOnDemand", &[OLD]).access();
    accesses.splice(25..25, [asked, rotated(DAY + 15, OLD)]);
    let accesses: Vec<(Access, bool)> = accesses.into_iter().map(|access| (access, false)).collect();

    let overview = overview_of(&accesses, Limits::default());
    let handover = only(&overview);
    let key = "key 1234abcd-12ab-34cd-56ef-1234567890ab";
    assert_eq!((&*handover.what, &*handover.old, &*handover.new), (key, key, key));
    assert_eq!((handover.at, &*handover.by), (minute(DAY + 5), "arn:aws:iam::111122223333:role/admin"));
    assert_eq!(sums(&handover.uses), [("app", 25, 23)]);
    let app = &handover.uses[0];
    assert_eq!((app.last_old, app.first_new), (None, Some(minute(DAY + 60))));
    let of_day = app.points.iter().find(|point| point.start == minute(DAY)).unwrap();
    assert_eq!((of_day.old, of_day.new), (1, 0), "the slice that it falls in: only the use before it");
}

#[test]
fn a_rotation_told_late_parts_at_the_slice_it_falls_in() {
    let mut accesses: Vec<_> = (0..6).map(|hour| (kms(hour * 60, "app", "Encrypt", &[OLD]).access(), false)).collect();
    accesses.push((rotated(130, OLD), false));
    let overview = overview_of(&accesses, Limits::default());
    assert_eq!(sums(&only(&overview).uses), [("app", 3, 3)]);
}

#[test]
fn two_rotations_part_the_uses_twice() {
    let at = |minutes: i64| (kms(minutes, "app", "Encrypt", &[OLD]).access(), false);
    let rotation = |minutes: i64| (rotated(minutes, OLD), false);
    let accesses = [at(0), at(1), rotation(10), at(20), rotation(30), at(40), at(41), at(42)];
    let overview = overview_of(&accesses, Limits::default());
    let found: Vec<_> = overview.handovers.iter().map(|handover| (handover.at, sums(&handover.uses))).collect();
    assert_eq!(found, [(minute(10), vec![("app", 2, 4)]), (minute(30), vec![("app", 3, 3)])]);
    assert_eq!(overview.handovers[0].by, "AWS Internal");
}

#[test]
fn at_most_so_many() {
    let alias = |number: i64| format!("{ALIAS}-{number}");
    let mut calls = Vec::new();
    for number in 0..50 {
        calls.push(kms(number, "admin", "UpdateAlias", &[&alias(number), OLD]));
        calls.push(kms(100, &format!("app-{number}"), "Encrypt", &[OLD]));
    }
    calls.push(kms(60, "admin", "UpdateAlias", &[&alias(99), NEW]));
    calls.extend((0..200).map(|number| kms(1_000 * number, "app", "Encrypt", &[NEW])));
    calls.push(kms(61, "admin", "RotateKeyOnDemand", &[NEW]));
    let overview = overview(&calls);
    assert_eq!(overview.handovers.len(), 20);
    let most_used = overview.handovers.iter().find(|handover| handover.what == "alias/payroll-99").unwrap();
    assert_eq!(sums(&most_used.uses), [("app", 0, 200)]);
    assert!(overview.handovers.iter().all(|handover| handover.what.starts_with("alias/")), "aliases come first");
    for handover in &overview.handovers {
        assert!(handover.uses.len() <= 20 && handover.uses.iter().all(|used| used.points.len() <= 60));
    }
    assert!(overview.handovers.windows(2).all(|two| two[0].at <= two[1].at));
}
