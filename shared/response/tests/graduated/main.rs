//! Responses by degrees: what is done to whom, with what, and how one becomes the next.

#![cfg(test)]

mod escalation;
mod full;
mod keys;
mod table;

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::Principal;
use portcullis_response::{AccessKey, Identity, ReleaseReport};
use portcullis_testkit::{Faults, ROLE, World};

const DENY: &str = "arn:aws:iam::aws:policy/AWSDenyAll";
const LOCKOUT: &str = "arn:aws:iam::111122223333:policy/portcullis/portcullis-lockout";
const USER: &str = "arn:aws:iam::111122223333:user/mallory";

fn now() -> Timestamp {
    "2026-01-05T08:10:05Z".parse().unwrap()
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// The reporting role, with these policies and this boundary.
fn a_role(attached: &[&str], boundary: Option<&str>) -> Identity {
    Identity {
        id: "AROAEXAMPLEEXAMPLE01".to_owned(),
        arn: ROLE.to_owned(),
        attached: attached.iter().map(|name| policy(name)).collect(),
        boundary: boundary.map(policy),
        ..Identity::default()
    }
}

fn policy(name: &str) -> portcullis_domain::PolicyArn {
    format!("arn:aws:iam::111122223333:policy/{name}").parse().unwrap()
}

/// A user with these access keys.
fn a_user(keys: &[(&str, bool)]) -> (Principal, Identity) {
    let id = "AIDAEXAMPLEEXAMPLE01".to_owned();
    let keys = keys.iter().map(|(id, active)| AccessKey { id: (*id).to_owned(), active: *active }).collect();
    let identity = Identity { id: id.clone(), arn: USER.to_owned(), keys, ..Identity::default() };
    (Principal::User { arn: USER.parse().unwrap(), id: Some(id) }, identity)
}

async fn release(world: &World, who: &str, at: Timestamp) -> ReleaseReport {
    let none = Faults::default();
    world.ports(&none).releaser().release(who, "alice", "known", at).await.unwrap()
}
