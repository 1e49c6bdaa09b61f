//! What came of reconciling: as an answer, as metrics, as what CloudFormation is told.

use portcullis_domain::{AlarmSubject, PipelineAlarm};
use portcullis_lambda::{FunctionError, Metric, Metrics};
use portcullis_monitoring::{Applied, Conflict, Done, Failure, Plan};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::deployment::{Kind, Status};
use crate::settings::Unmade;

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Outcome {
    /// What was changed, what could not be, and what is left.
    #[serde(flatten)]
    pub(crate) applied: Applied,
    /// What is in the way, and was left alone.
    pub(crate) conflicts: Vec<Conflict>,
    /// How many were as they should be.
    pub(crate) unchanged: usize,
}

impl Outcome {
    pub(crate) fn new(plan: Plan, applied: Applied) -> Self {
        Self { applied, conflicts: plan.conflicts, unchanged: plan.unchanged }
    }

    /// This, and what was done after it: what failed and was left counts by the later one.
    pub(crate) fn then(self, later: Self) -> Self {
        let (before, after) = (self.applied.done, later.applied.done);
        let done = Done {
            created: before.created + after.created,
            updated: before.updated + after.updated,
            deleted: before.deleted + after.deleted,
            silenced: before.silenced + after.silenced,
        };
        Self { applied: Applied { done, ..later.applied }, ..later }
    }

    /// Counts the changes, and logs what somebody should look at.
    pub(crate) fn tell(&self, metrics: &mut Metrics) {
        let Applied { done: Done { created, updated, deleted, .. }, failed, left } = &self.applied;
        // What is in the place of one that is wanted: an alarm is missing, whoever made the other one.
        let (missing, strays): (Vec<&Conflict>, Vec<&Conflict>) =
            self.conflicts.iter().partition(|conflict| conflict.wanted);
        let outcomes = [
            ("created", *created),
            ("updated", *updated),
            ("deleted", *deleted),
            ("conflict", self.conflicts.len()),
            ("failed", failed.len() + missing.len()),
        ];
        for (outcome, count) in outcomes.into_iter().filter(|(_, count)| *count > 0) {
            metrics.count(Metric::ALARM_CHANGES, &[outcome], count);
        }
        for Conflict { what, why, .. } in strays {
            tracing::warn!(outcome = "conflict", what, why, "left alone");
        }
        for Conflict { what, why, .. } in missing {
            tracing::error!(outcome = "failed", what, why, "not made, since another one is in its place");
        }
        for failure in failed {
            tracing::error!(
                outcome = "failed",
                what = failure.what,
                error = failure.error,
                "not done; the next run tries again"
            );
        }
        tracing::info!(created, updated, deleted, left, unchanged = self.unchanged, "reconciled");
    }

    /// Whatever failed is told by an alarm; where that very alarm could not be made, the invocation must tell.
    ///
    /// # Errors
    ///
    /// When the alarm could not be made that tells of alarms that could not be made, or another one is in its place.
    pub(crate) fn told(&self, stack: &str) -> Result<(), FunctionError> {
        let teller = AlarmSubject::Pipeline(PipelineAlarm::AlarmsFailed).name(stack);
        if let Some(Failure { what, error }) = self.applied.failed.iter().find(|failure| failure.what.contains(&teller))
        {
            return Err(FunctionError::Retryable(format!("{what}: {error}")));
        }
        let in_its_place = |conflict: &&Conflict| conflict.wanted && conflict.what == format!("alarm {teller}");
        match self.conflicts.iter().find(in_its_place) {
            Some(Conflict { what, why, .. }) => Err(FunctionError::Misconfigured(format!("{what}: {why}"))),
            None => Ok(()),
        }
    }

    /// For a stack that is made or changed. What failed is tried again every hour, and told by an alarm: no reason to take
    /// the deployment back.
    pub(crate) fn deployed(&self) -> Status {
        let Applied { done: Done { created, updated, deleted, .. }, failed, left } = &self.applied;
        let mut told =
            vec![format!("{created} created, {updated} updated, {deleted} deleted, {} as before", self.unchanged)];
        if *left > 0 {
            told.push(format!("{left} are left for the next hour's run"));
        }
        if let Some(Failure { what, error }) = failed.first() {
            told.push(format!("{} failed and are tried again, the first: {what}: {error}", failed.len()));
        }
        let first = self.conflicts.iter().find(|conflict| conflict.wanted).or_else(|| self.conflicts.first());
        if let Some(Conflict { what, why, .. }) = first {
            told.push(format!("{} left alone, the first: {what}: {why}", self.conflicts.len()));
        }
        Status::Success(told.join("; "))
    }

    /// For a stack that is deleted. Where time did not suffice the deletion fails, and made again it goes on; what is
    /// refused would fail for ever, and is left behind instead, in the log by name.
    pub(crate) fn removed(&self) -> Status {
        let Applied { done: Done { deleted, .. }, failed, left } = &self.applied;
        if *left > 0 {
            return Status::Failed(format!("{deleted} deleted, {left} are left; delete the stack again to go on"));
        }
        match failed.first() {
            Some(first) => Status::Success(format!(
                "{deleted} deleted; {} could not be and are left behind, the first: {}: {}; delete them by hand",
                failed.len(),
                first.what,
                first.error
            )),
            None => Status::Success(format!("{deleted} deleted")),
        }
    }

    /// What the custom resource tells other resources.
    pub(crate) fn data(&self) -> Map<String, Value> {
        let Applied { done, failed, left } = &self.applied;
        let numbers = [
            ("Created", done.created),
            ("Updated", done.updated),
            ("Deleted", done.deleted),
            ("Failed", failed.len()),
            ("Left", *left),
            ("Conflicts", self.conflicts.len()),
        ];
        numbers.into_iter().map(|(name, number)| (name.to_owned(), json!(number.to_string()))).collect()
    }
}

/// For a stack whose alarms could not even be planned. An update is never taken back for that: CloudFormation would send
/// another one, which fails for the same reason, and the stack would be stuck (CloudFormation User Guide, *Update rollback
/// failed*). Nor is a new stack for a right that is missing, as it detects and contains without these alarms.
pub(crate) fn unread(unmade: &Unmade, kind: Kind) -> Status {
    match (kind, unmade) {
        // Later may be better. A deletion must not leave everything behind for that.
        (Kind::Delete, Unmade::Unanswered(why)) => Status::Failed(format!("{why}; delete the stack again")),
        // It would be the same for ever.
        (Kind::Delete, Unmade::Refused(why) | Unmade::Unreadable(why) | Unmade::Gone(why)) => {
            Status::Success(format!("alarms and dashboard are left behind; delete them by hand: {why}"))
        }
        // Nothing can go by these settings, and nothing is lost yet.
        (Kind::Create, Unmade::Unreadable(why)) => Status::Failed(why.clone()),
        (Kind::Create | Kind::Update, Unmade::Unanswered(why)) => {
            Status::Success(format!("left for the next hour's run: {why}"))
        }
        (Kind::Create | Kind::Update, Unmade::Refused(why) | Unmade::Unreadable(why) | Unmade::Gone(why)) => {
            Status::Success(format!("no alarm was made or changed, and none is until this is mended: {why}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use test_case::test_case;

    use super::*;

    fn conflict(what: &str, wanted: bool) -> Conflict {
        Conflict { what: what.to_owned(), why: "somebody else made it".to_owned(), wanted }
    }

    fn outcome(left: usize, failed: &[&str], conflicts: usize) -> Outcome {
        let failure = |what: &&str| Failure { what: (*what).to_owned(), error: "AccessDenied: No.".to_owned() };
        let done = Done { created: 3, deleted: 2, silenced: 1, updated: 0 };
        let conflict = conflict("alarm x", false);
        let applied = Applied { done, failed: failed.iter().map(failure).collect(), left };
        Outcome { applied, conflicts: vec![conflict; conflicts], unchanged: 4 }
    }

    #[test]
    fn each_outcome_is_counted() {
        let counted = counted(&outcome(0, &["PutMetricAlarm gatehouse/denied/payroll"], 2));
        assert_eq!(counted, ["conflict 2.0", "created 3.0", "deleted 2.0", "failed 1.0"], "strays are no failure");
    }

    /// Else whoever may make alarms keeps ours from being made, and nobody hears of it.
    #[test]
    fn what_is_in_the_place_of_one_that_is_wanted_is_a_failure() {
        let mut outcome = outcome(0, &[], 1);
        outcome.conflicts.push(conflict("alarm gatehouse/denied/payroll", true));
        assert_eq!(counted(&outcome), ["conflict 2.0", "created 3.0", "deleted 2.0", "failed 1.0"]);
        let Status::Success(reason) = outcome.deployed() else { panic!("{outcome:?}") };
        assert!(reason.contains("2 left alone, the first: alarm gatehouse/denied/payroll: somebody"), "{reason}");
    }

    fn counted(outcome: &Outcome) -> Vec<String> {
        let mut metrics = Metrics::new("gatehouse");
        outcome.tell(&mut metrics);
        let mut counted: Vec<String> = metrics
            .lines(Timestamp::UNIX_EPOCH)
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|line| format!("{} {}", line["Outcome"].as_str().unwrap(), line["AlarmChanges"]))
            .collect();
        counted.sort();
        counted
    }

    #[test_case(&outcome(0, &[], 0), &["3 created, 0 updated, 2 deleted, 4 as before"] ; "all")]
    #[test_case(&outcome(7, &[], 0), &["7 are left for the next hour's run"] ; "out of time")]
    #[test_case(&outcome(0, &["PutMetricAlarm a"], 0), &["1 failed", "PutMetricAlarm a: AccessDenied: No."] ; "failures")]
    #[test_case(&outcome(0, &[], 2), &["2 left alone", "alarm x: somebody else made it"] ; "conflicts")]
    fn a_deployment_goes_on(outcome: &Outcome, told: &[&str]) {
        let Status::Success(reason) = outcome.deployed() else { panic!("{outcome:?}") };
        assert!(told.iter().all(|part| reason.contains(part)), "{reason}");
    }

    #[test]
    fn a_deletion_is_complete_or_says_what_is_left() {
        assert_eq!(outcome(0, &[], 0).removed(), Status::Success("2 deleted".to_owned()));
        assert!(matches!(outcome(7, &[], 0).removed(), Status::Failed(_)), "made again it goes on");
        let Status::Success(reason) = outcome(0, &["DeleteAlarms a"], 0).removed() else { panic!("blocked for ever") };
        assert!(reason.contains("delete them by hand"), "{reason}");
    }

    #[test]
    fn what_is_done_in_rounds_adds_up() {
        let both = outcome(7, &["DeleteAlarms a"], 0).then(outcome(0, &[], 1));
        let Applied { done, failed, left } = &both.applied;
        assert_eq!((done.created, done.deleted, done.silenced, failed.len(), *left), (6, 4, 2, 0, 0));
        assert_eq!(both.conflicts.len(), 1);
    }

    fn throttled() -> Unmade {
        Unmade::Unanswered("Throttling".to_owned())
    }

    fn refused() -> Unmade {
        Unmade::Refused("AccessDenied".to_owned())
    }

    fn broken() -> Unmade {
        Unmade::Unreadable("portcullis.yaml has problems".to_owned())
    }

    fn gone() -> Unmade {
        Unmade::Gone("portcullis.yaml is gone".to_owned())
    }

    #[test_case(&throttled(), Kind::Create, true ; "a throttle does not take a new stack back")]
    #[test_case(&throttled(), Kind::Update, true ; "nor an update")]
    #[test_case(&refused(), Kind::Create, true ; "a right that is missing does not take detection and containment along")]
    #[test_case(&refused(), Kind::Update, true ; "nor an update, which would be stuck")]
    #[test_case(&broken(), Kind::Create, false ; "settings that cannot be understood take a new stack back")]
    #[test_case(&broken(), Kind::Update, true ; "an update would be stuck")]
    #[test_case(&gone(), Kind::Create, true ; "settings are gone, and an earlier stack left alarms behind")]
    #[test_case(&gone(), Kind::Update, true ; "settings are gone")]
    #[test_case(&throttled(), Kind::Delete, false ; "a throttle leaves nothing behind")]
    #[test_case(&refused(), Kind::Delete, true ; "a refusal does not block a deletion for ever")]
    fn what_could_not_be_planned(unmade: &Unmade, kind: Kind, succeeds: bool) {
        let status = unread(unmade, kind);
        assert_eq!(matches!(status, Status::Success(_)), succeeds);
        let (Status::Success(told) | Status::Failed(told)) = status;
        let (Unmade::Unanswered(why) | Unmade::Refused(why) | Unmade::Unreadable(why) | Unmade::Gone(why)) = unmade;
        assert!(told.contains(why), "{told}");
    }

    #[test]
    fn who_tells_of_failures_must_be_there() {
        assert!(outcome(0, &["PutMetricAlarm gatehouse/denied/payroll"], 0).told("gatehouse").is_ok());
        assert!(outcome(0, &["PutMetricAlarm gatehouse/pipeline/alarms-failed"], 0).told("gatehouse").is_err());
        let in_place_of = |name: &str| {
            let conflicts = vec![conflict(&format!("alarm gatehouse/{name}"), true)];
            Outcome { conflicts, ..Outcome::default() }.told("gatehouse")
        };
        assert!(in_place_of("denied/payroll").is_ok());
        assert!(matches!(in_place_of("pipeline/alarms-failed"), Err(FunctionError::Misconfigured(_))));
    }
}
