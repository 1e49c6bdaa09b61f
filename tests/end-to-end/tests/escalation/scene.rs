//! Who there is to try things on, in the account of the role that was stolen.

use anyhow::{Context as _, Result};
use aws_sdk_iam::types::Tag;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::emulator::Emulator;
use portcullis_end_to_end::identity::{self, allow};
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{ENFORCE, STACK, World};
use portcullis_end_to_end::{DENY_ALL, FOREIGN, HOME};

pub(crate) use portcullis_end_to_end::FOREIGN as MEMBER;

pub(crate) const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
pub(crate) const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
pub(crate) const ROUTING_KEY: &str = "paging/routing-key";
const EXTERNAL_ID: &str = "gatehouse-4711";
const DEPLOYER: (&str, &str) = ("DeployPrincipalArns", "arn:aws:iam::*:role/ci/deploy");

/// Roles that are out of reach, each for another reason: by the template's path, by its tag, as the deployer, and as one
/// of Portcullis's own.
pub(crate) const PROTECTED: [&str; 4] = ["auditor", "tagged", "deploy", "gatehouse-schedule"];
/// The same of a member, where the own one is another.
const PROTECTED_THERE: [&str; 4] = ["auditor", "tagged", "deploy", "gatehouse-forward"];

/// The role that was stolen, and its account.
pub(crate) struct Scene {
    /// The account's root user.
    pub(crate) root: Aws,
    account: &'static str,
    /// What the role is called after the stack.
    pub(crate) part: &'static str,
    /// The lockout policy of the account.
    pub(crate) lockout: String,
    /// A policy of the account that allows everything.
    pub(crate) policy: String,
    /// Something that a key of the account encrypted.
    pub(crate) ciphertext: Vec<u8>,
    /// The access keys of the users `clerk`, whom nothing protects, and `robot`, who is Portcullis's own.
    pub(crate) keys: [String; 2],
}

impl Scene {
    pub(crate) async fn at_home(world: &World, part: &'static str) -> Result<Self> {
        world.create_secret("prod/payroll/db", "hush").await?;
        Self::set(world.root.clone(), HOME, part).await
    }

    /// The role's name.
    pub(crate) fn own(&self) -> String {
        format!("{STACK}-{}", self.part)
    }

    /// The roles of the account that are out of reach.
    pub(crate) const fn protected(&self) -> [&'static str; 4] {
        if self.is_at_home() { PROTECTED } else { PROTECTED_THERE }
    }

    pub(crate) const fn is_at_home(&self) -> bool {
        matches!(self.account.as_bytes(), b"111122223333")
    }

    async fn set(root: Aws, account: &'static str, part: &'static str) -> Result<Self> {
        let roles = [("/team/", "victim"), ("/security/", "auditor"), ("/team/", "tagged"), ("/ci/", "deploy")];
        for (path, name) in roles {
            identity::create_role(&root, path, name, &[]).await?;
        }
        // Which trusts everybody here.
        identity::create_role(&root, "/team/", "open", &[]).await?;
        let tag = Tag::builder().key("portcullis:protected").value("true").build()?;
        root.iam().tag_role().role_name("tagged").tags(tag).send().await?;
        let nothing = [allow(&["sts:GetCallerIdentity"], "*")];
        identity::create_user(&root, "/team/", "clerk", &nothing).await?;
        identity::create_user(&root, "/portcullis/", "robot", &nothing).await?;
        let keys = [identity::access_key(&root, "clerk").await?.0, identity::access_key(&root, "robot").await?.0];
        let policy = identity::create_policy(&root, "everything", &[allow(&["*"], "*")]).await?;
        let key = root.kms().create_key().send().await?.key_metadata.context("there is no key")?.key_id;
        let encrypt = root.kms().encrypt().key_id(&key).plaintext(b"hush".as_slice().into());
        let ciphertext = encrypt.send().await?.ciphertext_blob.context("nothing was encrypted")?.into_inner();
        let lockout = format!("arn:aws:iam::{account}:policy/portcullis/{STACK}-lockout");
        Ok(Self { root, account, part, lockout, policy, ciphertext, keys })
    }

    /// Puts both deny policies and a boundary on the victim and the clerk, and makes the clerk's key inactive, so that
    /// there is something to undo; `tagged` is in quarantine since before it was protected, and `auditor` has a policy and a boundary that are no business of Portcullis's.
    pub(crate) async fn contain_everybody(&self) -> Result<()> {
        let iam = self.root.iam();
        for policy in [DENY_ALL, &self.lockout] {
            for role in ["victim", "gatehouse-forward", "gatehouse-schedule"].iter().filter(|role| self.has(role)) {
                iam.attach_role_policy().role_name(*role).policy_arn(policy).send().await?;
            }
            for user in ["clerk", "robot"] {
                iam.attach_user_policy().user_name(user).policy_arn(policy).send().await?;
            }
        }
        iam.attach_role_policy().role_name("tagged").policy_arn(DENY_ALL).send().await?;
        iam.put_role_permissions_boundary().role_name("victim").permissions_boundary(DENY_ALL).send().await?;
        iam.put_user_permissions_boundary().user_name("clerk").permissions_boundary(&self.lockout).send().await?;
        iam.put_user_permissions_boundary().user_name("robot").permissions_boundary(DENY_ALL).send().await?;
        iam.attach_role_policy().role_name("auditor").policy_arn(READ_ONLY).send().await?;
        iam.put_role_permissions_boundary().role_name("auditor").permissions_boundary(READ_ONLY).send().await?;
        for (user, key) in ["clerk", "robot"].iter().zip(&self.keys) {
            let update = iam.update_access_key().user_name(*user).access_key_id(key);
            update.status(aws_sdk_iam::types::StatusType::Inactive).send().await?;
        }
        Ok(())
    }

    fn has(&self, role: &str) -> bool {
        role == "victim" || self.protected().contains(&role)
    }

    /// Nobody who is out of reach has anything attached.
    pub(crate) async fn assert_untouched(&self) -> Result<()> {
        for role in self.protected() {
            assert_eq!(identity::attached_to(&self.root, role).await?, Vec::<String>::new(), "{role}");
            assert_eq!(identity::boundary_of(&self.root, role).await?, None, "{role}");
        }
        assert_eq!(identity::attached_to_user(&self.root, "robot").await?, Vec::<String>::new());
        Ok(())
    }
}

/// A world whose stack has members and a deployer.
pub(crate) async fn world() -> Result<Option<World>> {
    let Some(emulator) = Emulator::start_or_skip()? else { return Ok(None) };
    built(emulator, &[]).await.map(Some)
}

/// The same with PagerDuty, at an address where nobody listens.
pub(crate) async fn world_with_pagerduty() -> Result<Option<World>> {
    let Some(emulator) = Emulator::start_or_skip()? else { return Ok(None) };
    let root = emulator.root_of(HOME).await;
    let secret = root.secrets().create_secret().name(ROUTING_KEY).secret_string("none").send().await?;
    let arn = secret.arn.context("the secret has no ARN")?;
    let more = [("PagerDutyRoutingKeySecretArn", &*arn), ("PagerDutyUrl", "https://localhost/v2/enqueue")];
    built(emulator, &more).await.map(Some)
}

async fn built(emulator: Emulator, more: &[(&str, &str)]) -> Result<World> {
    let members = [("MemberAccountIds", FOREIGN), ("ExternalId", EXTERNAL_ID), DEPLOYER];
    let parameters: Vec<_> = members.into_iter().chain(more.iter().copied()).collect();
    let world = World::build(emulator, STACK, Some(ENFORCE), &parameters).await?;
    let there = world.emulator.root_of(MEMBER).await;
    world.stack.deploy_member(&there, HOME, &[("ExternalId", EXTERNAL_ID), DEPLOYER]).await?;
    Ok(world)
}

/// A scene in the member account.
pub(crate) async fn member(world: &World, part: &'static str) -> Result<Scene> {
    let there = world.emulator.root_of(MEMBER).await;
    there.secrets().create_secret().name("prod/payroll/db").secret_string("hush").send().await?;
    Scene::set(there, MEMBER, part).await
}

/// A role of Portcullis.
pub(crate) fn portcullis_role(account: &str, part: &str) -> String {
    format!("arn:aws:iam::{account}:role/portcullis/{STACK}-{part}")
}

/// A session of the scene's role, as if its trust policy had been opened and the role made an administrator.
pub(crate) async fn stolen(world: &World, scene: &Scene) -> Result<Aws> {
    let own = scene.own();
    let attach = scene.root.iam().attach_role_policy().role_name(&own).policy_arn(ADMINISTRATOR);
    assert_eq!(Outcome::of(attach.send().await), Outcome::Allowed);
    session(world, scene).await
}

/// A session of the scene's role, as if its trust policy had been opened.
pub(crate) async fn session(world: &World, scene: &Scene) -> Result<Aws> {
    identity::open_trust(&scene.root, &scene.own()).await?;
    // Somebody of the account at home, whom the opened policy trusts.
    identity::session(&world.root, &portcullis_role(scene.account, scene.part), "intruder", None).await
}

/// Takes a session of another role, with what the roles in members ask for.
pub(crate) async fn assume(who: &Aws, role: &str) -> Outcome {
    let call = who.sts().assume_role().role_arn(role).role_session_name("intruder").external_id(EXTERNAL_ID);
    Outcome::of(call.send().await)
}
