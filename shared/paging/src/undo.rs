//! The commands on a page: the way back, with Portcullis and without.

use portcullis_domain::FindingId;
use portcullis_response::{Step, Target};

use crate::PageContext;
use crate::text::shell_word;

/// The command that lifts a containment.
pub fn release_command(arn: &str, context: &PageContext) -> String {
    format!("portcullis release {} {}", shell_word(arn), as_whom(context))
}

/// The command that lets a proposed containment be made.
pub fn approve_command(finding: &FindingId, context: &PageContext) -> String {
    format!("portcullis approve {finding} {}", as_whom(context))
}

/// The command that keeps a proposed containment from being made.
pub fn reject_command(finding: &FindingId, context: &PageContext) -> String {
    format!("portcullis reject {finding} {}", as_whom(context))
}

/// The command that throws the kill switch back.
pub(crate) fn resume_command(context: &PageContext) -> String {
    format!("portcullis resume {}", as_whom(context))
}

/// The command that lists who is contained and what waits for an answer.
pub(crate) fn status_command(context: &PageContext) -> String {
    format!("portcullis status --stack {}", shell_word(&context.stack))
}

/// The command that shows how an entry of `assets:` was used.
pub(crate) fn metrics_command(entry: &str, context: &PageContext) -> String {
    format!("portcullis metrics {} --days 7 --stack {}", shell_word(entry), shell_word(&context.stack))
}

fn as_whom(context: &PageContext) -> String {
    format!("--stack {} --reason \"...\"", shell_word(&context.stack))
}

/// The way back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Undo {
    /// What is to be known first.
    pub(crate) note: Option<String>,
    /// Our command.
    pub(crate) release: Option<String>,
    /// What is to be known of the next.
    pub(crate) by_hand_note: Option<String>,
    /// Commands that work without Portcullis, in order.
    pub(crate) by_hand: Vec<String>,
}

impl Undo {
    /// The way back from these changes.
    pub(crate) fn of(target: &Target, steps: &[Step], context: &PageContext) -> Self {
        let by_hand: Vec<String> = steps.iter().rev().map(|step| by_hand(target, step)).collect();
        let note = format!(
            "or by hand in account {}, where that fails; while Portcullis works, it puts back what is undone by hand:",
            target.account()
        );
        Self { by_hand_note: (!by_hand.is_empty()).then_some(note), by_hand, ..Self::by_arn(target.arn(), context) }
    }

    /// The way back where the changes are not known here.
    pub(crate) fn by_arn(arn: &str, context: &PageContext) -> Self {
        Self { release: Some(release_command(arn, context)), ..Self::default() }
    }

    pub(crate) fn noted(self, note: &str) -> Self {
        Self { note: Some(note.to_owned()), ..self }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let before = [&self.note, &self.release, &self.by_hand_note].into_iter().flatten().cloned();
        let lines: Vec<String> = before.chain(self.by_hand.iter().cloned()).collect();
        if lines.is_empty() { vec!["nothing to undo".to_owned()] } else { lines }
    }
}

/// The command that undoes one change, as somebody with rights over IAM runs it (AWS CLI Command Reference, *iam*).
fn by_hand(target: &Target, step: &Step) -> String {
    let (kind, name) = (target.kind(), shell_word(target.name()));
    match step {
        Step::AttachPolicy { policy } => {
            format!("aws iam detach-{kind}-policy --{kind}-name {name} --policy-arn {}", shell_word(policy.as_str()))
        }
        Step::PutBoundary { former: None, .. } => {
            format!("aws iam delete-{kind}-permissions-boundary --{kind}-name {name}")
        }
        Step::PutBoundary { former: Some(former), .. } => {
            let former = shell_word(former.as_str());
            format!("aws iam put-{kind}-permissions-boundary --{kind}-name {name} --permissions-boundary {former}")
        }
        Step::DeactivateKey { key } => {
            format!("aws iam update-access-key --user-name {name} --access-key-id {} --status Active", shell_word(key))
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn user() -> Target {
        Target::User { arn: "arn:aws:iam::111122223333:user/team/alice".parse().unwrap(), id: None }
    }

    #[test]
    fn the_last_change_is_undone_first() {
        let policy: portcullis_domain::PolicyArn = "arn:aws:iam::aws:policy/AWSDenyAll".parse().unwrap();
        let former: portcullis_domain::PolicyArn = "arn:aws:iam::111122223333:policy/developers".parse().unwrap();
        let steps = [
            Step::AttachPolicy { policy: policy.clone() },
            Step::PutBoundary { policy: policy.clone(), former: None },
            Step::PutBoundary { policy, former: Some(former) },
            Step::DeactivateKey { key: "AKIAEXAMPLEEXAMPLE01".to_owned() },
        ];
        assert_snapshot!(Undo::of(&user(), &steps, &PageContext::new("portcullis")).lines().join("\n"), @r#"
        portcullis release arn:aws:iam::111122223333:user/team/alice --stack portcullis --reason "..."
        or by hand in account 111122223333, where that fails; while Portcullis works, it puts back what is undone by hand:
        aws iam update-access-key --user-name alice --access-key-id AKIAEXAMPLEEXAMPLE01 --status Active
        aws iam put-user-permissions-boundary --user-name alice --permissions-boundary arn:aws:iam::111122223333:policy/developers
        aws iam delete-user-permissions-boundary --user-name alice
        aws iam detach-user-policy --user-name alice --policy-arn arn:aws:iam::aws:policy/AWSDenyAll
        "#);
    }

    #[test]
    fn a_name_cannot_become_a_command() {
        let role = Target::Role { arn: "arn:aws:iam::111122223333:role/x;reboot".parse().unwrap(), id: None };
        let lines = Undo::of(&role, &[Step::DeactivateKey { key: "$(reboot)".to_owned() }], &PageContext::new("a b"));
        assert_snapshot!(lines.lines().join("\n"), @r#"
        portcullis release 'arn:aws:iam::111122223333:role/x;reboot' --stack 'a b' --reason "..."
        or by hand in account 111122223333, where that fails; while Portcullis works, it puts back what is undone by hand:
        aws iam update-access-key --user-name 'x;reboot' --access-key-id '$(reboot)' --status Active
        "#);
    }
}
