//! Buckets and the event history, each fetched by a thread of its own.

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use portcullis_aws::{LiveHistory, LogBucket, WallClock, caller_arn, load};
use portcullis_domain::AccountId;
use portcullis_logs::{Clock as _, Feed, Pace, Selection, Told, feed, from_bucket, from_history};
use portcullis_response::{PortError, PortErrorKind};
use tokio::sync::oneshot::{Receiver, channel};

use crate::aws_error;

/// A place that is being fetched from.
pub(super) struct Remote {
    /// What it is, for people.
    pub(super) place: String,
    pub(super) feed: Feed,
    pub(super) told: Told,
    pub(super) opened: Receiver<Result<(), PortError>>,
}

/// Waits until it is known whether anything can be had from there.
pub(super) async fn opened(opened: Receiver<Result<(), PortError>>) -> Result<()> {
    opened.await.context("the thread that fetches logs ended early")?.map_err(aws_error)
}

/// Whatever is under `s3://bucket/prefix`.
pub(super) fn bucket(bucket: String, prefix: String, selection: Selection, budget: u64) -> Result<Remote> {
    let place = format!("s3://{bucket}/{prefix}");
    let (sender, opened) = channel();
    let (feed, told) = feed(move |outlet| async move {
        let config = load(None).await;
        let told = |answer| {
            // Nobody listens any more when the command is ending.
            let _ = sender.send(answer);
        };
        match LogBucket::open(&config, &bucket, &prefix).await {
            Ok(bucket) => from_bucket(&bucket, &prefix, &selection, budget, &outlet, told).await,
            Err(error) => told(Err(error)),
        }
    })?;
    Ok(Remote { place, feed, told, opened })
}

/// The event history of the account of the credentials in `region`.
pub(super) fn history(
    region: String,
    accounts: Vec<AccountId>,
    (since, until): (Timestamp, Timestamp),
) -> Result<Remote> {
    let place = format!("event history in {region}");
    let (sender, opened) = channel();
    let (feed, told) = feed(move |outlet| async move {
        let told = |answer| {
            let _ = sender.send(answer);
        };
        let config = load(Some(&region)).await;
        let account = match account(&config, &accounts).await {
            Ok(account) => account,
            Err(error) => return told(Err(error)),
        };
        let place = format!("{account} in {region}");
        let clock = WallClock::start();
        let mut pace = Pace::new(&clock);
        let live = LiveHistory::new(&config, &region);
        from_history(&live, &place, (since, until), &mut pace, &outlet, told).await;
        outlet.note(format!(
            "event history of {place}: {} events of keys, secrets, parameters, the audit trail, and of whatever else changes \
             something; asked {} times in {} s, for no account and Region may be asked more than twice a second",
            outlet.tally().listed,
            pace.asked(),
            clock.passed().as_secs(),
        ));
    })?;
    Ok(Remote { place, feed, told, opened })
}

/// The account of the credentials, which must be among those that are asked for.
async fn account(config: &portcullis_aws::SdkConfig, wanted: &[AccountId]) -> Result<String, PortError> {
    let arn = caller_arn(config).await?;
    let account = arn.split(':').nth(4).unwrap_or_default().to_owned();
    if wanted.is_empty() || wanted.iter().any(|wanted| wanted.as_str() == account) {
        return Ok(account);
    }
    let what = format!(
        "the credentials are of account {account}, and the event history is of no other: --account asks for another"
    );
    Err(PortError { what, kind: PortErrorKind::Refused, source: None })
}
