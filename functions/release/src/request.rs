//! What `release` is asked.

use portcullis_domain::FindingId;
use serde::Deserialize;

/// Who asks, and why.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Asked {
    /// As they name themselves. Lambda does not tell; CloudTrail has who invoked the function.
    pub(crate) by: String,
    /// Why.
    pub(crate) reason: String,
}

/// A request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Request {
    /// `{"expire": true}`: lift every containment whose deadline has passed, and end every question whose time is over.
    /// Sent by the schedule.
    Expire(bool),
    /// `{"release": {"principal": …, "by": …, "reason": …}}`: lift this one. Sent by `portcullis release`.
    Release {
        /// An ARN, or a name where it is the only one.
        principal: String,
        #[serde(flatten)]
        asked: Asked,
    },
    /// `{"extend": {"principal": …, "hours": …, "by": …, "reason": …}}`: let it end later. Sent by `portcullis extend`.
    Extend {
        /// An ARN, or a name where it is the only one.
        principal: String,
        /// By how many hours.
        hours: u32,
        #[serde(flatten)]
        asked: Asked,
    },
    /// `{"approve": {"finding": …, "by": …, "reason": …}}`: contain whom on-call was asked about.
    Approve {
        /// Which question.
        finding: FindingId,
        #[serde(flatten)]
        asked: Asked,
    },
    /// `{"reject": {"finding": …, "by": …, "reason": …}}`: leave them.
    Reject {
        /// Which question.
        finding: FindingId,
        #[serde(flatten)]
        asked: Asked,
    },
    /// `{"stop": {"by": …, "reason": …}}`: contain nobody until further notice.
    Stop(Asked),
    /// `{"resume": {"by": …, "reason": …}}`: contain again.
    Resume(Asked),
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(r#"{"expire": true}"#)]
    #[test_case(r#"{"release": {"principal": "app", "by": "alice", "reason": "known"}}"#)]
    #[test_case(r#"{"extend": {"principal": "app", "hours": 4, "by": "alice", "reason": "known"}}"#)]
    #[test_case(r#"{"approve": {"finding": "F-0123456789abcdef", "by": "alice", "reason": "known"}}"#)]
    #[test_case(r#"{"reject": {"finding": "F-0123456789abcdef", "by": "alice", "reason": "known"}}"#)]
    #[test_case(r#"{"stop": {"by": "alice", "reason": "a rule is wrong"}}"#)]
    #[test_case(r#"{"resume": {"by": "alice", "reason": "mended"}}"#)]
    fn requests(json: &str) {
        serde_json::from_str::<Request>(json).unwrap();
    }

    #[test_case(r#"{"approve": {"finding": "yes", "by": "alice", "reason": "known"}}"# ; "no id")]
    #[test_case(r#"{"stop": {"by": "alice"}}"# ; "no reason")]
    #[test_case(r#"{"extend": {"principal": "app", "hours": -4, "by": "a", "reason": "r"}}"# ; "backwards")]
    fn not_requests(json: &str) {
        assert!(serde_json::from_str::<Request>(json).is_err());
    }
}
