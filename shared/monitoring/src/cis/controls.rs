//! The controls and their patterns.
//!
//! The patterns of 1 to 14 stand so, letter by letter, on the page of AWS (Security Hub User Guide, *Security Hub controls
//! for CloudWatch*, "Define pattern, Filter pattern" of CloudWatch.1 to CloudWatch.14). Security Hub's own order is not
//! CIS's: the number here is CIS's. Security Hub has no check of 15, Organizations; its pattern is that of the benchmark as
//! tools that check it quote it, and could not be compared with the benchmark itself. The last is ours.

/// A control: what is looked for in the log of the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// Its name, in the names of its filter and its alarm.
    pub name: &'static str,
    /// Its number in the monitoring section of the benchmark; absent for what the benchmark leaves out.
    pub number: Option<u8>,
    /// What happened, when it rings.
    pub title: &'static str,
    /// What to do first.
    pub advice: &'static str,
    /// The pattern that an event matches.
    pub pattern: &'static str,
    /// How many events within five minutes ring.
    pub at_least: u32,
}

macro_rules! controls {
    ($($name:literal, $number:expr, $at_least:literal, $title:literal, $advice:literal, $pattern:expr;)+) => {
        /// Every control, in the benchmark's order.
        pub const CONTROLS: &[Control] = &[$(Control {
            name: $name, number: $number, title: $title, advice: $advice, pattern: $pattern, at_least: $at_least,
        }),+];
    };
}

controls! {
    // Everybody is denied something every day, by the console alone many times: ten within five minutes are a search. The
    // keys and secrets that matter have an alarm of their own, which rings from the first denial on.
    "unauthorized-calls", Some(1), 10, "Calls were denied",
        "Find out who makes them, and what they look for.",
        r#"{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}"#;
    "sign-in-without-mfa", Some(2), 1, "An IAM user signed in to the console without MFA",
        "Ask the user; give the user an MFA device.",
        r#"{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }"#;
    "root-used", Some(3), 1, "The root user was used",
        "Ask whoever holds its credentials; nobody should need it.",
        r#"{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}"#;
    "iam-policy-changed", Some(4), 1, "A policy of IAM was changed",
        "Compare it with the changes that are planned.",
        "{($.eventSource=iam.amazonaws.com) && (($.eventName=DeleteGroupPolicy) || ($.eventName=DeleteRolePolicy) || \
         ($.eventName=DeleteUserPolicy) || ($.eventName=PutGroupPolicy) || ($.eventName=PutRolePolicy) || \
         ($.eventName=PutUserPolicy) || ($.eventName=CreatePolicy) || ($.eventName=DeletePolicy) || \
         ($.eventName=CreatePolicyVersion) || ($.eventName=DeletePolicyVersion) || ($.eventName=AttachRolePolicy) || \
         ($.eventName=DetachRolePolicy) || ($.eventName=AttachUserPolicy) || ($.eventName=DetachUserPolicy) || \
         ($.eventName=AttachGroupPolicy) || ($.eventName=DetachGroupPolicy))}";
    "trail-changed", Some(5), 1, "A trail of CloudTrail was made, changed, started, stopped or deleted",
        "Look whether it still logs: Portcullis sees by it.",
        "{($.eventName=CreateTrail) || ($.eventName=UpdateTrail) || ($.eventName=DeleteTrail) || \
         ($.eventName=StartLogging) || ($.eventName=StopLogging)}";
    // People mistype their passwords; five within five minutes are somebody who does not know it.
    "sign-in-failed", Some(6), 5, "Signing in to the console failed",
        "Find out from where, and for which user.",
        r#"{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}"#;
    "key-disabled-or-deleted", Some(7), 1, "A key of KMS was disabled or is to be deleted",
        "Cancel that unless it is planned: what it encrypts cannot be read without it.",
        "{($.eventSource=kms.amazonaws.com) && (($.eventName=DisableKey) || ($.eventName=ScheduleKeyDeletion))}";
    "bucket-policy-changed", Some(8), 1, "The policy of a bucket, or what else guards it, was changed",
        "Look who may read it now.",
        "{($.eventSource=s3.amazonaws.com) && (($.eventName=PutBucketAcl) || ($.eventName=PutBucketPolicy) || \
         ($.eventName=PutBucketCors) || ($.eventName=PutBucketLifecycle) || ($.eventName=PutBucketReplication) || \
         ($.eventName=DeleteBucketPolicy) || ($.eventName=DeleteBucketCors) || ($.eventName=DeleteBucketLifecycle) || \
         ($.eventName=DeleteBucketReplication))}";
    "config-changed", Some(9), 1, "AWS Config was changed or stopped",
        "Look whether it still records.",
        "{($.eventSource=config.amazonaws.com) && (($.eventName=StopConfigurationRecorder) || \
         ($.eventName=DeleteDeliveryChannel) || ($.eventName=PutDeliveryChannel) || \
         ($.eventName=PutConfigurationRecorder))}";
    "security-group-changed", Some(10), 1, "A security group was changed",
        "Look what it lets in now.",
        "{($.eventName=AuthorizeSecurityGroupIngress) || ($.eventName=AuthorizeSecurityGroupEgress) || \
         ($.eventName=RevokeSecurityGroupIngress) || ($.eventName=RevokeSecurityGroupEgress) || \
         ($.eventName=CreateSecurityGroup) || ($.eventName=DeleteSecurityGroup)}";
    "network-acl-changed", Some(11), 1, "A network access control list was changed",
        "Look what it lets in now.",
        "{($.eventName=CreateNetworkAcl) || ($.eventName=CreateNetworkAclEntry) || ($.eventName=DeleteNetworkAcl) || \
         ($.eventName=DeleteNetworkAclEntry) || ($.eventName=ReplaceNetworkAclEntry) || \
         ($.eventName=ReplaceNetworkAclAssociation)}";
    "gateway-changed", Some(12), 1, "A gateway of a network was changed",
        "Look where traffic can go now.",
        "{($.eventName=CreateCustomerGateway) || ($.eventName=DeleteCustomerGateway) || \
         ($.eventName=AttachInternetGateway) || ($.eventName=CreateInternetGateway) || \
         ($.eventName=DeleteInternetGateway) || ($.eventName=DetachInternetGateway)}";
    "route-table-changed", Some(13), 1, "A route table was changed",
        "Look where traffic goes now.",
        "{($.eventSource=ec2.amazonaws.com) && (($.eventName=CreateRoute) || ($.eventName=CreateRouteTable) || \
         ($.eventName=ReplaceRoute) || ($.eventName=ReplaceRouteTableAssociation) || ($.eventName=DeleteRouteTable) || \
         ($.eventName=DeleteRoute) || ($.eventName=DisassociateRouteTable))}";
    "vpc-changed", Some(14), 1, "A network was made, changed, peered or deleted",
        "Compare it with the changes that are planned.",
        "{($.eventName=CreateVpc) || ($.eventName=DeleteVpc) || ($.eventName=ModifyVpcAttribute) || \
         ($.eventName=AcceptVpcPeeringConnection) || ($.eventName=CreateVpcPeeringConnection) || \
         ($.eventName=DeleteVpcPeeringConnection) || ($.eventName=RejectVpcPeeringConnection) || \
         ($.eventName=AttachClassicLinkVpc) || ($.eventName=DetachClassicLinkVpc) || \
         ($.eventName=DisableVpcClassicLink) || ($.eventName=EnableVpcClassicLink)}";
    "organization-changed", Some(15), 1, "The organization was changed",
        "Compare it with the changes that are planned; an account may have left, or a guardrail may be gone.",
        r#"{ ($.eventSource = organizations.amazonaws.com) && (($.eventName = "AcceptHandshake") || ($.eventName = "AttachPolicy") || ($.eventName = "CreateAccount") || ($.eventName = "CreateOrganizationalUnit") || ($.eventName = "CreatePolicy") || ($.eventName = "DeclineHandshake") || ($.eventName = "DeleteOrganization") || ($.eventName = "DeleteOrganizationalUnit") || ($.eventName = "DeletePolicy") || ($.eventName = "DetachPolicy") || ($.eventName = "DisablePolicyType") || ($.eventName = "EnablePolicyType") || ($.eventName = "InviteAccountToOrganization") || ($.eventName = "LeaveOrganization") || ($.eventName = "MoveAccount") || ($.eventName = "RemoveAccountFromOrganization") || ($.eventName = "UpdatePolicy") || ($.eventName = "UpdateOrganizationalUnit")) }"#;
    // What else takes a key away or hands it out. AWS services make grants all day, as those of RDS and EBS do; CloudTrail
    // names the service that asks, so these are left out.
    "key-opened-or-spoilt", None, 1, "A key of KMS was opened to others or spoilt: its policy, a grant, its material, its rotation or an alias",
        "Look who may use it now, and whether it still decrypts.",
        "{($.eventSource=kms.amazonaws.com) && (($.eventName=PutKeyPolicy) || ($.eventName=DeleteImportedKeyMaterial) || \
         (($.eventName=CreateGrant) && ($.userIdentity.invokedBy NOT EXISTS)) || ($.eventName=DisableKeyRotation) || \
         ($.eventName=DeleteAlias))}";
}
