//! What would have been done about a finding, on whom, and how that is undone.

use portcullis_response::{Containment, Entry, PageState, Step, Target};
use portcullis_settings::Response;

use crate::Shown;
use crate::finding::fact;
use crate::html::Page;
use crate::outcome::Row;
use crate::text::time;
use crate::words::raw;

/// Writes the decision and the plan.
pub(super) fn decision(page: &mut Page, shown: &Shown<'_>, row: &Row<'_>) {
    page.tag("h4").text("Decision");
    let Some(entry) = row.entry else {
        page.tag("p")
            .text("None: the rule is being tried out (in shadow). What it finds is written down, and nobody is paged.");
        return;
    };
    let decision = &entry.decision;
    page.tag("dl").class("lines").holds(|page| {
        fact(page, "the response table asks for", |page| page.text(decision.wanted));
        fact(page, "decided", |page| {
            page.tag("strong").text(decision.response);
            if decision.wanted > shown.settings.mode.ceiling() {
                let mode = shown.settings.mode;
                page.text(format_args!(" (the mode {mode} allows at most {})", mode.ceiling()));
            }
        });
        for refusal in &decision.refusals {
            fact(page, "a guard refused", |page| {
                page.tag("em").text(refusal.name());
                page.text(format_args!(": {refusal}"));
            });
        }
        asked(page, entry);
        fact(page, "page", |page| paged(page, &entry.page));
        contained(page, entry);
    });
    plan(page, entry);
}

fn asked(page: &mut Page, entry: &Entry) {
    let Some(ask) = &entry.ask else { return };
    fact(page, "question to on-call", |page| {
        page.text(format_args!("may a {} be put on? An answer would have been heard until ", ask.level));
        time(page, ask.until);
        page.text(match ask.unanswered {
            Response::Lockout => "; without one: lockout",
            Response::Quarantine => "; without one: quarantine",
            Response::Observe | Response::Page | Response::Ask => "; without one: nothing",
        });
        page.text(format_args!(". State at the end of the replay: {}.", ask.state.name()));
    });
}

fn paged(page: &mut Page, state: &PageState) {
    match state {
        PageState::None => page.text("none"),
        PageState::Sent { .. } => page.text("sent"),
        PageState::SentOfFailure { .. } => page.text("sent: the containment failed"),
        PageState::Updated { .. } => page.text("an incident that was open already was brought up to date"),
        PageState::Repeat { of } => {
            page.text("none: the same rule on the same actor was paged a short while before, about ");
            raw(page, of);
        }
    }
}

fn contained(page: &mut Page, entry: &Entry) {
    match &entry.containment {
        None => {}
        Some(Containment::Contained { at, until, level, .. }) => fact(page, "containment", |page| {
            page.text(format_args!("{level} at "));
            time(page, *at);
            page.text("; it would have lifted itself at ");
            time(page, *until);
        }),
        Some(Containment::Failed { error, .. }) => {
            fact(page, "containment", |page| page.text(format_args!("failed: {error}")));
        }
    }
}

fn plan(page: &mut Page, entry: &Entry) {
    page.tag("h4").text("Plan");
    let Some(target) = entry.plan.target.as_ref().filter(|_| !entry.plan.is_empty()) else {
        page.tag("p").text("No call: nothing would have been changed.");
        return;
    };
    let waits = entry.decision.response == Response::Ask;
    page.tag("p").text(if waits { "These calls, once somebody approved:" } else { "These calls, in this order:" });
    page.tag("ol").class("calls").holds(|page| {
        for step in &entry.plan.steps {
            page.tag("li").holds(|page| raw(page, step.call(target)));
        }
    });
    page.tag("p").holds(|page| {
        page.text("Undone at its deadline by itself, or before by ");
        raw(page, format_args!("portcullis release {}", target.arn()));
        page.text(", with these:");
    });
    page.tag("ol").class("calls").holds(|page| {
        for step in entry.plan.steps.iter().rev() {
            page.tag("li").holds(|page| raw(page, undo(step, target)));
        }
    });
}

/// The call that takes a step back, as a reader of CloudTrail will find it.
fn undo(step: &Step, target: &Target) -> String {
    let (kind, arn) = (if matches!(target, Target::Role { .. }) { "Role" } else { "User" }, target.arn());
    match step {
        Step::AttachPolicy { policy } => format!("iam:Detach{kind}Policy {policy} from {arn}"),
        Step::PutBoundary { former: None, .. } => format!("iam:Delete{kind}PermissionsBoundary on {arn}"),
        Step::PutBoundary { former: Some(former), .. } => format!("iam:Put{kind}PermissionsBoundary {former} on {arn}"),
        Step::DeactivateKey { key } => format!("iam:UpdateAccessKey {key} of {arn} to Active"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_its_way_back() {
        let role = Target::Role { arn: "arn:aws:iam::111122223333:role/team/app".parse().unwrap(), id: None };
        let user = Target::User { arn: "arn:aws:iam::111122223333:user/alice".parse().unwrap(), id: None };
        let deny: portcullis_domain::PolicyArn = "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap();
        let former: portcullis_domain::PolicyArn = "arn:aws:iam::111122223333:policy/edge".parse().unwrap();
        let calls = [
            undo(&Step::AttachPolicy { policy: deny.clone() }, &role),
            undo(&Step::PutBoundary { policy: deny.clone(), former: None }, &role),
            undo(&Step::PutBoundary { policy: deny, former: Some(former) }, &user),
            undo(&Step::DeactivateKey { key: "AKIAIOSFODNN7EXAMPLE".to_owned() }, &user),
        ];
        insta::assert_snapshot!(calls.join("\n"), @r"
        iam:DetachRolePolicy arn:aws:iam::aws:policy/AWSDenyAll from arn:aws:iam::111122223333:role/team/app
        iam:DeleteRolePermissionsBoundary on arn:aws:iam::111122223333:role/team/app
        iam:PutUserPermissionsBoundary arn:aws:iam::111122223333:policy/edge on arn:aws:iam::111122223333:user/alice
        iam:UpdateAccessKey AKIAIOSFODNN7EXAMPLE of arn:aws:iam::111122223333:user/alice to Active
        ");
    }
}
