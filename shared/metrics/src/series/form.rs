//! Series as a JSON document, `portcullis.metrics/1`: sorted, a line for each series, so that two of them can be compared.

use std::collections::BTreeMap;

use jiff::Timestamp;
use portcullis_domain::Tier;
use serde::{Deserialize, Serialize, Serializer};

use super::{HOUR, Point, Series, SeriesName, SeriesSet, Watched, hour_of};
use crate::catalogue::Statistic;

/// The form that is written and read.
const FORM: &str = "portcullis.metrics/1";

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SeriesError {
    /// It is no such document.
    #[error("it is not what `portcullis replay --metrics` writes: {0}")]
    Json(#[from] serde_json::Error),
    /// It has another form.
    #[error("its form is `{0}`; this version reads `{FORM}`")]
    Form(String),
    /// A time is not the beginning of an hour.
    #[error("{metric}: {at} is not the beginning of an hour")]
    Hour {
        /// The metric.
        metric: String,
        /// The time.
        at: Timestamp,
    },
    /// A statistic is unknown.
    #[error("{metric}: `{statistic}` is none of Sum, Minimum, Maximum, Average")]
    Statistic {
        /// The metric.
        metric: String,
        /// The word.
        statistic: String,
    },
}

/// What tells the form, and nothing else of it: a later form may have anything else.
#[derive(Deserialize)]
struct Head {
    form: String,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    assets: Vec<AssetForm>,
    series: Vec<SeriesForm>,
}

#[derive(Serialize, Deserialize)]
struct AssetForm {
    asset: String,
    name: String,
    tier: Tier,
}

#[derive(Serialize, Deserialize)]
struct SeriesForm {
    metric: String,
    unit: String,
    statistic: String,
    dimensions: BTreeMap<String, String>,
    points: Vec<PointForm>,
}

/// A mean says of how many values, everything else need not.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PointForm {
    Mean(Timestamp, Amount, u64),
    Value(Timestamp, Amount),
}

/// A number; a whole one is written as such.
#[derive(Deserialize)]
#[serde(transparent)]
struct Amount(f64);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
        if self.0.fract() == 0.0 && self.0.abs() < 9_007_199_254_740_992.0 {
            return serializer.serialize_i64(self.0 as i64);
        }
        serializer.serialize_f64(self.0)
    }
}

impl SeriesSet {
    /// The document.
    ///
    /// # Errors
    ///
    /// Never, but for what JSON cannot hold.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let assets = self.watched.iter().map(|(asset, watched)| {
            serde_json::to_string(&AssetForm { asset: asset.clone(), name: watched.name.clone(), tier: watched.tier })
        });
        let series = self.series.iter().map(|(name, series)| serde_json::to_string(&SeriesForm::of(name, series)));
        let (assets, series): (Vec<String>, Vec<String>) =
            (assets.collect::<Result<_, _>>()?, series.collect::<Result<_, _>>()?);
        let list = |lines: Vec<String>| {
            if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", lines.join(",\n")) }
        };
        let seconds = HOUR.as_secs();
        let (assets, series) = (list(assets), list(series));
        Ok(format!("{{\"form\":\"{FORM}\",\"bucket_seconds\":{seconds},\"assets\":{assets},\"series\":{series}}}\n"))
    }

    /// Reads a document.
    ///
    /// # Errors
    ///
    /// When it is none, or of another form.
    pub fn from_json(text: &str) -> Result<Self, SeriesError> {
        let Head { form } = serde_json::from_str(text)?;
        if form != FORM {
            return Err(SeriesError::Form(form));
        }
        let document: Document = serde_json::from_str(text)?;
        let mut set = Self::default();
        for AssetForm { asset, name, tier } in document.assets {
            set.watched.insert(asset, Watched { name, tier });
        }
        for SeriesForm { metric, unit, statistic, dimensions, points } in document.series {
            let Some(statistic) = statistic_of(&statistic) else {
                return Err(SeriesError::Statistic { metric, statistic });
            };
            let name = SeriesName { metric, dimensions };
            for point in points {
                let (at, value, samples) = match point {
                    PointForm::Mean(at, value, samples) => (at, value, samples),
                    PointForm::Value(at, value) => (at, value, 1),
                };
                if hour_of(at) != at {
                    return Err(SeriesError::Hour { metric: name.metric, at });
                }
                set.entry(name.clone(), &unit, statistic).put(at, Point { value: value.0, samples });
            }
        }
        Ok(set)
    }
}

impl SeriesForm {
    fn of(name: &SeriesName, series: &Series) -> Self {
        let point = |(at, Point { value, samples })| match series.statistic {
            Statistic::Average => PointForm::Mean(at, Amount(value), samples),
            Statistic::Sum | Statistic::Minimum | Statistic::Maximum => PointForm::Value(at, Amount(value)),
        };
        Self {
            metric: name.metric.clone(),
            unit: series.unit.clone(),
            statistic: series.statistic.as_str().to_owned(),
            dimensions: name.dimensions.clone(),
            points: series.points().map(point).collect(),
        }
    }
}

fn statistic_of(word: &str) -> Option<Statistic> {
    let all = [Statistic::Sum, Statistic::Minimum, Statistic::Maximum, Statistic::Average];
    all.into_iter().find(|statistic| statistic.as_str() == word)
}
