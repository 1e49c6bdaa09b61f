//! Where pages go.

use std::fmt;
use std::str::FromStr;

use portcullis_domain::AccountId;

/// A standard SNS topic: `arn:aws:sns:eu-west-1:111122223333:portcullis-pages`.
///
/// FIFO topics are refused: they neither deliver to people nor take a message without a group
/// (Amazon SNS Developer Guide, *Amazon SNS FIFO topics*).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicArn(String);

/// The text is not the ARN of a topic that pages can go to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the ARN of a standard SNS topic")]
pub struct TopicArnError(String);

impl TopicArn {
    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TopicArn {
    type Err = TopicArnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split(':').collect();
        let is_topic = match parts.as_slice() {
            ["arn", partition, "sns", region, account, name] => {
                partition.starts_with("aws")
                    && !region.is_empty()
                    && account.parse::<AccountId>().is_ok()
                    && !name.is_empty()
                    && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            }
            _ => false,
        };
        if is_topic { Ok(Self(text.to_owned())) } else { Err(TopicArnError(text.to_owned())) }
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("arn:aws:sns:eu-west-1:111122223333:pages", true ; "topic")]
    #[test_case("arn:aws:sns:eu-west-1:111122223333:pages.fifo", false ; "fifo topic")]
    #[test_case("arn:aws:sns:eu-west-1:111122223333:pages:1234", false ; "subscription")]
    #[test_case("arn:aws:sqs:eu-west-1:111122223333:pages", false ; "queue")]
    #[test_case("pages", false ; "name")]
    fn topics(text: &str, expected: bool) {
        assert_eq!(text.parse::<TopicArn>().is_ok(), expected);
    }
}
