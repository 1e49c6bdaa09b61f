//! `portcullis ledger verify`: walks the hash chains and compares them with what the ledger holds and what is kept elsewhere.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use portcullis_aws::{DynamoLedger, EvidenceBucket, SdkConfig};
use portcullis_response::{Chain as _, Flaw, Ledger as _, Link, Walk};
use serde_json::json;

use super::Place;
use crate::aws_error;
use crate::output::{self, Format, say};

/// What to do with the ledger.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Walk every chain from its first link and tell of whatever was changed, taken out or cut off.
    Verify(Arguments),
}

/// Which ledger, and what to compare it with.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit status: 0 all is as it was written; 1 something is not; 2 it could not be told.")]
pub(crate) struct Arguments {
    /// Compare with the copies in this bucket too; it takes one request for each link
    #[arg(long, value_name = "BUCKET")]
    evidence: Option<String>,
    /// The form of the answer
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    #[command(flatten)]
    place: Place,
}

/// What was found of one account.
struct Account {
    name: String,
    walk: Walk,
    kept: u64,
    copies: Option<u64>,
    flaws: Vec<Flaw>,
}

pub(crate) async fn run(Command::Verify(arguments): &Command) -> Result<ExitCode> {
    let config = arguments.place.config().await;
    let ledger = DynamoLedger::new(&config, format!("{}-ledger", arguments.place.stack));
    let mut accounts = walk_all(&ledger, &config, arguments).await?;
    // Portcullis may be writing meanwhile: what is wrong is wrong a moment later too.
    for _ in 0..AGAIN {
        if accounts.iter().all(|account| account.flaws.is_empty()) {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let before: Vec<Flaw> = accounts.into_iter().flat_map(|account| account.flaws).collect();
        accounts = walk_all(&ledger, &config, arguments).await?;
        for account in &mut accounts {
            account.flaws.retain(|flaw| before.contains(flaw));
        }
    }
    let sound = accounts.iter().all(|account| account.flaws.is_empty());
    match arguments.format {
        Format::Table => print(&accounts),
        Format::Json => {
            let accounts: Vec<_> = accounts.iter().map(as_json).collect();
            say!("{}", output::json(&json!({"sound": sound, "accounts": accounts}))?);
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How often a chain is walked again before it is called unsound.
const AGAIN: usize = 2;

async fn walk_all(ledger: &DynamoLedger, config: &SdkConfig, arguments: &Arguments) -> Result<Vec<Account>> {
    let mut accounts = Vec::new();
    for (name, kept) in ledger.accounts().await.map_err(aws_error)? {
        accounts.push(verify(ledger, config, arguments, name, kept.item).await?);
    }
    unchained(ledger, &mut accounts).await?;
    Ok(accounts)
}

async fn verify(
    ledger: &DynamoLedger,
    config: &SdkConfig,
    arguments: &Arguments,
    name: String,
    kept: u64,
) -> Result<Account> {
    let evidence = arguments.evidence.as_ref().map(|bucket| EvidenceBucket::new(config, bucket));
    let (mut walk, mut flaws, mut items) = (Walk::default(), Vec::new(), Vec::new());
    let mut copies = evidence.as_ref().map(|_| 0);
    let mut after = 0;
    loop {
        let links = ledger.links(&name, after).await.map_err(aws_error)?;
        let Some(last) = links.last().map(|link| link.number) else { break };
        for link in &links {
            flaws.extend(walk.step(link));
            if !items.contains(&link.item) {
                items.push(link.item.clone());
            }
            if let (Some(evidence), Some(copies)) = (&evidence, &mut copies) {
                let there = compare_copy(evidence, link, &mut flaws).await?;
                *copies += u64::from(there);
                // Links from before the bucket was named have no copy: it is missing where an earlier one has one.
                if !there && *copies > 0 && link.number <= kept {
                    flaws.push(Flaw::CopyMissing { account: name.clone(), number: link.number });
                }
            }
        }
        // Numbers that do not grow, in links that somebody forged, would be walked for ever.
        after = last.max(after + 1);
    }
    let head = ledger.head(&name).await.map_err(aws_error)?;
    flaws.extend(walk.close(&name, head.as_ref()));
    let now = Timestamp::now();
    flaws.extend(walk.begin(&name, now));
    for item in items.into_iter().filter(|item| !item.starts_with("control/")) {
        match body(ledger, &item).await? {
            Some(body) => flaws.extend(walk.compare(&item, &body)),
            None => flaws.extend(walk.missing(&item, now)),
        }
    }
    if kept > walk.end() {
        flaws.push(Flaw::KeptTooMany { account: name.clone(), kept, end: walk.end() });
    }
    if let Some(evidence) = &evidence {
        let last = evidence.last(&name).await.map_err(aws_error)?;
        if last > walk.end() {
            flaws.push(Flaw::CutOff { account: name.clone(), number: last });
        }
    }
    Ok(Account { name, walk, kept, copies, flaws })
}

/// Whether there is a copy of the link.
async fn compare_copy(evidence: &EvidenceBucket, link: &Link, flaws: &mut Vec<Flaw>) -> Result<bool> {
    let copy = evidence.copy(link).await.map_err(aws_error)?;
    if copy.as_ref().is_some_and(|copy| copy != link) {
        flaws.push(Flaw::CopyDiffers { account: link.account.clone(), number: link.number });
    }
    Ok(copy.is_some())
}

/// What the ledger holds about an item of the chain now; nothing for what has no item, or has expired.
async fn body(ledger: &DynamoLedger, item: &str) -> Result<Option<String>> {
    let body = match item.split_once('/') {
        Some(("finding", id)) => {
            let entry = ledger.entry(&id.parse().map_err(anyhow::Error::msg)?).await.map_err(aws_error)?;
            entry.map(|entry| serde_json::to_string(&entry.item)).transpose()?
        }
        Some(("quarantine", arn)) => {
            let known = ledger.quarantine(arn).await.map_err(aws_error)?;
            known.map(|known| serde_json::to_string(&known.item)).transpose()?
        }
        _ => None,
    };
    Ok(body)
}

/// Containments that no chain knows of: somebody wrote them into the table.
async fn unchained(ledger: &DynamoLedger, accounts: &mut Vec<Account>) -> Result<()> {
    for known in ledger.quarantines().await.map_err(aws_error)? {
        let quarantine = known.map_err(aws_error)?.item;
        let (account, item) = (quarantine.target.account().to_string(), quarantine.item());
        let body = serde_json::to_string(&quarantine)?;
        match accounts.iter_mut().find(|known| known.name == account) {
            Some(known) => {
                let flaw = known.walk.compare(&item, &body).filter(|flaw| matches!(flaw, Flaw::Unchained { .. }));
                known.flaws.extend(flaw);
            }
            None => accounts.push(Account {
                name: account,
                walk: Walk::default(),
                kept: 0,
                copies: None,
                flaws: vec![Flaw::Unchained { item }],
            }),
        }
    }
    Ok(())
}

fn print(accounts: &[Account]) {
    if accounts.is_empty() {
        say!("the ledger is empty: nothing was decided yet");
    }
    for account in accounts {
        let Account { name, walk, kept, copies, flaws } = account;
        let first = walk.first.unwrap_or_default();
        let copies = copies.map_or(String::new(), |copies| format!(", {copies} compared with their copies"));
        let verdict = if flaws.is_empty() { "sound" } else { "NOT SOUND" };
        say!("account {name}: {verdict}; links {first} to {}, {kept} kept elsewhere{copies}", walk.end());
        for flaw in flaws {
            say!("  {flaw}");
        }
    }
}

fn as_json(account: &Account) -> serde_json::Value {
    json!({
        "account": account.name,
        "first": account.walk.first,
        "last": account.walk.end(),
        "kept": account.kept,
        "copies": account.copies,
        "flaws": account.flaws.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
