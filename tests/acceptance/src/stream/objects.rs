//! Objects of S3 that are encrypted under a key of KMS.

use jiff::Timestamp;
use serde_json::json;

use crate::call::Call;
use crate::caller::{ACCOUNT, Caller};
use crate::stream::{Key, Stream};

const S3: &str = "s3.amazonaws.com";

/// How the records of KMS name S3 when it calls with somebody's rights. All of these are met: real records of 2021 say
/// `AWS Internal`, those of 2026 `fas.s3.amazonaws.com` (a forward access session).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `AWS Internal`.
    Internal,
    /// `s3.amazonaws.com`.
    Service,
    /// `fas.s3.amazonaws.com`.
    Forwarded,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Internal, Self::Service, Self::Forwarded];

    const fn name(self) -> &'static str {
        match self {
            Self::Internal => "AWS Internal",
            Self::Service => S3,
            Self::Forwarded => "fas.s3.amazonaws.com",
        }
    }
}

/// A bucket whose objects are encrypted under a key, each under a data key of its own.
#[derive(Clone, Debug)]
pub struct Bucket {
    name: String,
    key: Key,
    form: Form,
}

impl Bucket {
    /// A bucket.
    pub fn new(name: &str, key: &Key, form: Form) -> Self {
        Self { name: name.to_owned(), key: key.clone(), form }
    }
}

impl Stream {
    /// `GetObject` as a data event, which a trail may leave out, and behind it `Decrypt`, which it does not
    /// (S3 User Guide, *Using server-side encryption with AWS KMS keys*: `aws:s3:arn`). `Decrypt` comes last.
    pub fn get_object(&mut self, at: Timestamp, caller: &Caller, bucket: &Bucket, object: &str) {
        let Bucket { name, key, form } = bucket;
        let (bucket_arn, arn) = (format!("arn:aws:s3:::{name}"), format!("arn:aws:s3:::{name}/{object}"));
        let resources = json!([
            {"type": "AWS::S3::Object", "ARN": arn},
            {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": bucket_arn},
        ]);
        let read = Call::reads(caller, S3, "GetObject", json!({"bucketName": name, "key": object}))
            .with("resources", resources)
            .with("managementEvent", json!(false))
            .with("eventCategory", json!("Data"));
        self.add(at, &read);
        self.decrypt(at, &caller.behind(form.name()), key, &json!({"aws:s3:arn": arn}));
    }
}
