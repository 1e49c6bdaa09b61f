//! Somebody with a session, who reads.

use crate::aws::Aws;
use crate::outcome::Outcome;

/// A role that may read secrets, with a live session.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The role's ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The session.
    pub session: Aws,
}

impl Reader {
    /// Reads a secret.
    pub async fn read(&self, secret: &str) -> Outcome {
        Outcome::of(self.session.secrets().get_secret_value().secret_id(secret).send().await)
    }

    /// Looks at a secret without reading it, which no rule minds.
    pub async fn describe(&self, secret: &str) -> Outcome {
        Outcome::of(self.session.secrets().describe_secret().secret_id(secret).send().await)
    }
}
