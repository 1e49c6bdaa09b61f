//! From what is named to what can be read.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Result, bail};
use jiff::{SignedDuration, Timestamp};
use portcullis_aws::{Location, load};
use portcullis_logs::{BUDGET, HISTORY, Merged, Selection, Source, Told};
use portcullis_replay::Span;

use super::{Inputs, Moment, SourceArguments, local, remote};

/// How far back the event history is asked when nothing is said.
const LAST: SignedDuration = SignedDuration::from_hours(24);

/// What is told once everything was read.
pub(crate) struct Afterwards {
    places: Vec<(String, Told)>,
    selection: Selection,
}

impl Afterwards {
    /// What people should know about what was fetched.
    pub(crate) fn notes(&self) -> Vec<String> {
        let each = self.places.iter().flat_map(|(place, told)| {
            let tally = told.tally();
            let listed = format!("{place}: {} objects were listed", tally.listed);
            let listed = place.starts_with("s3://").then_some(listed);
            listed.into_iter().chain(tally.notes(&self.selection)).chain(told.notes())
        });
        each.collect()
    }
}

/// Finds everything; fails when nothing is named, or something that is not there.
pub(super) async fn open(paths: &[PathBuf], sources: &SourceArguments, now: Timestamp) -> Result<Inputs> {
    let named: Vec<PathBuf> = paths.iter().chain(&sources.from).cloned().collect();
    if named.is_empty() && !sources.live {
        bail!("nothing to read: name files or folders, s3://BUCKET/PREFIX, - for standard input, or pass --live");
    }
    let at = |moment: Option<Moment>| moment.map(|moment| moment.at(now)).transpose();
    let (since, until) = (at(sources.since)?, at(sources.until)?);
    if let (Some(since), Some(until)) = (since, until)
        && until <= since
    {
        bail!("--since {since:.0} is not before --until {until:.0}");
    }
    let selection = Selection { since, until, accounts: sources.account.clone(), regions: sources.region.clone() };
    let is_bucket = |path: &PathBuf| path.to_str().is_some_and(|path| path.starts_with("s3://"));
    let (buckets, paths): (Vec<PathBuf>, Vec<PathBuf>) = named.into_iter().partition(is_bucket);
    let mut local = local::open(&paths, &selection)?;
    let mut notes = std::mem::take(&mut local.notes);
    let mut remotes = Vec::new();
    let budget = BUDGET / u64::try_from(buckets.len().max(1)).unwrap_or(1);
    for bucket in &buckets {
        match bucket.to_string_lossy().parse()? {
            Location::S3 { bucket, key } => remotes.push(remote::bucket(bucket, key, selection.clone(), budget)?),
            Location::Path(path) => bail!("`{}` is no s3://BUCKET/PREFIX", path.display()),
        }
    }
    if sources.live {
        let (stretch, told) = live(sources, &selection, now)?;
        notes.extend(told);
        for region in regions(sources).await? {
            remotes.push(remote::history(region, sources.account.clone(), stretch)?);
        }
    }
    let total = local.total.filter(|_| remotes.is_empty());
    let mut places = Vec::new();
    let mut merged: Vec<Source> = local.sources;
    for remote::Remote { place, feed, told, opened } in remotes {
        // All of them are under way by now.
        remote::opened(opened).await?;
        places.push((place, told));
        merged.push(Box::new(feed));
    }
    let items = Box::new(Merged::new(merged).map(|timed| timed.input));
    Ok(Inputs { items, total, span: Span { since, until }, notes, afterwards: Afterwards { places, selection } })
}

/// The times that the event history is asked for, and what people should know about it.
fn live(
    sources: &SourceArguments,
    selection: &Selection,
    now: Timestamp,
) -> Result<((Timestamp, Timestamp), Vec<String>)> {
    let mut notes = Vec::new();
    let oldest = now.saturating_sub(HISTORY)?;
    let days = HISTORY.as_hours() / 24;
    if let Some(last) = sources.last.filter(|last| *last > HISTORY) {
        bail!(
            "--last {last:#} is too long: the event history goes back {days} days; a trail's bucket (s3://…) has more"
        );
    }
    let mut since = match selection.since {
        Some(since) => since,
        None => now.saturating_sub(sources.last.unwrap_or(LAST))?,
    };
    let until = selection.until.unwrap_or(now).min(now);
    if since < oldest {
        since = oldest;
        notes.push(format!("the event history goes back {days} days: it is asked from {oldest:.0} on"));
    }
    if until <= since {
        bail!("the event history has nothing between {since:.0} and {until:.0}: it goes back {days} days, up to now");
    }
    notes.push(
        "the event history has management events only, of one account, each Region apart, and the last quarter of an hour may still \
         be missing"
            .to_owned(),
    );
    Ok(((since, until), notes))
}

/// The Regions whose event history is asked: those that are named, else the environment's and the one that has what IAM does.
async fn regions(sources: &SourceArguments) -> Result<BTreeSet<String>> {
    if !sources.region.is_empty() {
        return Ok(sources.region.iter().cloned().collect());
    }
    let config = load(None).await;
    let Some(region) = config.region().map(ToString::to_string) else {
        bail!("which Region's event history? name it with --region, or in AWS_REGION");
    };
    let global = global(&region).to_owned();
    Ok(BTreeSet::from([region, global]))
}

/// Where the events of IAM are that concern a Region: one Region of its partition has them (CloudTrail User Guide, *Global
/// service events*).
fn global(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "cn-north-1",
        _ if region.starts_with("us-gov-") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test_case(None, None, None, Some(("2026-01-04T08:00:00Z", "2026-01-05T08:00:00Z")) ; "a day")]
    #[test_case(Some(3), None, None, Some(("2026-01-05T05:00:00Z", "2026-01-05T08:00:00Z")) ; "the last hours")]
    #[test_case(None, Some("2026-01-02T00:00:00Z"), Some("2027-01-01T00:00:00Z"), Some(("2026-01-02T00:00:00Z", "2026-01-05T08:00:00Z")) ; "not the future")]
    #[test_case(None, Some("2025-01-01T00:00:00Z"), Some("2026-01-01T00:00:00Z"), Some(("2025-10-07T08:00:00Z", "2026-01-01T00:00:00Z")) ; "no more than there is")]
    #[test_case(None, Some("2025-01-01T00:00:00Z"), Some("2025-02-01T00:00:00Z"), None ; "long ago")]
    #[test_case(Some(91 * 24), None, None, None ; "too long")]
    fn stretches(last: Option<i64>, since: Option<&str>, until: Option<&str>, expected: Option<(&str, &str)>) {
        let selection = Selection { since: since.map(at), until: until.map(at), ..Selection::default() };
        let sources = SourceArguments { last: last.map(SignedDuration::from_hours), ..SourceArguments::default() };
        let found = live(&sources, &selection, at("2026-01-05T08:00:00Z")).map(|(stretch, _)| stretch);
        assert_eq!(found.ok(), expected.map(|(since, until)| (at(since), at(until))));
    }

    #[test_case("eu-west-1", "us-east-1")]
    #[test_case("cn-northwest-1", "cn-north-1")]
    #[test_case("us-gov-east-1", "us-gov-west-1")]
    fn iam_is_elsewhere(region: &str, expected: &str) {
        assert_eq!(global(region), expected);
    }
}
