//! What lies beside log files in folders and buckets and by its name cannot be one.

/// Endings of what people write, and of pictures.
const ENDINGS: [&str; 9] = [".yaml", ".yml", ".md", ".html", ".htm", ".txt", ".pdf", ".png", ".toml"];

/// Why what has this name, found in a folder or under a prefix, is left out; nothing when it may be a log. Only what cannot be
/// one is left out: whatever else turns out not to be one is told of as unreadable.
pub fn left_out(name: &str) -> Option<String> {
    if name.starts_with('.') {
        return Some("hidden".to_owned());
    }
    let small = name.to_ascii_lowercase();
    if small == "truth.json" {
        return Some("what `portcullis simulate` says of its logs".to_owned());
    }
    // An export task leaves it beside the logs (CloudWatch Logs User Guide, *Export log data to Amazon S3*).
    if small == "aws-logs-write-test" {
        return Some("what an export task tries its rights with".to_owned());
    }
    ENDINGS.iter().find(|ending| small.ends_with(*ending)).map(|ending| format!("*{ending}"))
}

/// Why a folder with this name is left out; nothing when there may be logs in it.
pub fn left_out_folder(name: &str) -> Option<String> {
    if name.starts_with('.') && !matches!(name, "." | "..") {
        return Some("hidden folders".to_owned());
    }
    (name == "CloudTrail-Digest").then(|| "folders of digests".to_owned())
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    #[test_case("portcullis.yaml", true)]
    #[test_case("README.MD", true)]
    #[test_case(".DS_Store", true)]
    #[test_case("truth.json", true)]
    #[test_case("aws-logs-write-test", true)]
    #[test_case("000000.gz", false ; "an export")]
    #[test_case("events", false ; "no ending")]
    #[test_case("events.csv", false ; "may be meant as one")]
    #[test_case("111122223333_CloudTrail_eu-west-1_20260105T0810Z_Ab12Cd34Ef56Gh78.json.gz", false ; "a log file")]
    fn files(name: &str, expected: bool) {
        assert_eq!(left_out(name).is_some(), expected);
    }

    #[test]
    fn folders() {
        assert!(left_out_folder("CloudTrail-Digest").is_some() && left_out_folder(".git").is_some());
        assert!(left_out_folder("CloudTrail-Insight").is_none() && left_out_folder("..").is_none());
    }
}
