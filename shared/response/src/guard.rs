//! The guards that can be judged from a record and what Portcullis knows of itself.

use portcullis_domain::{Finding, Principal};
use portcullis_settings::Settings;

use crate::decide::Deployment;
use crate::refusal::Refusal;
use crate::target::Target;

/// The principal that a containment would be put on, unless the record alone speaks against it.
///
/// # Errors
///
/// The first guard that refuses.
pub fn target(finding: &Finding, settings: &Settings, deployment: &Deployment) -> Result<Target, Refusal> {
    let target = match &finding.actor.principal {
        Principal::Role { arn, id } => Target::Role { arn: arn.clone(), id: id.clone() },
        Principal::User { arn, id } => Target::User { arn: arn.clone(), id: id.clone() },
        Principal::Root { .. } => return Err(Refusal::Root),
        Principal::Service { name } => return Err(Refusal::Service { name: name.clone() }),
        Principal::ForeignAccount { account, .. } => return Err(Refusal::ForeignAccount { account: account.clone() }),
        Principal::Unknown { described_as } if finding.burst.as_ref().is_some_and(|burst| !burst.actors.is_empty()) => {
            return Err(Refusal::SeveralActors { named: described_as.clone() });
        }
        other @ (Principal::UnresolvedRole { .. }
        | Principal::IdentityCenterUser { .. }
        | Principal::ExternalIdentity { .. }
        | Principal::Unknown { .. }) => return Err(Refusal::NotNamed { named: other.to_string() }),
    };
    // Foreign before all else: what follows speaks of roles at home and in member accounts.
    let home = deployment.account.as_ref().or(finding.account.as_ref());
    let account = target.account();
    if home.is_some_and(|home| *home != account) && !settings.members.contains(&account) {
        return Err(Refusal::ForeignAccount { account: Some(account) });
    }
    // IAM User Guide, *Service-linked roles*; IAM Identity Center User Guide, *Referencing permission sets*.
    if target.path().starts_with("/aws-service-role/") {
        return Err(Refusal::ServiceLinkedRole);
    }
    if target.path().starts_with("/aws-reserved/") || target.name().starts_with("AWSReservedSSO_") {
        return Err(Refusal::IdentityCenterRole);
    }
    // By path too: the roles in member accounts are under it as well.
    if target.path().starts_with("/portcullis/") || deployment.own_roles.iter().any(|own| own.as_str() == target.arn())
    {
        return Err(Refusal::Itself);
    }
    if deployment.deployers.iter().any(|pattern| pattern.matches(target.arn())) {
        return Err(Refusal::Deployer);
    }
    if let Some(protection) = settings.is_protected(&finding.actor.principal) {
        return Err(Refusal::Protected { by: protection.to_string() });
    }
    Ok(target)
}
