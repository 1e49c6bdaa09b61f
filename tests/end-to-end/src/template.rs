//! The real SAM template, pointed at code in a bucket as `sam package` does.

use anyhow::{Context as _, Result, ensure};

use crate::paths;

/// The functions of the template, each with a binary of the same name.
pub const FUNCTIONS: [&str; 5] = ["detect", "respond", "release", "pagerduty", "alarms"];

/// `infra/template.yaml` with each `CodeUri` replaced by the object `NAME.zip` of `bucket`.
///
/// # Errors
///
/// When the template cannot be read, or does not name each function's code exactly once.
pub fn packaged(bucket: &str) -> Result<String> {
    let path = paths::repository().join("infra/template.yaml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
    FUNCTIONS.iter().try_fold(text, |text, function| point(&text, function, bucket))
}

fn point(text: &str, function: &str, bucket: &str) -> Result<String> {
    let local = format!("CodeUri: ../functions/{function}\n");
    let found = text.matches(&local).count();
    ensure!(found == 1, "the template names the code of {function} {found} times, not once: `{}`", local.trim());
    Ok(text.replace(&local, &format!("CodeUri: {{Bucket: {bucket}, Key: {function}.zip}}\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_is_pointed_at_the_bucket() {
        let text = packaged("artifacts").unwrap();
        for function in FUNCTIONS {
            assert!(text.contains(&format!("CodeUri: {{Bucket: artifacts, Key: {function}.zip}}")));
        }
        assert!(!text.contains("CodeUri: ../"), "code that nobody packaged");
    }

    #[test]
    fn a_template_that_names_the_code_elsewhere_is_refused() {
        let error = point("CodeUri: ../elsewhere\n", "detect", "artifacts").unwrap_err().to_string();
        assert!(error.contains("detect 0 times"), "{error}");
    }
}
