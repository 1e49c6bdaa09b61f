//! Objects in S3, or files that were packed with the function.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use portcullis_response::PortError;

use crate::error::{code, malformed, port_error};

/// Where a text lives: `s3://bucket/key`, or a path in the function's package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// An object, or with a key that ends in `/` (or is empty) all objects under it.
    S3 {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// A file or folder.
    Path(PathBuf),
}

/// The text is not a location.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither `s3://bucket/key` nor a path")]
pub struct LocationError(String);

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
            Some(("", _)) => Err(LocationError(text.to_owned())),
            Some((bucket, key)) => Ok(Self::S3 { bucket: bucket.to_owned(), key: key.to_owned() }),
            None if text.is_empty() || text.contains("://") => Err(LocationError(text.to_owned())),
            None => Ok(Self::Path(PathBuf::from(text))),
        }
    }
}

impl Location {
    /// Another file in the same folder.
    pub fn beside(&self, name: &str) -> Self {
        match self {
            Self::S3 { bucket, key } => {
                let folder = key.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                Self::S3 { bucket: bucket.clone(), key: format!("{folder}{name}") }
            }
            Self::Path(path) => Self::Path(path.with_file_name(name)),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3 { bucket, key } => write!(f, "s3://{bucket}/{key}"),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

/// A client that finds its buckets: endpoints that are not AWS's own seldom resolve a bucket's name as a host.
pub(crate) fn path_style(config: &SdkConfig) -> Client {
    let path_style = config.endpoint_url().is_some();
    Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(path_style).build())
}

/// Reads objects.
#[derive(Clone, Debug)]
pub struct Objects(Client);

impl Objects {
    /// With a client of its own.
    pub fn new(config: &SdkConfig) -> Self {
        Self(path_style(config))
    }

    /// The bytes of an object; nothing when it does not exist.
    ///
    /// # Errors
    ///
    /// When S3 or the file system does not answer, or refuses.
    pub async fn get(&self, location: &Location) -> Result<Option<Vec<u8>>, PortError> {
        let what = || format!("failed to read {location}");
        let (bucket, key) = match location {
            Location::Path(path) => {
                return match std::fs::read(path) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(malformed(what(), error)),
                };
            }
            Location::S3 { bucket, key } => (bucket, key),
        };
        match self.0.get_object().bucket(bucket).key(key).send().await {
            Ok(object) => {
                let body = object.body.collect().await.map_err(|error| PortError {
                    what: what(),
                    kind: portcullis_response::PortErrorKind::Retryable,
                    source: Some(Box::new(error)),
                })?;
                Ok(Some(body.to_vec()))
            }
            // With the right to list the bucket a missing object is told as such (S3 API Reference, *GetObject*).
            Err(error) if code(&error) == Some("NoSuchKey") => Ok(None),
            Err(error) => Err(port_error(what(), error)),
        }
    }

    /// The locations of everything under a prefix or in a folder, whose names end in one of `endings`, sorted.
    ///
    /// # Errors
    ///
    /// When S3 or the file system does not answer, or refuses.
    pub async fn list(&self, location: &Location, endings: &[&str]) -> Result<Vec<Location>, PortError> {
        let what = || format!("failed to list {location}");
        let wanted = |name: &str| endings.iter().any(|ending| name.ends_with(ending));
        let (bucket, prefix) = match location {
            Location::Path(path) => {
                let entries = match std::fs::read_dir(path) {
                    Ok(entries) => entries,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
                    Err(error) => return Err(malformed(what(), error)),
                };
                let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
                let mut paths: Vec<PathBuf> = paths.filter(|path| wanted(&path.to_string_lossy())).collect();
                paths.sort();
                return Ok(paths.into_iter().map(Location::Path).collect());
            }
            Location::S3 { bucket, key } => (bucket, key),
        };
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let call = self.0.list_objects_v2().bucket(bucket).prefix(prefix).set_continuation_token(token.take());
            let page = call.send().await.map_err(|error| port_error(what(), error))?;
            let keys = page.contents.into_iter().flatten().filter_map(|object| object.key);
            found.extend(keys.filter(|key| wanted(key)).map(|key| Location::S3 { bucket: bucket.clone(), key }));
            match page.next_continuation_token {
                Some(next) => token = Some(next),
                None => return Ok(found),
            }
        }
    }
}
