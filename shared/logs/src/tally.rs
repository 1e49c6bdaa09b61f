//! What was found and not read, in words.

use std::collections::BTreeMap;

use crate::Selection;

/// What was found in one place beside what is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many objects a bucket listed.
    pub listed: usize,
    /// How many log files hold nothing of interest, by their names.
    pub not_wanted: usize,
    /// How many are read though their names do not tell account, Region and time.
    pub unnamed: usize,
    /// What is by its name no log, by what it is.
    pub left_out: BTreeMap<String, usize>,
}

impl Tally {
    /// Counts something that is left out.
    pub fn leave_out(&mut self, why: String) {
        *self.left_out.entry(why).or_default() += 1;
    }

    /// What people should know.
    pub fn notes(&self, selection: &Selection) -> Vec<String> {
        let mut notes = Vec::new();
        if self.not_wanted > 0 {
            let late = if selection.until.is_some() {
                "; one delivered more than a day after --until counts as such"
            } else {
                ""
            };
            notes.push(format!(
                "{} were not read: by their names they hold nothing of what was asked for{late}",
                counted(self.not_wanted, "log file", "log files")
            ));
        }
        if !self.left_out.is_empty() {
            let each: Vec<String> = self.left_out.iter().map(|(what, count)| format!("{count} × {what}")).collect();
            notes.push(format!(
                "left out, because by name it is no log: {}; name a file by itself to have it read",
                each.join(", ")
            ));
        }
        if self.unnamed > 0 && selection.narrows_place() {
            notes.push(format!(
                "--account and --region go by the names that CloudTrail gives; {} another name and read whole",
                counted(self.unnamed, "file has", "files have")
            ));
        }
        notes
    }
}

/// `1 file`, `2 files`.
pub(crate) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
