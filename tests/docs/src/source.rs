//! The part of a rule file that the engine runs.

/// What the page tells in words already, or every rule has alike.
const TOLD: [&str; 14] = [
    "author",
    "date",
    "description",
    "falsepositives",
    "id",
    "level",
    "license",
    "logsource",
    "modified",
    "portcullis",
    "references",
    "status",
    "tags",
    "title",
];

/// The file without what is told elsewhere on the page, otherwise as it is written; with `first` only its first document.
pub(crate) fn logic(yaml: &str, first: bool) -> String {
    let mut kept = String::new();
    let mut keep = true;
    for line in yaml.lines() {
        let member = line.split_once(':').map(|(name, _)| name);
        match member {
            _ if line.starts_with("---") && first && !kept.is_empty() => break,
            _ if line.starts_with("---") => keep = true,
            Some(name) if !line.starts_with([' ', '-', '#']) => keep = !TOLD.contains(&name),
            _ => {}
        }
        if keep {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::logic;

    #[test]
    fn what_is_told_elsewhere_is_left_out() {
        let yaml = "title: A\ndescription: >\n  One: two\n  three\ntags:\n  - attack.impact\ndetection:\n  a:\n    b: c\n  \
                    condition: a\nlevel: low\n---\ntitle: B\nlogsource:\n  product: aws\nname: b\n";
        assert_eq!(logic(yaml, false), "detection:\n  a:\n    b: c\n  condition: a\n---\nname: b\n");
        assert_eq!(logic(yaml, true), "detection:\n  a:\n    b: c\n  condition: a\n");
    }
}
