//! What becomes of a containment: lifted, moved, looked after.

#![cfg(test)]

mod crash;
mod extend;
mod release;
mod watch;
mod watched;

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Finding, PolicyArn, Principal};
use portcullis_response::memory::MemoryIam;
use portcullis_response::{AccessKey, Identity, ReleaseError, ReleaseReport};
use portcullis_testkit::{Faults, World, finding_by};

const DENY: &str = "arn:aws:iam::aws:policy/AWSDenyAll";
const USER: &str = "arn:aws:iam::111122223333:user/mallory";
const KEY: &str = "AKIAEXAMPLE";

fn now() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

fn after(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

fn policy(name: &str) -> PolicyArn {
    format!("arn:aws:iam::111122223333:policy/{name}").parse().unwrap()
}

fn deny() -> PolicyArn {
    DENY.parse().unwrap()
}

/// Mallory, who can take one more policy, or none.
fn mallory(full: bool) -> Identity {
    let attached = if full { vec![policy("b"), policy("a")] } else { vec![policy("b")] };
    Identity {
        id: "AIDAEXAMPLEEXAMPLE01".to_owned(),
        arn: USER.to_owned(),
        attached,
        boundary: Some(policy("x")),
        keys: vec![AccessKey { id: KEY.to_owned(), active: true }],
        ..Identity::default()
    }
}

/// What she did, with her own key.
fn told(event: &str) -> Finding {
    let arn = USER.parse().unwrap();
    let mut told = finding_by(Principal::User { arn, id: Some("AIDAEXAMPLEEXAMPLE01".to_owned()) }, event);
    told.actor.session.access_key_id = Some(KEY.to_owned());
    told
}

/// A world in which she is there.
fn with(full: bool) -> World {
    let world = World { iam: MemoryIam::with_quota(2), ..World::with("mode: enforce\n") };
    world.iam.set(mallory(full));
    world
}

/// One in which she is contained: by a policy or by a boundary, and her key is switched off.
async fn contained(full: bool) -> World {
    let world = with(full);
    world.deliver_at(&told("e"), now()).await;
    let known = world.quarantine(USER).await.unwrap();
    assert_eq!((known.stage(), known.steps.len(), world.woken().len()), ("verified", 2, 1));
    world
}

/// Somebody changes her.
fn change(world: &World, change: impl FnOnce(&mut Identity)) {
    let mut known = world.iam.identity(USER).unwrap();
    change(&mut known);
    world.iam.set(known);
}

async fn release(world: &World, at: Timestamp) -> Result<ReleaseReport, ReleaseError> {
    let none = Faults::default();
    world.ports(&none).releaser().release(USER, "alice", "known", at).await
}

async fn sweep(world: &World, at: Timestamp) -> Vec<Result<ReleaseReport, ReleaseError>> {
    let none = Faults::default();
    world.ports(&none).releaser().release_expired(at).await.unwrap()
}
