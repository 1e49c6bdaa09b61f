//! Which contained principal an IAM call is about.

use std::collections::BTreeSet;

use portcullis_cloudtrail::{Access, Json, Record};
use portcullis_domain::{AccountId, Outcome};

/// What a call names a principal by, and the word before its path in an ARN (IAM API Reference, *Actions*: `RoleName`,
/// `UserName`, written `roleName` and `userName` by CloudTrail).
const NAMED_BY: [(&str, &str); 2] = [("roleName", "role/"), ("userName", "user/")];

/// The ARN of the contained principal, one of `quarantined`, that a successful writing call of IAM names: the sign that
/// somebody may be undoing a containment.
///
/// A call gives a name without its path, and the account is the one that logged the record. Of several under one name and
/// different paths, all but one of which must be gone, it is the first in the order of their ARNs. A call that gives no name
/// is about its caller, whom it does not name (IAM API Reference, *CreateAccessKey*: `UserName` is optional).
pub fn contained_target(record: &Record<'_>, quarantined: &BTreeSet<String>) -> Option<String> {
    // Looked at for each record, of which next to none comes further than this.
    if quarantined.is_empty() || record.service() != "iam" {
        return None;
    }
    let access = Access::of(record);
    let target = target(record, access.account.as_ref()?, quarantined)?;
    let is_change = access.outcome == Outcome::Success && access.read_only != Some(true);
    is_change.then(|| target.to_owned())
}

/// The contained principal that a call of IAM in `account` names, whatever became of the call.
pub(crate) fn target<'q>(
    record: &Record<'_>,
    account: &AccountId,
    quarantined: &'q BTreeSet<String>,
) -> Option<&'q str> {
    let parameters = record.request_parameters.as_ref().filter(|_| record.service() == "iam")?;
    NAMED_BY.into_iter().find_map(|(member, kind)| {
        let name = parameters.get(member).and_then(Json::as_str)?;
        quarantined.iter().map(String::as_str).find(|arn| is_named(arn, account, kind, name))
    })
}

/// Whether the ARN is that of a principal of this kind and name. Case does not tell two principals of an account apart
/// (IAM User Guide, *IAM and AWS STS quotas*: names are not distinguished by case).
fn is_named(arn: &str, account: &AccountId, kind: &str, name: &str) -> bool {
    // `arn:aws:iam::111122223333:role/team/app`
    let mut parts = arn.splitn(6, ':').skip(4);
    let (Some(owner), Some(resource)) = (parts.next(), parts.next()) else { return false };
    let last = resource.strip_prefix(kind).map(|path| path.rsplit('/').next().unwrap_or(path));
    owner == account.as_str() && last.is_some_and(|last| last.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use test_case::test_case;

    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/team/app";
    const USER: &str = "arn:aws:iam::111122223333:user/alice";
    const MEMBER: &str = "arn:aws:iam::444455556666:role/app";

    fn call(change: &Value) -> String {
        let mut record = json!({
            "eventSource": "iam.amazonaws.com",
            "eventName": "DetachRolePolicy",
            "readOnly": false,
            "recipientAccountId": "111122223333",
            "requestParameters": {"roleName": "app"},
        });
        for (name, value) in change.as_object().into_iter().flatten() {
            record[name] = value.clone();
        }
        record.to_string()
    }

    fn told(change: &Value, quarantined: &[&str]) -> Option<String> {
        let quarantined = quarantined.iter().map(|arn| (*arn).to_owned()).collect();
        contained_target(&Record::parse(&call(change)).unwrap(), &quarantined)
    }

    #[test_case(&json!({}), Some(ROLE) ; "a role under a path")]
    #[test_case(&json!({"requestParameters": {"userName": "alice"}}), Some(USER) ; "a user")]
    #[test_case(&json!({"requestParameters": {"roleName": "APP"}}), Some(ROLE) ; "in another case")]
    #[test_case(&json!({"recipientAccountId": "444455556666"}), Some(MEMBER) ; "of the account that logged it")]
    #[test_case(&json!({"recipientAccountId": null, "userIdentity": {"accountId": "444455556666"}}), Some(MEMBER) ; "of the caller's account where nothing else tells")]
    #[test_case(&json!({"readOnly": "false"}), Some(ROLE) ; "a mark as text")]
    #[test_case(&json!({"readOnly": null}), Some(ROLE) ; "no mark")]
    #[test_case(&json!({"recipientAccountId": null}), None ; "of no account")]
    #[test_case(&json!({"requestParameters": {"roleName": "alice"}}), None ; "a role called as the user is")]
    #[test_case(&json!({"requestParameters": {"userName": "app"}}), None ; "a user called as the role is")]
    #[test_case(&json!({"requestParameters": {"roleName": "team"}}), None ; "a part of the path")]
    #[test_case(&json!({"requestParameters": {"roleName": "ap"}}), None ; "a part of the name")]
    #[test_case(&json!({"requestParameters": {"roleName": ""}}), None ; "an empty name")]
    #[test_case(&json!({"requestParameters": null}), None ; "no parameters")]
    #[test_case(&json!({"requestParameters": {"policyName": "app"}}), None ; "another member")]
    #[test_case(&json!({"eventSource": "sts.amazonaws.com"}), None ; "another service")]
    #[test_case(&json!({"readOnly": true}), None ; "a look")]
    #[test_case(&json!({"errorCode": "AccessDenied"}), None ; "refused")]
    #[test_case(&json!({"errorCode": "NoSuchEntityException"}), None ; "in vain")]
    fn calls(change: &Value, expected: Option<&str>) {
        assert_eq!(told(change, &[ROLE, USER, MEMBER]).as_deref(), expected);
    }

    #[test]
    fn nobody_is_contained() {
        assert_eq!(told(&json!({}), &[]), None);
    }

    #[test]
    fn one_of_the_same_name_in_another_account() {
        assert_eq!(told(&json!({"recipientAccountId": "444455556666"}), &[ROLE, USER]), None);
    }

    #[test]
    fn two_of_one_name() {
        let other = "arn:aws:iam::111122223333:role/app";
        assert_eq!(told(&json!({}), &[ROLE, other]).as_deref(), Some(other));
        assert_eq!(told(&json!({}), &[ROLE, "arn:aws:iam::111122223333:user/app"]).as_deref(), Some(ROLE));
    }

    #[test]
    fn what_is_no_arn_is_nobody() {
        assert_eq!(told(&json!({}), &["app", "arn:aws:iam::111122223333", "role/app"]), None);
    }
}
