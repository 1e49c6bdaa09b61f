//! What an error message tells about the target of a refused call.
//!
//! When a call is denied, `requestParameters` may be null and `resources` missing; the text is then the only pointer to
//! the target. Grammar: IAM User Guide, *Troubleshoot access denied error messages*: `User: … is not authorized to
//! perform: ACTION on resource: RESOURCE because …` or `… with an explicit deny in …`, and further text may follow, so
//! nothing is anchored at the end.

/// What IAM puts before the name of a resource of its own.
const IAM_KINDS: [&str; 5] = ["role", "user", "group", "policy", "instance-profile"];

/// The resource that a denial (`errorMessage`) names, as the caller typed it or as an ARN; absent for other messages and
/// for denials that name none.
pub fn denied_resource(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("is not authorized to perform:")?;
    let (_, rest) = rest.split_once(" on resource: ")?;
    let mut words = rest.split_whitespace();
    let first = words.next()?;
    // IAM names its own things by kind and name: `role app`.
    let named = if IAM_KINDS.contains(&first) { words.next()? } else { first };
    let resource = named.trim_matches(|quote| matches!(quote, '"' | '\'' | '`'));
    (!resource.is_empty() && resource != "*").then_some(resource)
}

/// The first ARN of `service` in any message: `Key 'arn:aws:kms:…' does not exist`.
pub(crate) fn mentioned_arn<'m>(message: &'m str, service: &str) -> Option<&'m str> {
    message
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '(' | ')' | ','))
        .map(|word| word.trim_end_matches(['.', ';']))
        .find(|word| word.starts_with("arn:") && word.split(':').nth(2) == Some(service))
}

/// Whether the message speaks of a denial, whatever the error code.
pub(crate) fn speaks_of_denial(message: &str) -> bool {
    // Secrets Manager answers so when only the key's permission is missing; the error code it uses is not documented.
    message.contains("is not authorized to perform") || message.contains("Access to KMS is not allowed")
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    const USER: &str = "User: arn:aws:sts::111122223333:assumed-role/app/s is not authorized to perform: secretsmanager:GetSecretValue";

    #[test_case(" on resource: prod/db because no identity-based policy allows the secretsmanager:GetSecretValue action", Some("prod/db") ; "bare name")]
    #[test_case(" on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSDenyAll",
        Some("arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf") ; "explicit deny")]
    #[test_case(" on resource: prod/db", Some("prod/db") ; "nothing follows")]
    #[test_case(" on resource: role portcullis-respond because no identity-based policy allows it", Some("portcullis-respond") ; "a role by its name")]
    #[test_case(" on resource: * because no identity-based policy allows it", None ; "star")]
    #[test_case(" because no identity-based policy allows the secretsmanager:ListSecrets action", None ; "no resource")]
    #[test_case(" on the resource associated with this ciphertext because the resource does not exist", None ; "ciphertext")]
    fn resources(tail: &str, expected: Option<&str>) {
        assert_eq!(denied_resource(&format!("{USER}{tail}")), expected);
    }

    #[test_case(
        "Key 'arn:aws:kms:us-east-1:111122223333:key/1234abcd' does not exist",
        Some("arn:aws:kms:us-east-1:111122223333:key/1234abcd")
    )]
    #[test_case(
        "arn:aws:kms:us-east-1:111122223333:key/1234abcd is pending deletion.",
        Some("arn:aws:kms:us-east-1:111122223333:key/1234abcd")
    )]
    #[test_case("User: arn:aws:iam::111122223333:user/a may not", None)]
    fn arns(message: &str, expected: Option<&str>) {
        assert_eq!(mentioned_arn(message, "kms"), expected);
    }
}
