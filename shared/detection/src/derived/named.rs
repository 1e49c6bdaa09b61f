//! The names by which a record tells what a call is about, for services whose resources are no assets.

use portcullis_cloudtrail::{Json, Record, Text, denied_resource};

/// The values of `members` in the parameters and the answer, in whatever case CloudTrail spells them, one or a list of
/// each; then `resources[].ARN`; then what a denial names, whose parameters may be missing.
pub(crate) fn resources<'r>(record: &'r Record<'_>, members: &[&str]) -> Vec<&'r str> {
    let mut found = Vec::new();
    for tree in [&record.request_parameters, &record.response_elements].into_iter().flatten() {
        let Json::Object(entries) = tree else { continue };
        let wanted = |name: &str| members.iter().any(|member| member.eq_ignore_ascii_case(name));
        for (_, value) in entries.iter().filter(|(name, _)| wanted(name)) {
            found.extend(one_or_many(value).iter().filter_map(Json::as_str));
        }
    }
    found.extend(record.resources.iter().flatten().filter_map(|resource| resource.arn.as_ref()).map(Text::as_str));
    found.extend(record.error_message.as_ref().and_then(|message| denied_resource(message.as_str())));
    found
}

/// The elements of a list, or the one value that stands for a list of one.
pub(crate) fn one_or_many<'j, 'a>(json: &'j Json<'a>) -> &'j [Json<'a>] {
    match json {
        Json::Array(elements) => elements,
        one => std::slice::from_ref(one),
    }
}

/// The part of an ARN behind `arn:partition:service:region:account:`, the last segment of a queue's URL, any other text
/// as it is.
pub(crate) fn local_part(name: &str) -> &str {
    if name.starts_with("arn:") {
        name.splitn(6, ':').nth(5).unwrap_or_default()
    } else if name.starts_with("https://") {
        name.rsplit('/').next().unwrap_or_default()
    } else {
        name
    }
}

/// The bucket of `arn:aws:s3:::bucket/key`, or of a bare name.
pub(crate) fn bucket(name: &str) -> &str {
    local_part(name).split('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case(r#""requestParameters":{"alarmNames":["a","b"],"other":"c"}"#, &["a", "b"] ; "a list")]
    #[test_case(r#""requestParameters":{"AlarmNames":"a"}"#, &["a"] ; "another case, one value")]
    #[test_case(r#""responseElements":{"alarmNames":"a"}"#, &["a"] ; "from the answer")]
    #[test_case(r#""requestParameters":null,"resources":[{"ARN":"arn:aws:s3:::b"}]"#, &["arn:aws:s3:::b"] ; "from resources")]
    #[test_case(r#""errorMessage":"User: u is not authorized to perform: s3:DeleteBucket on resource: \"arn:aws:s3:::b\" because no""#, &["arn:aws:s3:::b"] ; "from a denial")]
    #[test_case(r#""requestParameters":"alarmNames""#, &[] ; "a string where an object belongs")]
    fn names(rest: &str, expected: &[&str]) {
        let json = format!(r#"{{"eventName":"X",{rest}}}"#);
        assert_eq!(resources(&Record::parse(&json).unwrap(), &["alarmNames"]), expected);
    }

    #[test_case("arn:aws:lambda:eu-west-1:111122223333:function:f:live", "function:f:live")]
    #[test_case("https://sqs.eu-west-1.amazonaws.com/111122223333/q", "q")]
    #[test_case("/aws/lambda/f", "/aws/lambda/f")]
    #[test_case("arn:aws", "" ; "no ARN at all")]
    fn local_parts(name: &str, expected: &str) {
        assert_eq!(local_part(name), expected);
    }

    #[test_case("arn:aws:s3:::logs/AWSLogs/x.json.gz", "logs")]
    #[test_case("arn:aws:s3:::logs", "logs" ; "the bucket itself")]
    #[test_case("logs", "logs" ; "by name")]
    fn buckets(name: &str, expected: &str) {
        assert_eq!(bucket(name), expected);
    }
}
