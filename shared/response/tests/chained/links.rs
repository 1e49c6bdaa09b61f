//! Every write of an entry or a containment leaves a link.

use portcullis_domain::Finding;
use portcullis_response::{Chain as _, GENESIS, Link};
use portcullis_testkit::{Fault, Faults, ROLE, World, finding, finding_by, role, until_death};

use crate::{after, lived, now, walk};

#[tokio::test]
async fn what_is_written_is_in_it() {
    let world = lived().await;
    let chained = world.ledger.chained();
    let told: Vec<(&str, &str)> = chained.iter().map(|link| (link.item.as_str(), link.stage.as_str())).collect();
    let (a, b) = (format!("finding/{}", finding("a").id), format!("finding/{}", finding("b").id));
    let (a, b, quarantine) = (a.as_str(), b.as_str(), &*format!("quarantine/{ROLE}"));
    let expected = [
        (a, "decided"),
        (quarantine, "applying"),
        (quarantine, "verified"),
        (a, "verified"),
        (a, "paged"),
        (a, "paged"),
        (b, "decided"),
        (b, "paged"),
        (b, "paged"),
        (quarantine, "releasing"),
        (quarantine, "released"),
    ];
    assert_eq!(told, expected);
    assert!(chained.iter().zip(1..).all(|(link, number)| link.number == number && link.account == "111122223333"));
    assert_eq!((chained[0].previous.as_str(), chained[0].at), (GENESIS, now()));
    assert_eq!(chained[10].at, after(2));
    let (walk, flaws) = walk(&chained);
    assert_eq!((flaws, walk.walked, walk.first, walk.end()), (Vec::new(), 11, Some(1), 11));
    // The newest link about each is what the ledger holds.
    for entry in world.ledger.entries() {
        assert_eq!(walk.compare(&entry.item(), &serde_json::to_string(&entry).unwrap()), None);
    }
    let known = world.quarantine(ROLE).await.unwrap();
    assert_eq!(walk.compare(&known.item(), &serde_json::to_string(&known).unwrap()), None);
}

#[tokio::test]
async fn as_many_as_there_were_writes_whatever_fails() {
    for fault in [Fault::Before, Fault::After, Fault::DiesBefore, Fault::DiesAfter] {
        for call in 1..25 {
            let (world, faults) = (World::with("mode: enforce\n"), Faults::dies_at(call, fault));
            let _ = until_death(&faults, world.try_deliver(&finding("a"), &faults, now())).await;
            let made = faults.made();
            let writes = made.iter().filter(|call| ["put_entry", "put_quarantine"].contains(call)).count();
            // The one that failed before it went through.
            let lost = made.len() >= call && ["put_entry", "put_quarantine"].contains(&made[call - 1]);
            let lost = lost && matches!(fault, Fault::Before | Fault::DiesBefore);
            let chained = world.ledger.chained();
            assert_eq!(chained.len(), writes - usize::from(lost), "{fault:?} {call} {made:?}");
            assert_eq!(walk(&chained).1, []);
        }
    }
}

#[tokio::test]
async fn each_account_has_its_own() {
    let world = World::with("mode: enforce\nmembers: ['444455556666']\n");
    let member = finding_by(role("arn:aws:iam::444455556666:role/app"), "m");
    let member = Finding { account: "444455556666".parse().ok(), ..member };
    let nowhere = Finding { account: None, ..finding_by(role("arn:aws:iam::111122223333:role/other"), "n") };
    for told in [&finding("a"), &member, &nowhere] {
        world.deliver_at(told, now()).await;
    }
    let chained = world.ledger.chained();
    let accounts = ["111122223333", "444455556666", "unknown"];
    for account in accounts {
        let own: Vec<Link> = chained.iter().filter(|link| link.account == account).cloned().collect();
        assert!(!own.is_empty() && walk(&own).1.is_empty(), "{account}");
    }
    let listed = world.ledger.accounts().await.unwrap();
    assert_eq!(listed.iter().map(|(account, _)| account.as_str()).collect::<Vec<_>>(), accounts);
    // What is done to a role at home is written down at home, whoever logged the event.
    let of_the_role =
        chained.iter().filter(|link| link.item.starts_with("quarantine/") && link.item.ends_with("other"));
    assert!(of_the_role.clone().count() > 0);
    assert!(of_the_role.into_iter().all(|link| link.account == "111122223333"));
}

#[tokio::test]
async fn what_has_no_item_of_its_own() {
    let world = lived().await;
    world.ledger.note("111122223333", "control/kill-switch", "stopped", "{\"by\":\"alice\"}", after(3)).await.unwrap();
    let chained = world.ledger.chained();
    let last = chained.last().unwrap();
    assert_eq!((last.number, last.stage.as_str(), last.body.as_str()), (12, "stopped", "{\"by\":\"alice\"}"));
    assert_eq!(walk(&chained).1, []);
}

#[tokio::test]
async fn some_at_a_time() {
    let world = World::with("mode: enforce\n");
    for number in 0..250 {
        world.ledger.note("111122223333", "control/kill-switch", "noted", &number.to_string(), now()).await.unwrap();
    }
    let (mut after, mut links) = (0, Vec::new());
    loop {
        let some = world.ledger.links("111122223333", after).await.unwrap();
        let Some(last) = some.last() else { break };
        after = last.number;
        links.extend(some);
    }
    assert_eq!(links, world.ledger.chained());
    assert_eq!(world.ledger.links("444455556666", 0).await.unwrap(), []);
}

#[tokio::test]
async fn a_link_travels_as_json() {
    for link in lived().await.ledger.chained() {
        let json = serde_json::to_string(&link).unwrap();
        assert_eq!(serde_json::from_str::<Link>(&json).unwrap(), link);
    }
}
