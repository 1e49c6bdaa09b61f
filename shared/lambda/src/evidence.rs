//! Where the ledger's chain is kept too, as far as the function's environment names places.

use portcullis_aws::{DynamoLedger, EventBus, EvidenceBucket, SdkConfig};
use portcullis_response::{KeepEvidence, keep_evidence};

use crate::environment::Environment;

/// The names of the places.
#[derive(Clone, Debug, Default)]
pub struct EvidencePlaces {
    bucket: Option<String>,
    bus: Option<String>,
}

/// The places.
#[derive(Clone, Debug)]
pub struct Evidence {
    bucket: Option<EvidenceBucket>,
    bus: Option<EventBus>,
}

impl EvidencePlaces {
    /// As `PORTCULLIS_EVIDENCE_BUCKET` and `PORTCULLIS_EVENT_BUS` name them; either may be missing.
    pub fn read(environment: &mut Environment) -> Self {
        Self {
            bucket: environment.optional("PORTCULLIS_EVIDENCE_BUCKET", "the name of a bucket under Object Lock"),
            bus: environment.optional("PORTCULLIS_EVENT_BUS", "the name of an event bus"),
        }
    }

    /// With clients of their own.
    pub fn open(self, config: &SdkConfig) -> Evidence {
        Evidence {
            bucket: self.bucket.map(|bucket| EvidenceBucket::new(config, bucket)),
            bus: self.bus.map(|bus| EventBus::new(config, bus)),
        }
    }
}

impl Evidence {
    /// Hands on every link that was not handed on yet. A failure holds nothing back: whatever is left is handed on by the
    /// next invocation of any function. Answers with how many were kept, or with the error's text.
    ///
    /// # Errors
    ///
    /// When a place or the ledger does not answer.
    pub async fn keep(&self, ledger: &DynamoLedger) -> Result<usize, String> {
        let bucket = self.bucket.as_ref().map(|bucket| bucket as &dyn KeepEvidence);
        let bus = self.bus.as_ref().map(|bus| bus as &dyn KeepEvidence);
        let places: Vec<&dyn KeepEvidence> = bucket.into_iter().chain(bus).collect();
        let kept = keep_evidence(ledger, &places).await;
        kept.map_err(|error| {
            let error = error.chain();
            tracing::error!(error, "the ledger's newest links are not kept elsewhere yet");
            error
        })
    }
}
