//! What came of reconciling: as an answer, as metrics, as what CloudFormation is told.

use portcullis_domain::{AlarmSubject, PipelineAlarm};
use portcullis_lambda::{FunctionError, Metric, Metrics};
use portcullis_monitoring::{Applied, Conflict, Done, Failure, Plan};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::deployment::Status;

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
        let outcomes = [
            ("created", *created),
            ("updated", *updated),
            ("deleted", *deleted),
            ("conflict", self.conflicts.len()),
            ("failed", failed.len()),
        ];
        for (outcome, count) in outcomes.into_iter().filter(|(_, count)| *count > 0) {
            metrics.count(Metric::ALARM_CHANGES, &[outcome], count);
        }
        for conflict in &self.conflicts {
            tracing::warn!(outcome = "conflict", what = conflict.what, why = conflict.why, "left alone");
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
    /// When the alarm could not be made that tells of alarms that could not be made.
    pub(crate) fn told(&self, stack: &str) -> Result<(), FunctionError> {
        let teller = AlarmSubject::Pipeline(PipelineAlarm::AlarmsFailed).name(stack);
        match self.applied.failed.iter().find(|failure| failure.what.contains(&teller)) {
            Some(failure) => Err(FunctionError::Retryable(format!("{}: {}", failure.what, failure.error))),
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
        if let Some(Conflict { what, why }) = self.conflicts.first() {
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

/// For a stack whose alarms could not even be looked at.
pub(crate) fn unread(error: &FunctionError, deleting: bool) -> Status {
    match error {
        // Later may be better. A deployment goes on, and the next hour's run makes it good; a deletion must not leave
        // everything behind for that.
        FunctionError::Retryable(why) if deleting => Status::Failed(format!("{why}; delete the stack again")),
        FunctionError::Retryable(why) => Status::Success(format!("left for the next hour's run: {why}")),
        // It would be the same for ever.
        error if deleting => {
            Status::Success(format!("alarms and dashboard are left behind; delete them by hand: {error}"))
        }
        error => Status::Failed(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use test_case::test_case;

    use super::*;

    fn outcome(left: usize, failed: &[&str], conflicts: usize) -> Outcome {
        let failure = |what: &&str| Failure { what: (*what).to_owned(), error: "AccessDenied: No.".to_owned() };
        let done = Done { created: 3, deleted: 2, silenced: 1, updated: 0 };
        let conflict = Conflict { what: "alarm x".to_owned(), why: "somebody else made it".to_owned() };
        let applied = Applied { done, failed: failed.iter().map(failure).collect(), left };
        Outcome { applied, conflicts: vec![conflict; conflicts], unchanged: 4 }
    }

    #[test]
    fn each_outcome_is_counted() {
        let mut metrics = Metrics::new("gatehouse");
        outcome(0, &["PutMetricAlarm gatehouse/denied/payroll"], 2).tell(&mut metrics);
        let mut counted: Vec<String> = metrics
            .lines(Timestamp::UNIX_EPOCH)
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .map(|line| format!("{} {}", line["Outcome"].as_str().unwrap(), line["AlarmChanges"]))
            .collect();
        counted.sort();
        assert_eq!(counted, ["conflict 2.0", "created 3.0", "deleted 2.0", "failed 1.0"]);
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

    fn throttled() -> FunctionError {
        FunctionError::Retryable("Throttling".to_owned())
    }

    fn refused() -> FunctionError {
        FunctionError::Misconfigured("AccessDenied".to_owned())
    }

    #[test_case(&throttled(), false, true ; "a throttle does not take a deployment back")]
    #[test_case(&refused(), false, false ; "settings that cannot be read do")]
    #[test_case(&throttled(), true, false ; "a throttle leaves nothing behind")]
    #[test_case(&refused(), true, true ; "a refusal does not block a deletion for ever")]
    fn what_could_not_be_read(error: &FunctionError, deleting: bool, succeeds: bool) {
        assert_eq!(matches!(unread(error, deleting), Status::Success(_)), succeeds);
    }

    #[test]
    fn who_tells_of_failures_must_be_there() {
        assert!(outcome(0, &["PutMetricAlarm gatehouse/denied/payroll"], 0).told("gatehouse").is_ok());
        assert!(outcome(0, &["PutMetricAlarm gatehouse/pipeline/alarms-failed"], 0).told("gatehouse").is_err());
    }
}
