//! What no role of Portcullis may do, whichever it is.

use anyhow::Result;
use aws_sdk_iam::types::{StatusType, Tag};
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::STACK;

use crate::scene::{ADMINISTRATOR, READ_ONLY, Scene, assume};
use crate::table::Table;

const ANYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"111122223333"}}]}"#;

/// None of it is allowed.
pub(crate) async fn try_all(table: &mut Table, scene: &Scene, who: &Aws) -> Result<()> {
    policies(table, scene, who).await;
    itself(table, scene, who).await?;
    the_lockout_policy(table, scene, who).await;
    new_identities(table, who).await;
    secrets(table, scene, who).await;
    functions(table, who).await;
    table.add("become somebody else", assume(who, &open(scene).await?).await);
    Ok(())
}

/// A role that trusts everybody at home.
async fn open(scene: &Scene) -> Result<String> {
    let role = scene.root.iam().get_role().role_name("open").send().await?.role;
    Ok(role.map(|role| role.arn).unwrap_or_default())
}

async fn attach(who: &Aws, role: &str, policy: &str) -> Outcome {
    Outcome::of(who.iam().attach_role_policy().role_name(role).policy_arn(policy).send().await)
}

/// Rights for others.
async fn policies(table: &mut Table, scene: &Scene, who: &Aws) {
    let iam = who.iam();
    for policy in [ADMINISTRATOR, READ_ONLY, &scene.policy] {
        table.add(&format!("attach {policy} to the victim"), attach(who, "victim", policy).await);
        let user = iam.attach_user_policy().user_name("clerk").policy_arn(policy);
        table.call(&format!("attach {policy} to the clerk"), user.send().await);
        let detach = iam.detach_role_policy().role_name("victim").policy_arn(policy);
        table.call(&format!("detach {policy} from the victim"), detach.send().await);
        let detach = iam.detach_user_policy().user_name("clerk").policy_arn(policy);
        table.call(&format!("detach {policy} from the clerk"), detach.send().await);
    }
    for role in ["victim"].into_iter().chain(scene.protected()) {
        let put = iam.put_role_policy().role_name(role).policy_name("more").policy_document(ANYTHING);
        table.call(&format!("put an inline policy on {role}"), put.send().await);
        let update = iam.update_assume_role_policy().role_name(role).policy_document(TRUST);
        table.call(&format!("change the trust policy of {role}"), update.send().await);
    }
    let put = iam.put_user_policy().user_name("clerk").policy_name("more").policy_document(ANYTHING);
    table.call("put an inline policy on the clerk", put.send().await);
    let delete = iam.delete_user_policy().user_name("clerk").policy_name("inline");
    table.call("delete an inline policy of the clerk", delete.send().await);
    // Whoever may untag may take a protection away.
    let untag = iam.untag_role().role_name("tagged").tag_keys("portcullis:protected");
    table.call("take the protecting tag away", untag.send().await);
    table.call("delete a role", iam.delete_role().role_name("open").send().await);
}

/// Rights for itself.
async fn itself(table: &mut Table, scene: &Scene, who: &Aws) -> Result<()> {
    let (iam, own) = (who.iam(), &scene.own());
    for policy in [ADMINISTRATOR, &scene.policy] {
        table.add(&format!("attach {policy} to itself"), attach(who, own, policy).await);
    }
    let put = iam.put_role_policy().role_name(own).policy_name("more").policy_document(ANYTHING);
    table.call("put an inline policy on itself", put.send().await);
    let replace = iam.put_role_policy().role_name(own).policy_name(scene.part).policy_document(ANYTHING);
    table.call("replace its own policy", replace.send().await);
    let delete = iam.delete_role_policy().role_name(own).policy_name(scene.part);
    table.call("delete its own policy", delete.send().await);
    let trust = iam.update_assume_role_policy().role_name(own).policy_document(TRUST);
    table.call("change its own trust policy", trust.send().await);
    let boundary = iam.put_role_permissions_boundary().role_name(own).permissions_boundary(READ_ONLY);
    table.call("set its own boundary", boundary.send().await);
    let boundary = iam.delete_role_permissions_boundary().role_name(own);
    table.call("delete its own boundary", boundary.send().await);
    table.call("change its own role", iam.update_role().role_name(own).max_session_duration(43200).send().await);
    let tag = Tag::builder().key("team").value("x").build()?;
    table.call("tag itself", iam.tag_role().role_name(own).tags(tag).send().await);
    let detach = iam.detach_role_policy().role_name(own).policy_arn(ADMINISTRATOR);
    table.call("detach from itself", detach.send().await);
    Ok(())
}

/// What everybody who is locked out is held by.
async fn the_lockout_policy(table: &mut Table, scene: &Scene, who: &Aws) {
    let iam = who.iam();
    let create = iam.create_policy_version().policy_arn(&scene.lockout).policy_document(ANYTHING).set_as_default(true);
    table.call("make a new version of the lockout policy", create.send().await);
    let set = iam.set_default_policy_version().policy_arn(&scene.lockout).version_id("v1");
    table.call("set the version of the lockout policy", set.send().await);
    let delete = iam.delete_policy_version().policy_arn(&scene.lockout).version_id("v1");
    table.call("delete a version of the lockout policy", delete.send().await);
    table.call("delete the lockout policy", iam.delete_policy().policy_arn(&scene.lockout).send().await);
    let create = iam.create_policy().policy_name("backdoor").policy_document(ANYTHING);
    table.call("make a policy", create.send().await);
}

async fn new_identities(table: &mut Table, who: &Aws) {
    let iam = who.iam();
    let create = iam.create_role().role_name("backdoor").assume_role_policy_document(TRUST);
    table.call("make a role", create.send().await);
    table.call("make a user", iam.create_user().user_name("backdoor").send().await);
    table.call("make an access key", iam.create_access_key().user_name("clerk").send().await);
    let login = iam.create_login_profile().user_name("clerk").password("correct-horse-battery-1A!");
    table.call("make a password", login.send().await);
    let join = iam.add_user_to_group().user_name("clerk").group_name("admins");
    table.call("join a group", join.send().await);
}

async fn secrets(table: &mut Table, scene: &Scene, who: &Aws) {
    let secrets = who.secrets();
    table.call("read a secret", secrets.get_secret_value().secret_id("prod/payroll/db").send().await);
    let batch = secrets.batch_get_secret_value().secret_id_list("prod/payroll/db");
    table.call("read secrets in a batch", batch.send().await);
    let put = secrets.put_secret_value().secret_id("prod/payroll/db").secret_string("known");
    table.call("write a secret", put.send().await);
    table.call("decrypt", who.kms().decrypt().ciphertext_blob(scene.ciphertext.clone().into()).send().await);
}

/// Whoever changes a function's code has its rights.
async fn functions(table: &mut Table, who: &Aws) {
    let lambda = who.lambda();
    for function in ["detect", "respond", "release"] {
        let name = format!("{STACK}-{function}");
        let replace = lambda.update_function_code().function_name(&name).s3_bucket("artifacts").s3_key("detect.zip");
        table.call(&format!("replace the code of {function}"), replace.send().await);
        let configure = lambda.update_function_configuration().function_name(&name).timeout(1);
        table.call(&format!("configure {function}"), configure.send().await);
    }
    table.call("delete the stack", who.cloudformation().delete_stack().stack_name(STACK).send().await);
}

/// Switches an access key.
pub(crate) async fn switch(who: &Aws, user: &str, key: &str, status: StatusType) -> Outcome {
    Outcome::of(who.iam().update_access_key().user_name(user).access_key_id(key).status(status).send().await)
}
