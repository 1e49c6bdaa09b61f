//! A change of an alarm, as CloudWatch tells it.
//!
//! Source: CloudWatch User Guide, *Notifying users on alarm changes*: the message's JSON, the same for alarms on metrics
//! and composite ones (which have `AlarmRule` in the place of `Trigger`): `AlarmName`, `AlarmDescription`, `AlarmArn`,
//! `AWSAccountId`, `Region` (a name for people), `OldStateValue`, `NewStateValue`, `NewStateReason`,
//! `StateChangeTime` as `2026-01-05T08:10:00.000+0000`.

use jiff::Timestamp;
use portcullis_domain::{AccountId, AlarmSubject, Severity, asset_dimension, sha256_hex};
use serde::{Deserialize, Serialize};

/// The longest text that is kept of a message. CloudWatch's own are no longer: a reason has 1,023 characters, a description
/// 1,024 (CloudWatch API Reference, *MetricAlarm*).
const LONGEST: usize = 1_100;

/// Longer keys than this are named by their hash: a sort key of DynamoDB holds 1024 bytes.
const LONGEST_KEY: usize = 512;

/// What an alarm is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AlarmState {
    /// It does not ring.
    Ok,
    /// It rings.
    Alarm,
    /// There is too little data to say.
    InsufficientData,
}

/// A change of an alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmChange {
    /// What the alarm is about; nothing when its name is none that Portcullis gives.
    #[serde(with = "subject", default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<AlarmSubject>,
    /// The alarm's name.
    pub name: String,
    /// What it is in now.
    pub state: AlarmState,
    /// What it was in before, as far as the message says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<AlarmState>,
    /// Since when.
    pub at: Timestamp,
    /// Why, in CloudWatch's words.
    pub reason: String,
    /// What the alarm's description says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What it measures against what; nothing for a composite alarm, and for a band.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// The account that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The Region that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    alarm_name: String,
    #[serde(default)]
    alarm_description: Option<String>,
    #[serde(default)]
    alarm_arn: Option<String>,
    #[serde(default, rename = "AWSAccountId")]
    account: Option<String>,
    #[serde(default)]
    region: Option<String>,
    new_state_value: AlarmState,
    #[serde(default)]
    old_state_value: Option<serde_json::Value>,
    #[serde(default)]
    new_state_reason: Option<String>,
    #[serde(default)]
    state_change_time: Option<String>,
    #[serde(default)]
    trigger: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Trigger {
    metric_name: String,
    statistic: String,
    period: u64,
    comparison_operator: String,
    threshold: f64,
}

impl AlarmChange {
    /// Reads a message that was heard at `heard`, which counts where it says no time that can be read. Nothing when it is
    /// not about an alarm's state.
    pub fn read(body: &str, stack: &str, heard: Timestamp) -> Option<Self> {
        let message: Message = serde_json::from_str(body).ok()?;
        if message.alarm_name.is_empty() {
            return None;
        }
        let text = |text: Option<String>| text.unwrap_or_default().chars().take(LONGEST).collect::<String>();
        // `arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:NAME`
        let arn = message.alarm_arn.unwrap_or_default();
        let part = |index: usize| arn.split(':').nth(index).filter(|part| !part.is_empty());
        let account = message.account.as_deref().or_else(|| part(4)).and_then(|account| account.parse().ok());
        let region = part(3).map(ToOwned::to_owned).or(message.region).filter(|region| !region.is_empty());
        Some(Self {
            subject: AlarmSubject::parse(stack, &message.alarm_name),
            name: message.alarm_name,
            state: message.new_state_value,
            before: message.old_state_value.and_then(|state| serde_json::from_value(state).ok()),
            at: message.state_change_time.and_then(|time| time.parse().ok()).unwrap_or(heard),
            reason: text(message.new_state_reason),
            description: text(message.alarm_description),
            // Anything else there is no reason to lose the message.
            measure: message.trigger.and_then(|trigger| serde_json::from_value(trigger).ok()).and_then(measure),
            account,
            region,
        })
    }

    /// The key of what is watched, which all its alarms share.
    pub fn thing(&self) -> String {
        let key = match &self.subject {
            Some(AlarmSubject::Asset { entry, .. }) => of_dimension(entry),
            Some(AlarmSubject::Pipeline(kind)) => format!("pipeline/{}", kind.as_str()),
            Some(AlarmSubject::Cis(control)) => format!("cis/{control}"),
            None => format!("other/{}", self.name),
        };
        if key.len() > LONGEST_KEY { format!("sha256:{}", sha256_hex(&key)) } else { key }
    }

    /// Whether it does not ring, and did not before, as every alarm that was just made says once it has data.
    pub(crate) fn begins_well(&self) -> bool {
        self.state == AlarmState::Ok && self.before == Some(AlarmState::InsufficientData)
    }

    /// How bad it is when it rings. What is not known is worth a look.
    pub fn severity(&self) -> Severity {
        self.subject.as_ref().map_or(Severity::Medium, AlarmSubject::severity)
    }
}

/// The key of an entry of `assets:`.
pub(crate) fn of_entry(name: &str) -> String {
    of_dimension(&asset_dimension(name))
}

fn of_dimension(dimension: &str) -> String {
    format!("entry/{dimension}")
}

/// `AssetDenied, Sum of 60 s, more than 0`.
fn measure(trigger: Trigger) -> Option<String> {
    let Trigger { metric_name, statistic, period, comparison_operator, threshold } = trigger;
    let comparison = match comparison_operator.as_str() {
        "GreaterThanThreshold" => "more than",
        "GreaterThanOrEqualToThreshold" => "at least",
        "LessThanThreshold" => "less than",
        "LessThanOrEqualToThreshold" => "at most",
        other => other,
    };
    let whole = format!("{metric_name}, {statistic} of {period} s, {comparison} {threshold}");
    (!metric_name.is_empty()).then(|| whole.chars().take(LONGEST).collect())
}

/// A subject as the alarm's name without the stack's.
mod subject {
    use portcullis_domain::AlarmSubject;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "the signature that serde asks for")]
    pub(super) fn serialize<S: Serializer>(subject: &Option<AlarmSubject>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&subject.as_ref().map(|subject| subject.name("")).unwrap_or_default())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Option<AlarmSubject>, D::Error> {
        Ok(AlarmSubject::parse("", &String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests;
