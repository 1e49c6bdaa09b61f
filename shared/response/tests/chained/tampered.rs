//! Whoever changes, replaces or takes out a link is found out, and so is who changes the ledger.

use portcullis_response::{Flaw, GENESIS, Link};
use portcullis_testkit::ROLE;

use crate::{lived, now, walk};

const ACCOUNT: &str = "111122223333";

type Change = fn(&mut Link);

fn changed(link: &Link) -> Flaw {
    Flaw::Changed { account: link.account.clone(), number: link.number, item: link.item.clone() }
}

fn broken(number: u64) -> Flaw {
    Flaw::Broken { account: ACCOUNT.to_owned(), number }
}

fn gap(expected: u64, found: u64) -> Flaw {
    Flaw::Gap { account: ACCOUNT.to_owned(), expected, found }
}

#[tokio::test]
async fn a_field_that_was_changed() {
    let links = lived().await.ledger.chained();
    let all: [(&str, Change); 8] = [
        ("account", |link| link.account = "444455556666".to_owned()),
        ("number", |link| link.number += 1),
        ("at", |link| link.at = "2026-01-05T08:10:04Z".parse().unwrap()),
        ("item", |link| link.item.push('x')),
        ("stage", |link| link.stage = "failed".to_owned()),
        ("body", |link| link.body = link.body.replace("arn:aws:iam", "arn:aws:sts")),
        ("previous", |link| link.previous = GENESIS.to_owned()),
        ("sha256", |link| link.sha256 = GENESIS.to_owned()),
    ];
    for (field, change) in all {
        for index in [3, links.len() - 1] {
            let mut links = links.clone();
            change(&mut links[index]);
            let link = links[index].clone();
            let number = index as u64 + 1;
            let last = index + 1 == links.len();
            let expected = match field {
                "number" if last => vec![gap(number, number + 1), changed(&link)],
                // The next one has the number that it should have.
                "number" => vec![gap(number, number + 1), changed(&link), gap(number + 2, number + 1)],
                "previous" => vec![broken(number), changed(&link)],
                "sha256" if !last => vec![changed(&link), broken(number + 1)],
                _ => vec![changed(&link)],
            };
            assert_eq!(walk(&links).1, expected, "{field} of {number}");
        }
    }
}

#[tokio::test]
async fn a_link_that_was_replaced_by_one_that_fits() {
    let mut links = lived().await.ledger.chained();
    let forged =
        |before: Option<&Link>| Link::after(before, ACCOUNT, now(), "finding/x".to_owned(), "paged", "{}".to_owned());
    let original = links.clone();
    links[4] = forged(Some(&original[3]));
    assert_eq!(walk(&links).1, [broken(6)]);
    // The first too.
    links.clone_from(&original);
    links[0] = forged(None);
    assert_eq!(walk(&links).1, [broken(2)]);
    links[0] = Link { previous: "0".repeat(63) + "1", ..original[0].clone() };
    assert_eq!(walk(&links).1, [broken(1), changed(&links[0])]);
    // Whoever forges all that follow is found out by the copies alone.
    links.clone_from(&original);
    for index in 4..links.len() {
        links[index] = forged(Some(&links[index - 1].clone()));
    }
    assert_eq!(walk(&links).1, []);
    assert!((4..links.len()).all(|index| links[index] != original[index]));
}

#[tokio::test]
async fn two_that_changed_places() {
    let mut links = lived().await.ledger.chained();
    links.swap(4, 5);
    assert_eq!(walk(&links).1, [gap(5, 6), gap(7, 5), gap(6, 7)]);
}

#[tokio::test]
async fn links_that_were_taken_out() {
    let links = lived().await.ledger.chained();
    for (out, expected, text) in [
        (4..5, gap(5, 6), "account 111122223333: link 5 is missing before link 6"),
        (4..7, gap(5, 8), "account 111122223333: links 5 to 7 are missing before link 8"),
    ] {
        let mut left = links.clone();
        left.drain(out);
        assert_eq!(walk(&left).1, std::slice::from_ref(&expected));
        assert_eq!(expected.to_string(), text);
    }
    // The oldest expire, and the walk begins later.
    let (walk, flaws) = walk(&links[4..]);
    assert_eq!((flaws, walk.first, walk.walked, walk.end()), (Vec::new(), Some(5), 7, 11));
}

#[tokio::test]
async fn a_table_that_was_changed() {
    let world = lived().await;
    let links = world.ledger.chained();
    let item = format!("quarantine/{ROLE}");
    let known = serde_json::to_string(&world.quarantine(ROLE).await.unwrap()).unwrap();
    let (whole, _) = walk(&links);
    assert_eq!(whole.compare(&item, &known), None);
    let altered = Flaw::Altered { item: item.clone(), number: 11 };
    assert_eq!(whole.compare(&item, &known.replace("alice", "mallory")), Some(altered));
    assert_eq!(
        whole.compare(&item, &links[9].body),
        Some(Flaw::Altered { item: item.clone(), number: 11 }),
        "an older one"
    );
    let made_up = "quarantine/arn:aws:iam::111122223333:role/other";
    assert_eq!(whole.compare(made_up, &known), Some(Flaw::Unchained { item: made_up.to_owned() }));
    // The end was cut off: what the table holds is newer than its link.
    let (cut, flaws) = walk(&links[..10]);
    assert_eq!((flaws, cut.end()), (Vec::new(), 10));
    assert_eq!(cut.compare(&item, &known), Some(Flaw::Altered { item: item.clone(), number: 10 }));
    // Where the oldest have expired, one that is not mentioned may have been.
    let (later, _) = walk(&links[9..]);
    assert_eq!(later.compare(made_up, &known), None);
    assert_eq!(later.compare(&item, &known), None);
}
