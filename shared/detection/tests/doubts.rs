//! Rules that load and can hardly ever fire are named, with line and advice; sound ones never are.

#![cfg(test)]

use insta::assert_snapshot;
use portcullis_detection::{RuleFile, RuleSet, built_in};
use test_case::test_case;

/// What is said of the files as somebody's own.
fn told(files: &[RuleFile]) -> String {
    let set = RuleSet::load(files);
    assert_eq!(set.problems(), []);
    set.doubts().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A rule of which `detection` is all but the condition.
fn doubts_if(detection: &str, condition: &str) -> String {
    let detection: String = detection.lines().map(|line| format!("  {line}\n")).collect();
    let yaml = format!(
        "title: Odd\nname: odd\nlogsource: {{product: aws, service: cloudtrail}}\nlevel: low\ndetection:\n{detection}  \
         condition: {condition}\n"
    );
    told(&[RuleFile { name: "odd.yml".to_owned(), yaml }])
}

fn doubts(selection: &str) -> String {
    doubts_if(&format!("read:\n  {}", selection.replace('\n', "\n  ")), "read")
}

/// Every built-in rule, as if it were somebody's own.
#[test]
fn no_built_in_rule_is_doubtful() {
    let own = |file: RuleFile| RuleFile { name: format!("own/{}", file.name), yaml: file.yaml };
    let own: Vec<RuleFile> = built_in().into_iter().map(own).collect();
    assert_eq!(told(&own), "");
}

#[test]
fn built_in_rules_are_not_looked_at() {
    let mut files = built_in();
    files[0].yaml.push_str("---\ntitle: Odd\nname: odd\nlogsource: {product: aws, service: cloudtrail}\nlevel: low\ndetection: {a: {eventname: x}, condition: a}\n");
    assert!(told(&files).contains("did you mean `eventName`?"), "a changed one is somebody's own");
}

#[test_case("eventName: GetSecretValue" ; "plain")]
#[test_case("eventSource|endswith: .amazonaws.com" ; "a suffix")]
#[test_case("eventSource|startswith: kms" ; "a prefix")]
#[test_case("eventSource: kms.*" ; "a wildcard")]
#[test_case("eventSource: '*.amazonaws.com'" ; "a wildcard in front")]
#[test_case("userIdentity.sessionContext.sessionIssuer.arn|contains: ':role/x'" ; "a nested member")]
#[test_case("userIdentity.sessionContext.webIdFederationData.attributes.anything: x" ; "an open object in a closed one")]
#[test_case("requestParameters.what.ever: x" ; "a parameter")]
#[test_case("requestParameters: null" ; "an object that is not there")]
#[test_case("responseElements|exists: false" ; "an object that does not exist")]
#[test_case("resources.ARN|endswith: key/x" ; "a list of objects")]
#[test_case("resources.ARN|contains|all: [a, b]" ; "a list may have several values")]
#[test_case("portcullis.asset.name|all: [a, b]" ; "a derived list may, too")]
#[test_case("portcullis.outcome: [success, Denied]" ; "letter case does not count")]
#[test_case("portcullis.outcome: '*ied'" ; "a wildcard among words")]
#[test_case("portcullis.outcome|re: ^(failed|denied)$" ; "an expression among words")]
#[test_case("portcullis.actor.authorized: 'false'" ; "a truth in quotes")]
#[test_case("portcullis.asset.tier: null" ; "absent")]
#[test_case("portcullis.asset.tier|exists: true" ; "present")]
#[test_case("portcullis.actor.arn|fieldref: userIdentity.sessionContext.sessionIssuer.arn" ; "another field")]
#[test_case("eventSource: license-manager.amazonaws.com\neventName: CreateGrant" ; "a call that several services have")]
#[test_case("eventSource: KMS.amazonaws.com\neventName: decrypt" ; "a call of its service")]
fn sound(selection: &str) {
    assert_eq!(doubts(selection), "");
}

#[test]
fn fields_that_no_record_has() {
    assert_snapshot!(doubts("eventname: Decrypt"), @"odd.yml:7: odd: no record has the field `eventname`; did you mean `eventName`?");
    assert_snapshot!(doubts("eventSource: kms.amazonaws.com\nuserIdentity.sessionContext.sessionIssuer.Arn: x"), @"odd.yml:8: odd: no record has the field `userIdentity.sessionContext.sessionIssuer.Arn`; did you mean `userIdentity.sessionContext.sessionIssuer.arn`?");
    assert_snapshot!(doubts("userIdentity.roleName: x"), @"odd.yml:7: odd: no record has the field `userIdentity.roleName`; `userIdentity` has type, principalId, arn, accountId, accessKeyId, userName, userId, identityStoreArn, identityProvider, invokedBy, invokedByDelegate, credentialId, onBehalfOf, inScopeOf, sessionContext");
    assert_snapshot!(doubts("secretId: prod/db"), @"odd.yml:7: odd: no record has the field `secretId`; what a call was given is under `requestParameters.`, what it answered under `responseElements.`");
    assert_snapshot!(doubts("eventName.text: Decrypt"), @"odd.yml:7: odd: no record has the field `eventName.text`: `eventName` has no members");
    assert_snapshot!(doubts("resources[0].ARN: x"), @"odd.yml:7: odd: no record has the field `resources[0].ARN`; a list needs no index: `resources.ARN` stands for every element's");
    assert_snapshot!(doubts("eventContext.tags: x"), @"odd.yml:7: odd: only event data stores keep `eventContext`; records in logs and on EventBridge do not have it");
    assert_snapshot!(doubts("requestParameters|contains: prod/db"), @"odd.yml:7: odd: `requestParameters` is an object and has no value of its own; ask for one of its members: `requestParameters.NAME`");
    assert_snapshot!(doubts("userIdentity: x"), @"odd.yml:7: odd: `userIdentity` is an object and has no value of its own; ask for one of its members: `userIdentity.type`");
    assert_snapshot!(doubts("portcullis.actor.name|fieldref: useridentity.arn"), @"odd.yml:7: odd: no record has the field `useridentity.arn`; did you mean `userIdentity.arn`?");
}

#[test]
fn fields_in_blocks_about_the_elements_of_a_list() {
    let rule = "title: Odd
name: odd
sigma-version: 3
logsource: {product: aws, service: cloudtrail}
level: low
detection:
  key:
    resources[any]:
      type: AWS::KMS::Key
      arn|endswith: key/x
  condition: key
";
    assert_snapshot!(told(&[RuleFile { name: "odd.yml".to_owned(), yaml: rule.to_owned() }]), @"odd.yml:10: odd: no record has the field `resources.arn`; did you mean `resources.ARN`?");
}

#[test]
fn values_that_no_field_has() {
    assert_snapshot!(doubts("eventSource: kms"), @"odd.yml:7: odd: `eventSource` ends with `.amazonaws.com`, so it is never 'kms'; did you mean `kms.amazonaws.com`?");
    assert_snapshot!(doubts("eventSource:\n  - kms.amazonaws.com\n  - aws.secretsmanager"), @"odd.yml:9: odd: `eventSource` ends with `.amazonaws.com`, so it is never 'aws.secretsmanager'; did you mean `secretsmanager.amazonaws.com`?");
    assert_snapshot!(doubts("eventSource|endswith: .amazon.com"), @"odd.yml:7: odd: `eventSource` ends with `.amazonaws.com`, so it is never '.amazon.com'");
    assert_snapshot!(doubts("portcullis.outcome: [success, sucess]"), @"odd.yml:7: odd: `portcullis.outcome` is never 'sucess', but one of success, denied, failed; did you mean `success`?");
    assert_snapshot!(doubts("portcullis.outcome|startswith: succeed"), @"odd.yml:7: odd: `portcullis.outcome` is never 'succeed', but one of success, denied, failed; did you mean `success`?");
    assert_snapshot!(doubts("portcullis.exposes_to: everybody"), @"odd.yml:7: odd: `portcullis.exposes_to` is never 'everybody', but one of public, foreign-account");
    assert_snapshot!(doubts("portcullis.asset.decoy: false"), @"odd.yml:7: odd: `portcullis.asset.decoy` is true or absent, never 'false'; for what it does not hold of, ask for true and put `not` before it in the condition");
    assert_snapshot!(doubts("portcullis.actor.authorized: maybe"), @"odd.yml:7: odd: `portcullis.actor.authorized` is never 'maybe', but one of true, false");
    assert_snapshot!(doubts("userIdentity.type: IAMRole"), @"odd.yml:7: odd: `userIdentity.type` is never 'IAMRole', but one of Root, IAMUser, AssumedRole, Role, FederatedUser, Directory, AWSAccount, AWSService, IdentityCenterUser, SAMLUser, WebIdentityUser, Unknown");
    assert_snapshot!(doubts("portcullis.asset.tier|neq: criticla"), @"odd.yml:7: odd: `portcullis.asset.tier` is never 'criticla', but one of critical, sensitive, standard; did you mean `critical`?");
}

#[test]
fn what_no_record_can_be_at_once() {
    assert_snapshot!(doubts("eventName|all: [Decrypt, Encrypt]"), @"odd.yml:7: odd: `eventName` has one value and cannot be both 'Decrypt' and 'Encrypt'");
    assert_snapshot!(doubts("eventSource: secretsmanager.amazonaws.com\neventName: [GetSecretValue, Decrypt]"), @"odd.yml:8: odd: only `kms.amazonaws.com` has a call 'Decrypt', and the rule asks for another `eventSource`");
    assert_snapshot!(doubts_if("a: {eventName: Decrypt}\nb: {eventName: [Encrypt, Sign]}", "a and b"), @"odd.yml:7: odd: `eventName` has one value and cannot be both 'Decrypt' and 'Encrypt' or 'Sign'");
    assert_snapshot!(doubts_if("sel_a: {eventName: Decrypt}\nsel_b: {eventName: [Encrypt, Sign]}", "all of sel_*"), @"odd.yml:7: odd: `eventName` has one value and cannot be both 'Decrypt' and 'Encrypt' or 'Sign'");
    let apart = "a: {eventName: Decrypt}\nb: {eventName: Encrypt}";
    for condition in ["a or b", "1 of them", "a and not b"] {
        assert_eq!(doubts_if(apart, condition), "", "{condition}");
    }
}

/// The line is that of the rule's own document.
#[test]
fn correlations_and_their_base_rules() {
    let rule = "title: Many
name: many
level: high
correlation:
  type: value_count
  rules: [one]
  group-by: [portcullis.actor.name, sourceIp]
  timespan: 5m
  condition: {gte: 3, field: resources.arn}
---
title: One of portcullis.outcome
name: one
level: informational
logsource: {product: aws, service: cloudtrail}
detection:
  # portcullis.outcome: sucess
  selection:
    portcullis.outcome:
      - success
      - sucess
  condition: selection
";
    assert_snapshot!(told(&[RuleFile { name: "many.yml".to_owned(), yaml: rule.to_owned() }]), @"
    many.yml:20: one: `portcullis.outcome` is never 'sucess', but one of success, denied, failed; did you mean `success`?
    many.yml:7: many: no record has the field `sourceIp`; did you mean `sourceIPAddress`?
    many.yml:9: many: no record has the field `resources.arn`; did you mean `resources.ARN`?
    ");
}
