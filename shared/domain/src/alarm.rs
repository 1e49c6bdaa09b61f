//! The alarms that Portcullis makes: what each is about, how it is named, how bad it is.

use std::fmt;

use crate::{Severity, sha256_hex};

/// An alarm's name has at most 255 characters (CloudWatch API Reference, *PutMetricAlarm*, `AlarmName`), a stack's at most
/// 128, a kind's at most 20: that is left for the entry.
const LONGEST: usize = 100;

/// The value of the dimension `Asset` for an entry of `assets:`: its name, with whatever a dimension's value, an alarm's
/// name or an alarm's rule cannot hold written as `%` and two hexadecimal digits; of a long one the beginning and a hash.
///
/// Different names have different values. Dimension values are ASCII without control characters (CloudWatch API
/// Reference, *Dimension*); a quotation mark would end a name in the rule of a composite alarm.
pub fn asset_dimension(entry: &str) -> String {
    use fmt::Write as _;
    let mut value = String::with_capacity(entry.len());
    for byte in entry.bytes() {
        let plain = matches!(byte, b' '..=b'~') && !matches!(byte, b'%' | b'"' | b'\\' | b'~');
        if plain {
            value.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(value, "%{byte:02X}");
        }
    }
    if value.len() <= LONGEST {
        return value;
    }
    let hash = sha256_hex(entry);
    // A tilde is written as `%7E` otherwise, so that no other name has this value.
    format!("{}~{}", value.get(..LONGEST - 17).unwrap_or_default(), hash.get(..16).unwrap_or(&hash))
}

/// What an alarm is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlarmSubject {
    /// The keys and secrets of an entry of `assets:`.
    Asset {
        /// What of them.
        kind: AssetAlarm,
        /// The entry, as [`asset_dimension`] writes it.
        entry: String,
    },
    /// Portcullis itself.
    Pipeline(PipelineAlarm),
    /// A control of CIS's monitoring section, by the name of its filter: `kms-key-disabled-or-deleted`.
    Cis(String),
}

macro_rules! words {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal, $severity:ident;)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$inner])* $variant,)+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the alarm's name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// How bad it is when it rings.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }
        }
    };
}

words! {
    /// What of the keys and secrets of an entry.
    AssetAlarm {
        /// They are used more often than a fixed number of times.
        HighRate = "high-rate", Medium;
        /// They are used more often than they used to be.
        Anomaly = "anomaly", Medium;
        /// Somebody was denied.
        Denied = "denied", Medium;
        /// One of them should have been rotated by now.
        RotationOverdue = "rotation-overdue", Medium;
        /// Somebody was denied while they are used more than they should be.
        UnderAttack = "under-attack", Critical;
    }
}

words! {
    /// What of Portcullis itself.
    PipelineAlarm {
        /// What it asks of KMS to see whether it would see it does not come back.
        HeartbeatKms = "heartbeat-kms", High;
        /// The same of Secrets Manager.
        HeartbeatSecretsManager = "heartbeat-secretsmanager", High;
        /// Even the newest events are old when they are examined.
        EventAge = "event-age", Medium;
        /// Input could not be read.
        Unreadable = "unreadable", High;
        /// Links of the ledger's chain could not be kept elsewhere.
        EvidenceFailed = "evidence-failed", Medium;
        /// PagerDuty refused pages.
        PagerDutyRefused = "pagerduty-refused", High;
        /// Somebody undid a containment.
        Tampering = "tampering", High;
        /// Alarms could not be made as they should be.
        AlarmsFailed = "alarms-failed", Medium;
    }
}

impl AlarmSubject {
    /// The alarm's name: `STACK/KIND/ENTRY`, `STACK/pipeline/KIND` or `STACK/cis/CONTROL`. No stack's name holds a slash,
    /// so neither another stack nor the template's own alarms have such names.
    pub fn name(&self, stack: &str) -> String {
        match self {
            Self::Asset { kind, entry } => format!("{stack}/{}/{entry}", kind.as_str()),
            Self::Pipeline(kind) => format!("{stack}/pipeline/{}", kind.as_str()),
            Self::Cis(control) => format!("{stack}/cis/{control}"),
        }
    }

    /// What the alarm of that name is about; nothing when it is none of this stack's.
    pub fn parse(stack: &str, name: &str) -> Option<Self> {
        let rest = name.strip_prefix(stack)?.strip_prefix('/')?;
        let (kind, what) = rest.split_once('/').filter(|(_, what)| !what.is_empty())?;
        match kind {
            "pipeline" => PipelineAlarm::ALL.iter().find(|one| one.as_str() == what).map(|one| Self::Pipeline(*one)),
            "cis" => Some(Self::Cis(what.to_owned())),
            kind => {
                let kind = AssetAlarm::ALL.iter().find(|one| one.as_str() == kind)?;
                Some(Self::Asset { kind: *kind, entry: what.to_owned() })
            }
        }
    }

    /// How bad it is when it rings.
    pub const fn severity(&self) -> Severity {
        match self {
            Self::Asset { kind, .. } => kind.severity(),
            Self::Pipeline(kind) => kind.severity(),
            Self::Cis(_) => Severity::Medium,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    #[test_case("payroll database", "payroll database" ; "plain")]
    #[test_case("Löhne", "L%C3%B6hne" ; "not ASCII")]
    #[test_case("100% \"safe\"", "100%25 %22safe%22" ; "what would end a name")]
    fn dimension_values(entry: &str, expected: &str) {
        assert_eq!(asset_dimension(entry), expected);
    }

    #[test]
    fn names_are_read_back_and_are_no_other_stacks() {
        let entry = asset_dimension("a/b");
        let mut subjects: Vec<AlarmSubject> = Vec::new();
        subjects.extend(AssetAlarm::ALL.iter().map(|kind| AlarmSubject::Asset { kind: *kind, entry: entry.clone() }));
        subjects.extend(PipelineAlarm::ALL.iter().map(|kind| AlarmSubject::Pipeline(*kind)));
        subjects.push(AlarmSubject::Cis("root-used".to_owned()));
        for subject in subjects {
            let name = subject.name("gatehouse");
            assert_eq!(AlarmSubject::parse("gatehouse", &name), Some(subject), "{name}");
            assert_eq!(AlarmSubject::parse("gate", &name), None, "{name}");
        }
        for other in
            ["gatehouse-events-dlq", "gatehouse/", "gatehouse/denied/", "gatehouse/odd/x", "gatehouse/pipeline/odd"]
        {
            assert_eq!(AlarmSubject::parse("gatehouse", other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn dimension_values_keep_the_limits(entry in "\\PC{1,300}", other in "\\PC{1,300}") {
            let value = asset_dimension(&entry);
            prop_assert!(value.len() <= LONGEST && value.bytes().all(|b| matches!(b, b' '..=b'~')));
            prop_assert_eq!(entry == other, value == asset_dimension(&other));
            for kind in AssetAlarm::ALL {
                let name = AlarmSubject::Asset { kind: *kind, entry: value.clone() }.name(&"s".repeat(128));
                prop_assert!(name.len() <= 255);
            }
        }
    }
}
