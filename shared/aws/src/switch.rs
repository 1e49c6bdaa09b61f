//! The kill switch: an object named `STOP` beside the settings. Anybody who may write to the bucket can make it, in the
//! console too, and while it is there nobody is contained.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_s3::primitives::ByteStream;
use portcullis_response::{KillSwitch, PortError, ThrowSwitch};

use crate::error::{malformed, port_error};
use crate::objects::{Location, Objects, path_style};

/// The object's name.
const STOP: &str = "STOP";

/// Notes longer than this are cut: they stand on pages.
const LONGEST: usize = 300;

/// The kill switch.
#[derive(Clone, Debug)]
pub struct StopObject {
    objects: Objects,
    client: aws_sdk_s3::Client,
    location: Location,
}

impl StopObject {
    /// The one beside the settings.
    pub fn beside(config: &SdkConfig, settings: &Location) -> Self {
        Self { objects: Objects::new(config), client: path_style(config), location: settings.beside(STOP) }
    }
}

#[async_trait]
impl KillSwitch for StopObject {
    async fn stopped(&self) -> Result<Option<String>, PortError> {
        let note = self.objects.get(&self.location).await?;
        Ok(note.map(|note| String::from_utf8_lossy(&note).chars().take(LONGEST).collect()))
    }
}

#[async_trait]
impl ThrowSwitch for StopObject {
    async fn stop(&self, note: &str) -> Result<(), PortError> {
        let what = || format!("failed to write {}", self.location);
        let Location::S3 { bucket, key } = &self.location else {
            return Err(malformed(what(), "it is not in a bucket"));
        };
        let body = ByteStream::from(note.as_bytes().to_vec());
        let call = self.client.put_object().bucket(bucket).key(key).content_type("text/plain").body(body);
        call.send().await.map(|_| ()).map_err(|error| port_error(what(), error))
    }

    async fn resume(&self) -> Result<(), PortError> {
        let what = || format!("failed to delete {}", self.location);
        let Location::S3 { bucket, key } = &self.location else {
            return Err(malformed(what(), "it is not in a bucket"));
        };
        let call = self.client.delete_object().bucket(bucket).key(key);
        call.send().await.map(|_| ()).map_err(|error| port_error(what(), error))
    }
}
