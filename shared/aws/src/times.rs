//! Times as the SDK writes them, and as we do.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// Ours; nothing for a time that no clock will show.
pub(crate) fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// The SDK's, to the second.
pub(crate) fn date_time(time: Timestamp) -> DateTime {
    DateTime::from_secs(time.as_second())
}
