//! Which deployment this is.

use portcullis_lambda::FunctionError;
use portcullis_monitoring::Place;

/// What the environment says of the deployment.
#[derive(Clone, Debug)]
pub(crate) struct Around {
    pub(crate) stack: String,
    pub(crate) topic: String,
    pub(crate) runbook: String,
    pub(crate) trail_log_group: Option<String>,
    pub(crate) pagerduty: bool,
    pub(crate) evidence: bool,
}

impl Around {
    /// With what the ARN of the function says of where it is.
    ///
    /// # Errors
    ///
    /// When it is no ARN.
    pub(crate) fn place(&self, function: &str) -> Result<Place, FunctionError> {
        let parts: Vec<&str> = function.split(':').collect();
        let ["arn", partition, "lambda", region, account, ..] = parts.as_slice() else {
            return Err(FunctionError::Misconfigured(format!("`{function}`, this function's ARN, is none")));
        };
        let Self { stack, topic, runbook, trail_log_group, pagerduty, evidence } = self.clone();
        Ok(Place {
            partition: (*partition).to_owned(),
            region: (*region).to_owned(),
            account: (*account).to_owned(),
            stack,
            topic,
            runbook,
            trail_log_group,
            pagerduty,
            evidence,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is() {
        let around = Around {
            stack: "gatehouse".to_owned(),
            topic: "arn:aws-cn:sns:cn-north-1:111122223333:gatehouse-alarm-states".to_owned(),
            runbook: String::new(),
            trail_log_group: None,
            pagerduty: true,
            evidence: false,
        };
        let place = around.place("arn:aws-cn:lambda:cn-north-1:111122223333:function:gatehouse-alarms").unwrap();
        let seen = (place.partition.as_str(), place.region.as_str(), place.account.as_str(), place.stack.as_str());
        assert_eq!(seen, ("aws-cn", "cn-north-1", "111122223333", "gatehouse"));
        assert!(around.place("gatehouse-alarms").is_err());
    }
}
