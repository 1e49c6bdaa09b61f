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
