//! Whoever changes somebody who is contained: `respond` is told at once, and looks whether the containment still holds.

use std::collections::BTreeSet;

use portcullis_cloudtrail::{Access, Record};
use portcullis_detection::{actor_name, contained_target};
use portcullis_response::Watched;

/// Portcullis's own roles are under this path, and what they do needs no watch.
const OWN: &str = ":role/portcullis/";

/// Who was changed by these records, each told once.
pub(crate) fn changed(texts: &[&str], quarantined: &BTreeSet<String>) -> Vec<Watched> {
    if quarantined.is_empty() {
        return Vec::new();
    }
    let mut all: Vec<Watched> = Vec::new();
    // A record that cannot be read was counted and kept already.
    for record in texts.iter().filter_map(|text| Record::parse(text).ok()) {
        let Some(principal) = contained_target(&record, quarantined) else { continue };
        let by = actor_name(&Access::of(&record).actor.principal);
        let event = record.event_id.as_ref().map(|id| id.0.to_string());
        let own = by.as_ref().is_some_and(|by| by.contains(OWN));
        if !own && !all.iter().any(|known| known.principal == principal && known.event == event) {
            all.push(Watched { principal, by, event });
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(by: &str, role: &str) -> String {
        format!(
            r#"{{"eventVersion":"1.11","eventID":"e-1","eventTime":"2026-01-05T08:10:00Z","eventSource":"iam.amazonaws.com",
            "eventName":"DetachRolePolicy","readOnly":false,"recipientAccountId":"111122223333","awsRegion":"us-east-1",
            "userIdentity":{{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/x/s","accountId":"111122223333",
            "sessionContext":{{"sessionIssuer":{{"type":"Role","arn":"{by}","principalId":"AROAEXAMPLEEXAMPLE02"}}}}}},
            "requestParameters":{{"roleName":"{role}","policyArn":"arn:aws:iam::aws:policy/AWSDenyAll"}}}}"#
        )
    }

    #[test]
    fn told_once_and_not_of_ones_own_doing() {
        let contained = "arn:aws:iam::111122223333:role/team/app".to_owned();
        let quarantined = BTreeSet::from([contained.clone()]);
        let admin = "arn:aws:iam::111122223333:role/admin";
        let ours = "arn:aws:iam::111122223333:role/portcullis/portcullis-release";
        let records = [record(admin, "app"), record(admin, "app"), record(ours, "app"), record(admin, "other")];
        let texts: Vec<&str> = records.iter().map(String::as_str).collect();
        let expected = Watched { principal: contained, by: Some(admin.to_owned()), event: Some("e-1".to_owned()) };
        assert_eq!(changed(&texts, &quarantined), [expected]);
        assert!(changed(&texts, &BTreeSet::new()).is_empty());
    }
}
