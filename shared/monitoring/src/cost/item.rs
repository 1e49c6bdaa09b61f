//! What AWS bills, as far as Portcullis uses it.

/// Something that has a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item {
    /// Its name in a file of prices.
    pub key: &'static str,
    /// What one of it is called.
    pub unit: &'static str,
    /// The price in the file is that of so many.
    pub lot: u32,
    /// Where AWS publishes it: the page, and the heading on it.
    pub page: &'static str,
}

macro_rules! items {
    ($($constant:ident: $key:literal, $unit:literal, $lot:literal, $page:literal;)+) => {
        impl Item {
            $(
                #[doc = $page]
                pub const $constant: Self = Self { key: $key, unit: $unit, lot: $lot, page: $page };
            )+
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$constant),+];
        }
    };
}

items! {
    METRIC: "custom-metric", "metrics", 1, "Amazon CloudWatch pricing, Metrics";
    ALARM: "alarm", "alarms", 1, "Amazon CloudWatch pricing, Alarms, standard resolution";
    ANOMALY_ALARM: "anomaly-alarm", "alarms", 1, "Amazon CloudWatch pricing, Alarms, anomaly detection";
    COMPOSITE_ALARM: "composite-alarm", "alarms", 1, "Amazon CloudWatch pricing, Alarms, composite";
    DASHBOARD: "dashboard", "dashboards", 1, "Amazon CloudWatch pricing, Dashboards";
    CLOUDWATCH_REQUEST: "cloudwatch-request", "requests", 1000, "Amazon CloudWatch pricing, Metrics, API requests";
    LOG_INGESTED: "log-ingested", "GB", 1, "Amazon CloudWatch pricing, Logs, collect";
    LOG_STORED: "log-stored", "GB", 1, "Amazon CloudWatch pricing, Logs, store, for a month";
    LAMBDA_REQUEST: "lambda-request", "requests", 1_000_000, "AWS Lambda pricing, requests";
    LAMBDA_DURATION: "lambda-gb-second", "GB-seconds", 1, "AWS Lambda pricing, duration, of your architecture";
    SQS_REQUEST: "sqs-request", "requests", 1_000_000, "Amazon SQS pricing, standard queues";
    EVENT: "event", "events", 1_000_000, "Amazon EventBridge pricing, event buses, AWS management events";
    SCHEDULED: "scheduler-invocation", "invocations", 1_000_000, "Amazon EventBridge pricing, Scheduler";
    DYNAMODB_WRITE: "dynamodb-write", "write request units", 1_000_000, "Amazon DynamoDB pricing, on-demand capacity";
    DYNAMODB_READ: "dynamodb-read", "read request units", 1_000_000, "Amazon DynamoDB pricing, on-demand capacity";
    SNS_REQUEST: "sns-request", "requests", 1_000_000, "Amazon SNS pricing, standard topics, API requests";
    SNS_DELIVERY: "sns-delivery", "messages", 100_000, "Amazon SNS pricing, standard topics, deliveries of your endpoint";
    S3_GET: "s3-get", "requests", 1000, "Amazon S3 pricing, Requests, GET";
    S3_LIST: "s3-list", "requests", 1000, "Amazon S3 pricing, Requests, LIST";
    KMS_REQUEST: "kms-request", "requests", 10_000, "AWS KMS pricing, requests";
    SECRETS_REQUEST: "secretsmanager-request", "requests", 10_000, "AWS Secrets Manager pricing, API calls";
}
