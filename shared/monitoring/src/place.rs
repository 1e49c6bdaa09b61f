//! The deployment that is watched.

/// The tag that says which stack made an alarm or a dashboard; its value is the stack's name.
pub const STACK_TAG: &str = "portcullis:stack";

/// The deployment that is watched: what alarms and dashboards name. Names are those of `infra/template.yaml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// The Region.
    pub region: String,
    /// The account.
    pub account: String,
    /// The stack's name.
    pub stack: String,
    /// The topic that alarms tell, by ARN: `respond` makes pages of what it hears there.
    pub topic: String,
    /// Where the runbook is, without an anchor.
    pub runbook: String,
    /// The log group that the trail delivers to; absent where none was given.
    pub trail_log_group: Option<String>,
    /// Whether the stack has the function `pagerduty`.
    pub pagerduty: bool,
    /// Whether the ledger's chain is kept elsewhere too.
    pub evidence: bool,
}

impl Place {
    /// The functions of the stack, by their short names: `detect`.
    pub fn functions(&self) -> Vec<&'static str> {
        let mut functions = vec!["detect", "respond", "release", "alarms"];
        functions.extend(self.pagerduty.then_some("pagerduty"));
        functions
    }

    /// The ARN of the alarm of that name.
    pub fn alarm_arn(&self, name: &str) -> String {
        let Self { partition, region, account, .. } = self;
        format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}")
    }
}
