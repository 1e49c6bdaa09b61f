//! A bucket of log files.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::types::Object as Listed;
use portcullis_logs::{Bucket, Folder, Object, ObjectPage};
use portcullis_response::{PortError, PortErrorKind};

use super::refusal::{Asked, refusal};

/// Where a bucket is looked for first when nothing names a Region: S3 answers there for all others.
const ANYWHERE: &str = "us-east-1";

/// The header that tells a bucket's Region, in refusals too (S3 API Reference, *HeadBucket*).
const REGION: &str = "x-amz-bucket-region";

/// An object that breaks off is fetched so many times.
const ATTEMPTS: usize = 3;

/// A bucket of log files.
#[derive(Clone, Debug)]
pub struct LogBucket {
    client: Client,
    bucket: String,
}

impl LogBucket {
    /// Finds the bucket, in whichever Region it is.
    ///
    /// # Errors
    ///
    /// When there is no such bucket, or its objects under `prefix` may not be listed.
    pub async fn open(config: &SdkConfig, bucket: &str, prefix: &str) -> Result<Self, PortError> {
        let region = config.region().cloned().unwrap_or_else(|| Region::from_static(ANYWHERE));
        let found = Self { client: client(config, region.clone()), bucket: bucket.to_owned() };
        let tried = |found: &Self| found.client.list_objects_v2().bucket(bucket).prefix(prefix).max_keys(1).send();
        let Err(error) = tried(&found).await else { return Ok(found) };
        let elsewhere = bucket_region(&error).filter(|elsewhere| *elsewhere != region.as_ref());
        let Some(elsewhere) = elsewhere.map(str::to_owned) else {
            return Err(refusal(format!("failed to list {}", found.name(prefix)), bucket, Asked::List, error));
        };
        let found = Self { client: client(config, Region::new(elsewhere)), ..found };
        match tried(&found).await {
            Ok(_) => Ok(found),
            Err(error) => Err(refusal(format!("failed to list {}", found.name(prefix)), bucket, Asked::List, error)),
        }
    }
}

/// With time for whole log files, and patience: a replay waits for nobody but S3.
fn client(config: &SdkConfig, region: Region) -> Client {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(30))
        .operation_timeout(Duration::from_secs(150))
        .build();
    let builder = Builder::from(config)
        .region(region)
        // Endpoints that are not AWS's own seldom resolve a bucket's name as a host.
        .force_path_style(config.endpoint_url().is_some())
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        .timeout_config(timeouts);
    Client::from_conf(builder.build())
}

fn bucket_region<E>(error: &SdkError<E, HttpResponse>) -> Option<&str> {
    error.raw_response().and_then(|response| response.headers().get(REGION))
}

#[async_trait]
impl Bucket for LogBucket {
    async fn folder(&self, prefix: &str) -> Result<Folder, PortError> {
        let mut folder = Folder::default();
        let mut token = None;
        loop {
            let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix).delimiter("/");
            let page = call.set_continuation_token(token.take()).send().await;
            let page = page.map_err(|error| self.unlisted(prefix, error))?;
            folder.folders.extend(page.common_prefixes.into_iter().flatten().filter_map(|common| common.prefix));
            folder.objects.extend(page.contents.into_iter().flatten().filter_map(object));
            match page.next_continuation_token {
                Some(next) => token = Some(next),
                None => return Ok(folder),
            }
        }
    }

    async fn page(
        &self,
        prefix: &str,
        after: Option<&str>,
        token: Option<String>,
        most: usize,
    ) -> Result<ObjectPage, PortError> {
        let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let call = call.set_start_after(after.map(str::to_owned)).set_continuation_token(token);
        let page = call.max_keys(i32::try_from(most).unwrap_or(i32::MAX)).send().await;
        let page = page.map_err(|error| self.unlisted(prefix, error))?;
        let objects = page.contents.into_iter().flatten().filter_map(object).collect();
        Ok(ObjectPage { objects, next: page.next_continuation_token })
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>, PortError> {
        let what = || "failed to fetch it".to_owned();
        let mut attempt = 1;
        loop {
            let object = self.client.get_object().bucket(&self.bucket).key(key).send().await;
            let object = object.map_err(|error| refusal(what(), &self.bucket, Asked::Get(key), error))?;
            match object.body.collect().await {
                Ok(body) => return Ok(body.to_vec()),
                Err(_) if attempt < ATTEMPTS => attempt += 1,
                Err(error) => {
                    let source = Some(Box::new(error).into());
                    return Err(PortError { what: what(), kind: PortErrorKind::Retryable, source });
                }
            }
        }
    }

    fn name(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }
}

impl LogBucket {
    fn unlisted<E>(&self, prefix: &str, error: SdkError<E, HttpResponse>) -> PortError
    where
        E: aws_sdk_s3::error::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        refusal(format!("failed to list {}", self.name(prefix)), &self.bucket, Asked::List, error)
    }
}

fn object(listed: Listed) -> Option<Object> {
    let size = listed.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
    Some(Object { key: listed.key?, size })
}
