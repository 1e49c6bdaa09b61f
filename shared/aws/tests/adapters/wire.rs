//! Answers as services write them, so that the codes the adapters look for are read from real bytes.

/// An error of IAM or SNS, which speak XML (IAM API Reference, *Common errors*).
pub(crate) fn xml_error(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
    )
}

/// An error of DynamoDB, which speaks JSON (DynamoDB Developer Guide, *Error handling*).
pub(crate) fn json_error(code: &str, message: &str) -> String {
    format!("{{\"__type\":\"com.amazonaws.dynamodb.v20120810#{code}\",\"message\":\"{message}\"}}")
}

/// A transaction that DynamoDB cancelled, with the reason for each item in order (DynamoDB API Reference,
/// *TransactWriteItems*, "Errors").
pub(crate) fn cancelled(reasons: &[&str]) -> String {
    let each: Vec<String> = reasons.iter().map(|reason| format!("{{\"Code\":\"{reason}\"}}")).collect();
    let message = format!("Transaction cancelled, please refer cancellation reasons for specific reasons {reasons:?}");
    let message = message.replace('"', "");
    format!(
        "{{\"__type\":\"com.amazonaws.dynamodb.v20120810#TransactionCanceledException\",\"Message\":\"{message}\",\
         \"CancellationReasons\":[{}]}}",
        each.join(",")
    )
}

/// An error of CloudWatch, which speaks CBOR (Smithy, *RPC v2 CBOR protocol*, Operation error serialization): a map of two
/// short texts to two others.
#[cfg(feature = "monitoring")]
pub(crate) fn cbor_error(code: &str, message: &str) -> Vec<u8> {
    let mut body = vec![0xa2];
    for text in ["__type", code, "message", message] {
        body.extend([0x78, u8::try_from(text.len()).unwrap()]);
        body.extend(text.bytes());
    }
    body
}

/// An error of S3, which speaks XML of its own (S3 API Reference, *Error responses*).
pub(crate) fn s3_error(code: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>No.</Message><RequestId>r-1</RequestId></Error>")
}
