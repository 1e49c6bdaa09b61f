//! What is tried on others in IAM: putting the two deny policies on, and taking them off.

use anyhow::Result;
use aws_sdk_iam::types::StatusType;
use portcullis_end_to_end::DENY_ALL;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::outcome::Outcome;

use crate::common::switch;
use crate::scene::{READ_ONLY, Scene};
use crate::table::Table;

/// A role or a user of the scene.
#[derive(Clone, Copy)]
enum Whom<'a> {
    Role(&'a str),
    User(&'a str),
}

async fn attach(who: &Aws, whom: Whom<'_>, policy: &str) -> Outcome {
    let iam = who.iam();
    match whom {
        Whom::Role(name) => Outcome::of(iam.attach_role_policy().role_name(name).policy_arn(policy).send().await),
        Whom::User(name) => Outcome::of(iam.attach_user_policy().user_name(name).policy_arn(policy).send().await),
    }
}

async fn detach(who: &Aws, whom: Whom<'_>, policy: &str) -> Outcome {
    let iam = who.iam();
    match whom {
        Whom::Role(name) => Outcome::of(iam.detach_role_policy().role_name(name).policy_arn(policy).send().await),
        Whom::User(name) => Outcome::of(iam.detach_user_policy().user_name(name).policy_arn(policy).send().await),
    }
}

async fn bind(who: &Aws, whom: Whom<'_>, policy: &str) -> Outcome {
    let iam = who.iam();
    match whom {
        Whom::Role(name) => {
            let call = iam.put_role_permissions_boundary().role_name(name).permissions_boundary(policy);
            Outcome::of(call.send().await)
        }
        Whom::User(name) => {
            let call = iam.put_user_permissions_boundary().user_name(name).permissions_boundary(policy);
            Outcome::of(call.send().await)
        }
    }
}

async fn unbind(who: &Aws, whom: Whom<'_>) -> Outcome {
    let iam = who.iam();
    match whom {
        Whom::Role(name) => Outcome::of(iam.delete_role_permissions_boundary().role_name(name).send().await),
        Whom::User(name) => Outcome::of(iam.delete_user_permissions_boundary().user_name(name).send().await),
    }
}

const VICTIM: Whom<'static> = Whom::Role("victim");
const CLERK: Whom<'static> = Whom::User("clerk");

/// Whoever is out of reach, by name.
fn protected(scene: &Scene) -> impl Iterator<Item = (&'static str, Whom<'static>)> {
    scene.protected().into_iter().map(|role| (role, Whom::Role(role))).chain([("robot", Whom::User("robot"))])
}

/// What the role of respond, or the one that contains in a member, tries. Answers with what it may.
pub(crate) async fn as_respond(table: &mut Table, scene: &Scene, who: &Aws) -> Result<Vec<&'static str>> {
    let lockout = &*scene.lockout;
    for (name, whom) in protected(scene) {
        for policy in [DENY_ALL, lockout] {
            table.add(&format!("attach {policy} to {name}"), attach(who, whom, policy).await);
            table.add(&format!("set {policy} as the boundary of {name}"), bind(who, whom, policy).await);
        }
    }
    let own = scene.own();
    table.add("attach the deny policy to itself", attach(who, Whom::Role(&own), DENY_ALL).await);
    let [clerk, robot] = &scene.keys;
    table.add("switch off a key of Portcullis's own", switch(who, "robot", robot, StatusType::Inactive).await);
    for (name, whom) in [("victim", VICTIM), ("clerk", CLERK)] {
        table.add(&format!("set another boundary for the {name}"), bind(who, whom, READ_ONLY).await);
        table.add(
            &format!("set the account's own policy as boundary for the {name}"),
            bind(who, whom, &scene.policy).await,
        );
    }
    table.add("attach the deny policy to the victim", attach(who, VICTIM, DENY_ALL).await);
    table.add("attach the deny policy to the clerk", attach(who, CLERK, DENY_ALL).await);
    table.add("attach the lockout policy to the victim", attach(who, VICTIM, lockout).await);
    table.add("attach the lockout policy to the clerk", attach(who, CLERK, lockout).await);
    table.add("bind the victim by the deny policy", bind(who, VICTIM, DENY_ALL).await);
    table.add("bind the clerk by the deny policy", bind(who, CLERK, DENY_ALL).await);
    table.add("bind the victim by the lockout policy", bind(who, VICTIM, lockout).await);
    table.add("bind the clerk by the lockout policy", bind(who, CLERK, lockout).await);
    table.add("switch off the clerk's key", switch(who, "clerk", clerk, StatusType::Inactive).await);
    // And nothing of this is its to undo.
    for (name, whom) in [("victim", VICTIM), ("clerk", CLERK)] {
        for policy in [DENY_ALL, lockout] {
            table.add(&format!("detach {policy} from the {name}"), detach(who, whom, policy).await);
        }
        table.add(&format!("delete the boundary of the {name}"), unbind(who, whom).await);
    }
    Ok(vec![
        "attach the deny policy to the victim",
        "attach the deny policy to the clerk",
        "attach the lockout policy to the victim",
        "attach the lockout policy to the clerk",
        "bind the victim by the deny policy",
        "bind the clerk by the deny policy",
        "bind the victim by the lockout policy",
        "bind the clerk by the lockout policy",
        "switch off the clerk's key",
    ])
}

/// What the role of release, or the one that lifts in a member, tries where everybody is contained. Answers with what it
/// may.
pub(crate) async fn as_release(table: &mut Table, scene: &Scene, who: &Aws) -> Result<Vec<&'static str>> {
    let lockout = &*scene.lockout;
    for (name, whom) in [("victim", VICTIM), ("clerk", CLERK)] {
        for policy in [DENY_ALL, lockout] {
            table.add(&format!("attach {policy} to the {name}"), attach(who, whom, policy).await);
        }
    }
    // A policy and a boundary that are no business of Portcullis's.
    table.add("detach another policy", detach(who, Whom::Role("auditor"), READ_ONLY).await);
    table.add("delete another boundary", unbind(who, Whom::Role("auditor")).await);
    // Nobody of Portcullis's own was contained, whatever is on them.
    let own = if scene.is_at_home() { "gatehouse-schedule" } else { "gatehouse-forward" };
    for (name, whom) in [(own, Whom::Role(own)), ("robot", Whom::User("robot"))] {
        for policy in [DENY_ALL, lockout] {
            table.add(&format!("detach {policy} from {name}"), detach(who, whom, policy).await);
        }
        table.add(&format!("set a boundary for {name}"), bind(who, whom, READ_ONLY).await);
        table.add(&format!("delete the boundary of {name}"), unbind(who, whom).await);
    }
    let [clerk, robot] = &scene.keys;
    table.add("switch on a key of Portcullis's own", switch(who, "robot", robot, StatusType::Active).await);

    table.add("detach the deny policy from the victim", detach(who, VICTIM, DENY_ALL).await);
    table.add("detach the deny policy from the clerk", detach(who, CLERK, DENY_ALL).await);
    table.add("detach the lockout policy from the victim", detach(who, VICTIM, lockout).await);
    table.add("detach the lockout policy from the clerk", detach(who, CLERK, lockout).await);
    // Whoever is protected by now must still get out.
    table.add("release somebody protected", detach(who, Whom::Role("tagged"), DENY_ALL).await);
    table.add("delete the victim's boundary", unbind(who, VICTIM).await);
    table.add("delete the clerk's boundary", unbind(who, CLERK).await);
    // Which boundary was there before, no policy of IAM can know.
    table.add("restore the victim's boundary", bind(who, VICTIM, READ_ONLY).await);
    table.add("restore the clerk's boundary", bind(who, CLERK, READ_ONLY).await);
    table.add("switch on the clerk's key", switch(who, "clerk", clerk, StatusType::Active).await);
    table.add("delete the restored boundary", unbind(who, VICTIM).await);
    Ok(vec![
        "detach the deny policy from the victim",
        "detach the deny policy from the clerk",
        "detach the lockout policy from the victim",
        "detach the lockout policy from the clerk",
        "release somebody protected",
        "delete the victim's boundary",
        "delete the clerk's boundary",
        "restore the victim's boundary",
        "restore the clerk's boundary",
        "switch on the clerk's key",
    ])
}

/// What a role tries that has nothing to do with containments. None of it is allowed.
pub(crate) async fn as_nobody(table: &mut Table, scene: &Scene, who: &Aws) -> Result<()> {
    let everybody = protected(scene).chain([("victim", VICTIM), ("clerk", CLERK)]);
    for (name, whom) in everybody {
        for policy in [DENY_ALL, &*scene.lockout] {
            table.add(&format!("attach {policy} to {name}"), attach(who, whom, policy).await);
            table.add(&format!("detach {policy} from {name}"), detach(who, whom, policy).await);
            table.add(&format!("set {policy} as the boundary of {name}"), bind(who, whom, policy).await);
        }
        table.add(&format!("delete the boundary of {name}"), unbind(who, whom).await);
    }
    let [clerk, _] = &scene.keys;
    table.add("switch off the clerk's key", switch(who, "clerk", clerk, StatusType::Inactive).await);
    Ok(())
}
