//! A user's access key in the evidence is switched off beside the denial, and on again with it.

use portcullis_domain::Finding;
use portcullis_response::{Containment, Look, Step};
use portcullis_testkit::{Fault, Faults, ROLE, World, finding, finding_by};
use test_case::test_case;

use crate::{DENY, USER, a_user, now, release};

const KEY: &str = "AKIAEXAMPLE";

fn used(key: &str, keys: &[(&str, bool)]) -> (Finding, portcullis_response::Identity) {
    let (user, identity) = a_user(keys);
    let mut told = finding_by(user, "e");
    told.actor.session.access_key_id = Some(key.to_owned());
    (told, identity)
}

#[test_case(KEY, &[(KEY, true)], "", true ; "active")]
#[test_case(KEY, &[("AKIAOTHER", true), (KEY, true)], "", true ; "one of two")]
#[test_case(KEY, &[(KEY, false)], "", false ; "switched off already")]
#[test_case(KEY, &[("AKIAOTHER", true)], "", false ; "deleted, or of somebody else")]
#[test_case("ASIAEXAMPLE", &[("ASIAEXAMPLE", true)], "", false ; "of a session")]
#[test_case(KEY, &[(KEY, true)], "quarantine: {deactivate_keys: false}", false ; "not wanted")]
#[test_case(KEY, &[(KEY, true)], "response: {critical: {critical: lockout}}", true ; "beside a lockout")]
#[tokio::test]
async fn the_key_that_was_used(key: &str, keys: &[(&str, bool)], settings: &str, expected: bool) {
    let world = World::with(&format!("mode: enforce\n{settings}\n"));
    let (told, before) = used(key, keys);
    world.iam.set(before.clone());
    world.deliver_at(&told, now()).await;
    let steps = world.quarantine(USER).await.unwrap().steps;
    assert_eq!(steps.len(), 1 + usize::from(expected));
    assert_eq!(steps.get(1).cloned(), expected.then(|| Step::DeactivateKey { key: key.to_owned() }));
    let after = world.iam.identity(USER).unwrap();
    for (known, before) in after.keys.iter().zip(&before.keys) {
        assert_eq!(known.active, before.active && !(expected && known.id == key), "{}", known.id);
    }
    release(&world, USER, now()).await;
    assert_eq!(world.iam.identity(USER), Some(before));
}

#[tokio::test]
async fn a_role_has_none() {
    let world = World::with("mode: enforce\n");
    let mut told = finding("e");
    told.actor.session.access_key_id = Some(KEY.to_owned());
    world.deliver_at(&told, now()).await;
    assert_eq!(world.quarantine(ROLE).await.unwrap().steps, [Step::AttachPolicy { policy: DENY.parse().unwrap() }]);
}

#[tokio::test]
async fn a_key_that_cannot_be_switched_off_is_told_of_once_and_is_no_tampering() {
    let world = World::with("mode: enforce\n");
    let (told, before) = used(KEY, &[(KEY, true)]);
    world.iam.set(before.clone());
    world.try_deliver(&told, &Faults::at("apply", 2, Fault::Refused), now()).await.unwrap();
    let Some(Containment::Contained { incomplete, verified, .. }) = world.entry(&told).await.containment else {
        panic!("{:?}", world.entry(&told).await.containment)
    };
    assert_eq!((incomplete, verified), (vec!["apply: injected fault".to_owned()], false));
    let none = Faults::default();
    let looks = world.ports(&none).responder().watch_all(now()).await.unwrap();
    assert!(matches!(looks.as_slice(), [Ok(Look::InPlace)]), "{looks:?}");
    assert_eq!(world.pager.told().len(), 1);
    release(&world, USER, now()).await;
    assert_eq!(world.iam.identity(USER), Some(before));
}

#[tokio::test]
async fn nothing_else_is_done_where_the_denial_fails() {
    let world = World::with("mode: enforce\n");
    let (told, before) = used(KEY, &[(KEY, true)]);
    world.iam.set(before.clone());
    world.try_deliver(&told, &Faults::at("apply", 1, Fault::Refused), now()).await.unwrap();
    assert_eq!(world.iam.identity(USER), Some(before));
}

#[tokio::test]
async fn a_key_is_switched_on_again_whatever_becomes_of_the_denial() {
    let world = World::with("mode: enforce\nresponse: {critical: {sensitive: lockout}}\n");
    let (told, before) = used(KEY, &[(KEY, true)]);
    world.iam.set(before.clone());
    let first = Finding { id: finding("first").id, tier: Some(portcullis_domain::Tier::Sensitive), ..told.clone() };
    world.deliver_at(&first, now()).await;
    // Somebody takes the lockout off, and then nothing can be put on any more.
    let known = world.iam.identity(USER).unwrap();
    world.iam.set(portcullis_response::Identity { attached: Vec::new(), ..known });
    world.try_deliver(&told, &Faults::at("apply", 1, Fault::Refused), now()).await.unwrap();
    assert!(!world.iam.identity(USER).unwrap().keys[0].active);
    assert!(world.quarantine(USER).await.unwrap().is_in_force(), "the deadline switches it on");
    release(&world, USER, now()).await;
    assert_eq!(world.iam.identity(USER), Some(before));
}
