//! Where the values come from: CloudWatch, or what a replay wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use jiff::{SignedDuration, Timestamp};
use portcullis_aws::{Location, Objects, Query, SdkConfig, metric_data};
use portcullis_domain::asset_dimension;
use portcullis_metrics::{HOUR, NAMESPACE, SeriesSet, Watched, Window, hour_of};
use portcullis_monitoring::MetricRef;
use portcullis_settings::{Settings, parse};

use super::Arguments;
use super::fetch::{KEPT_DAYS, Known, Wanted, wanted};
use super::view::View;
use crate::aws_error;
use crate::load::{self, SETTINGS};

/// What can be looked at, and the names of the entries that have no metrics of their own.
pub(crate) struct Source {
    pub(crate) view: View,
    pub(crate) unwatched: Vec<String>,
}

/// The watched entries of the settings, by the value of their dimension `Asset`.
pub(crate) fn watched(settings: &Settings) -> BTreeMap<String, Watched> {
    let entries = settings.assets.iter().filter(|entry| entry.is_watched());
    let watched = entries.filter_map(|entry| {
        Some((asset_dimension(&entry.name), Watched { name: entry.name.clone(), tier: entry.tier? }))
    });
    watched.collect()
}

fn unwatched(settings: &Settings) -> Vec<String> {
    settings.assets.iter().filter(|entry| !entry.is_watched()).map(|entry| entry.name.clone()).collect()
}

/// What a replay wrote. It says itself which entries are watched; settings that are named go before that.
pub(crate) fn from_file(path: &Path, arguments: &Arguments) -> Result<Source> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read metrics `{name}`"))?;
    let mut set = SeriesSet::from_json(&text).with_context(|| format!("cannot read metrics `{name}`"))?;
    let mut others = Vec::new();
    if let Some(path) = &arguments.settings {
        let settings = sound(load::settings(Some(Path::new(path)))?)?;
        set.watched = settings.as_ref().map(watched).unwrap_or_default();
        others = settings.as_ref().map(unwatched).unwrap_or_default();
    }
    let Some((_, last)) = set.reach() else {
        bail!("`{name}` has no values: no record that the replay read has a time");
    };
    let view = view(set, last, arguments, name, Vec::new())?;
    Ok(Source { view, unwatched: others })
}

/// What the deployment sent to CloudWatch.
pub(crate) async fn from_cloudwatch(arguments: &Arguments, now: Timestamp) -> Result<Source> {
    let config = arguments.place.config().await;
    let mut notes = Vec::new();
    let settings = settings(arguments, &config).await?;
    if settings.is_none() {
        notes.push(format!(
            "no {SETTINGS} in this folder: which entries are watched is not known; pass --settings FILE, or \
                 --settings s3://BUCKET/{SETTINGS} with the stack's output ConfigBucketName"
        ));
    }
    let settings = settings.unwrap_or_default();
    let rules = load::rules(&arguments.rules)?.set;
    let rules = rules.rules().map(|rule| (rule.reference.id.as_str(), rule.reference.severity)).collect();
    let known = Known { watched: watched(&settings), accounts: settings.own_accounts().collect(), rules };
    let stack = &arguments.place.stack;
    let empty = SeriesSet::new(known.watched.clone());
    let mut view = view(empty, hour_of(now), arguments, told(&arguments.place.stack, &config), notes)?;
    let kept = SignedDuration::from_hours(24 * i64::from(KEPT_DAYS));
    let from = hour_of(view.before.span.start).max(hour_of(now.saturating_sub(kept)?).saturating_add(HOUR)?);
    let wanted = wanted(&known);
    let answers = metric_data(&config, queries(&wanted, stack), from, view.this.span.end).await.map_err(aws_error)?;
    for (Wanted { metric, dimensions }, (_, values)) in wanted.iter().zip(answers) {
        let dimensions: Vec<(&str, &str)> = dimensions.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for (at, value) in values {
            view.set.put(*metric, &dimensions, at, value);
        }
    }
    if view.set.reach().is_none() {
        let region = config.region().map(|region| format!(" in {region}")).unwrap_or_default();
        bail!(
            "CloudWatch has no metric of stack `{stack}`{region} since {from:.0}\n\
             help: is it deployed under another name (--stack) or in another Region (--region)? A stack that was deployed just now \
             has its first values some minutes later; `portcullis status --stack {stack}` shows whether its alarms are there"
        );
    }
    Ok(Source { view, unwatched: unwatched(&settings) })
}

fn told(stack: &str, config: &SdkConfig) -> String {
    config.region().map_or_else(|| format!("stack {stack}"), |region| format!("stack {stack} in {region}"))
}

/// One for each series, an hour at a time, in their order.
fn queries(wanted: &[Wanted], stack: &str) -> Vec<Query> {
    let query = |(number, Wanted { metric, dimensions }): (usize, &Wanted)| {
        let of_stack = ("Stack".to_owned(), stack.to_owned());
        let named = dimensions.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let dimensions = std::iter::once(of_stack).chain(named).collect();
        Query {
            id: number.to_string(),
            metric: MetricRef { namespace: NAMESPACE.to_owned(), name: metric.name.to_owned(), dimensions },
            statistic: metric.statistic,
            period: u32::try_from(HOUR.as_secs()).unwrap_or(u32::MAX),
        }
    };
    wanted.iter().enumerate().map(query).collect()
}

fn view(set: SeriesSet, last: Timestamp, arguments: &Arguments, source: String, notes: Vec<String>) -> Result<View> {
    let zone = arguments.zone.clone();
    let this = Window::up_to(last, arguments.days, &zone).context("these days are in no calendar")?;
    let before = this.before(&zone).context("these days are in no calendar")?;
    Ok(View { set, this, before, zone, source, notes })
}

/// The settings that are named, in a file or an object, else those in this folder.
async fn settings(arguments: &Arguments, config: &SdkConfig) -> Result<Option<Settings>> {
    let named = arguments.settings.as_deref();
    let Some(text) = named.filter(|named| named.starts_with("s3://")) else {
        return sound(load::settings(named.map(Path::new))?);
    };
    let location: Location = text.parse()?;
    let bytes = Objects::new(config).get(&location).await.map_err(aws_error)?;
    let bytes = bytes.with_context(|| format!("there is no {location}"))?;
    let yaml = String::from_utf8(bytes).with_context(|| format!("{location} is no text"))?;
    match parse(&yaml) {
        Ok(settings) => Ok(Some(settings)),
        Err(problems) => bail!("the settings have problems:\n{}", problems.render(text, &yaml)),
    }
}

fn sound(file: Option<load::SettingsFile>) -> Result<Option<Settings>> {
    let Some(file) = file else { return Ok(None) };
    match file.settings {
        Ok(settings) => Ok(Some(settings)),
        Err(problems) => {
            bail!("the settings have problems:\n{}", problems.render(&file.path.display().to_string(), &file.text))
        }
    }
}

#[cfg(test)]
mod tests {
    use portcullis_metrics::Metric;

    use super::*;

    #[test]
    fn what_is_asked_of_cloudwatch() {
        let wanted = Wanted { metric: Metric::ASSET_ACCESSES, dimensions: vec![("Asset", "db".to_owned())] };
        let [query] = queries(&[wanted], "gatehouse").try_into().unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(query.metric.dimensions, [pair("Stack", "gatehouse"), pair("Asset", "db")]);
        assert_eq!((query.metric.namespace.as_str(), query.metric.name.as_str()), ("Portcullis", "AssetAccesses"));
        assert_eq!((query.statistic, query.period), (Metric::ASSET_ACCESSES.statistic, 3600));
    }
}
