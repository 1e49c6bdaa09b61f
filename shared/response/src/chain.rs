//! The ledger's hash chain: every write of an entry or a containment leaves a link that holds what was written and the hash
//! of the link before it. Whoever changes or takes out a link breaks every later one; the first and the last are told by
//! their age and by what is kept beside the chain. Whoever may write the whole table can make a chain anew: only the copies
//! elsewhere tell then.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::sha256_hex;
use serde::{Deserialize, Serialize};

/// How long an entry or a link is kept: past the longest audit period, and far past any redelivery.
pub const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What stands before the first link.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The account whose chain it is in; `unknown` for findings whose records tell none.
    pub account: String,
    /// Its number, from one, without gaps.
    pub number: u64,
    /// When it was written, by the clock of the writer.
    pub at: Timestamp,
    /// What was written: `finding/F-…`, `quarantine/` and an ARN, or `control/kill-switch`.
    pub item: String,
    /// Where that stood then: `decided`, `contained`, `verified`, `paged`, `released` and so on.
    pub stage: String,
    /// What was written, whole, as JSON.
    pub body: String,
    /// The hash of the link before.
    pub previous: String,
    /// Lower-case hexadecimal SHA-256 over all of the above.
    pub sha256: String,
}

impl Link {
    /// The link that follows `last`.
    pub fn after(last: Option<&Self>, account: &str, at: Timestamp, item: String, stage: &str, body: String) -> Self {
        let link = Self {
            account: account.to_owned(),
            number: last.map_or(1, |last| last.number + 1),
            at,
            item,
            stage: stage.to_owned(),
            body,
            previous: last.map_or_else(|| GENESIS.to_owned(), |last| last.sha256.clone()),
            sha256: String::new(),
        };
        Self { sha256: link.hash(), ..link }
    }

    /// Its hash: over each part with its length before it, so that no two different links have the same text.
    fn hash(&self) -> String {
        let (number, at) = (self.number.to_string(), self.at.to_string());
        let parts = [&self.previous, &self.account, &number, &at, &self.item, &self.stage, &self.body];
        let text: String = parts.into_iter().map(|part| format!("{}:{part}\n", part.len())).collect();
        sha256_hex(&text)
    }
}

/// What is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Links are missing.
    #[error("account {account}: {} missing before link {found}", links(*expected, *found))]
    Gap {
        /// The account.
        account: String,
        /// The number that should have come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// A link does not follow from the one before it.
    #[error("account {account}: link {number} does not follow from the one before it; one of them was replaced")]
    Broken {
        /// The account.
        account: String,
        /// Its number.
        number: u64,
    },
    /// A link was changed.
    #[error("account {account}: link {number} ({item}) was changed after it was written")]
    Changed {
        /// The account.
        account: String,
        /// Its number.
        number: u64,
        /// What it is about.
        item: String,
    },
    /// An item of the ledger is not what its newest link says.
    #[error("{item} is not what was written to it last (link {number}); somebody changed the table")]
    Altered {
        /// The item.
        item: String,
        /// The newest link about it.
        number: u64,
    },
    /// An item of the ledger has no link.
    #[error("{item} is in the ledger and was never written by Portcullis")]
    Unchained {
        /// The item.
        item: String,
    },
    /// The chain ends elsewhere than what is kept of its end says.
    #[error(
        "account {account}: the chain ends with link {found}, and ended with link {head} before; its end was cut off or replaced"
    )]
    OtherEnd {
        /// The account.
        account: String,
        /// The number of the last link that there is.
        found: u64,
        /// The number that is kept beside the chain.
        head: u64,
    },
    /// The oldest links are gone although they are too young to have expired.
    #[error(
        "account {account}: the chain begins with link {first}, of {at:.0}, too young for those before it to have expired"
    )]
    Beginning {
        /// The account.
        account: String,
        /// The number of the first link that there is.
        first: u64,
        /// When that was written.
        at: Timestamp,
    },
    /// An item that was written is no longer there.
    #[error("{item} was written (link {number}) and is no longer in the ledger")]
    Missing {
        /// The item.
        item: String,
        /// The newest link about it.
        number: u64,
    },
    /// The ledger claims more copies than there are links.
    #[error("account {account}: {kept} links are said to be kept elsewhere, and the chain ends with link {end}")]
    KeptTooMany {
        /// The account.
        account: String,
        /// How many are said to be kept.
        kept: u64,
        /// The number of the last link.
        end: u64,
    },
    /// A link that was kept has no copy.
    #[error("account {account}: link {number} was kept in the evidence bucket, and is not there")]
    CopyMissing {
        /// The account.
        account: String,
        /// Its number.
        number: u64,
    },
    /// A link's copy is not what the chain holds.
    #[error("account {account}: the copy of link {number} in the evidence bucket differs from the chain")]
    CopyDiffers {
        /// The account.
        account: String,
        /// Its number.
        number: u64,
    },
    /// The evidence bucket has a link that the chain has lost.
    #[error(
        "account {account}: link {number} is in the evidence bucket, and the chain ends before it; its end was cut off"
    )]
    CutOff {
        /// The account.
        account: String,
        /// Its number.
        number: u64,
    },
}

fn links(expected: u64, found: u64) -> String {
    if found == expected + 1 {
        format!("link {expected} is")
    } else {
        format!("links {expected} to {} are", found.saturating_sub(1))
    }
}

/// A chain as it is walked, link by link in the order of their numbers. The oldest links may have expired: the walk begins
/// with the first that is given.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    last: Option<(u64, String)>,
    began: Option<Timestamp>,
    /// How many links were walked.
    pub walked: u64,
    /// The number of the first link.
    pub first: Option<u64>,
    /// The newest link about each item: its number, and the body's hash.
    newest: BTreeMap<String, (u64, Timestamp, String)>,
}

impl Walk {
    /// Takes the next link; answers with what is wrong with it.
    pub fn step(&mut self, link: &Link) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let account = || link.account.clone();
        match &self.last {
            Some((number, _)) if link.number != number + 1 => {
                flaws.push(Flaw::Gap { account: account(), expected: number + 1, found: link.number });
            }
            Some((_, sha256)) if link.previous != *sha256 => {
                flaws.push(Flaw::Broken { account: account(), number: link.number });
            }
            None if link.number == 1 && link.previous != GENESIS => {
                flaws.push(Flaw::Broken { account: account(), number: 1 });
            }
            _ => {}
        }
        if link.hash() != link.sha256 {
            flaws.push(Flaw::Changed { account: account(), number: link.number, item: link.item.clone() });
        }
        self.first.get_or_insert(link.number);
        self.began.get_or_insert(link.at);
        self.last = Some((link.number, link.sha256.clone()));
        self.walked += 1;
        self.newest.insert(link.item.clone(), (link.number, link.at, sha256_hex(&link.body)));
        flaws
    }

    /// Says whether the chain's beginning is missing: the oldest links expire after [`KEPT`], and not before.
    pub fn begin(&self, account: &str, now: Timestamp) -> Option<Flaw> {
        let (first, at) = (self.first.filter(|first| *first > 1)?, self.began?);
        // A day, because time to live is heeded within some days, and clocks differ.
        let young = now.duration_since(at) < KEPT - SignedDuration::from_hours(24);
        young.then(|| Flaw::Beginning { account: account.to_owned(), first, at })
    }

    /// Says whether an item that is no longer in the ledger should be: what its newest link wrote has not expired.
    pub fn missing(&self, item: &str, now: Timestamp) -> Option<Flaw> {
        let (number, at, _) = self.newest.get(item)?;
        let expires = item.starts_with("finding/");
        let due = !expires || now.duration_since(*at) < KEPT - SignedDuration::from_hours(24 * 31);
        due.then(|| Flaw::Missing { item: item.to_owned(), number: *number })
    }

    /// Compares the end that was walked to with what is kept of it beside the chain.
    pub fn close(&self, account: &str, head: Option<&(u64, String)>) -> Option<Flaw> {
        let agrees = match (&self.last, head) {
            (Some(last), Some(head)) => last == head,
            (None, None) => true,
            _ => false,
        };
        let other = || Flaw::OtherEnd {
            account: account.to_owned(),
            found: self.end(),
            head: head.map_or(0, |(number, _)| *number),
        };
        (!agrees).then(other)
    }

    /// The number of the last link.
    pub fn end(&self) -> u64 {
        self.last.as_ref().map_or(0, |(number, _)| *number)
    }

    /// Compares an item of the ledger, as JSON, with its newest link; nothing when they agree, or when the link may have
    /// expired because the chain does not begin at its first.
    pub fn compare(&self, item: &str, body: &str) -> Option<Flaw> {
        match self.newest.get(item) {
            Some((.., hash)) if *hash == sha256_hex(body) => None,
            Some((number, ..)) => Some(Flaw::Altered { item: item.to_owned(), number: *number }),
            None if self.first.is_some_and(|first| first > 1) => None,
            None => Some(Flaw::Unchained { item: item.to_owned() }),
        }
    }
}
