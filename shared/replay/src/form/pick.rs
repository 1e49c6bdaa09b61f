//! One finding of many, by its id or the beginning of it.

use portcullis_domain::Finding;
use portcullis_response::Entry;

use crate::Replay;

/// The shortest beginning that is told: `F-1a2b3c`.
const SHORTEST: usize = 8;

/// A finding that was asked for.
#[derive(Clone, Copy, Debug)]
pub enum Picked<'r> {
    /// One that was decided about.
    Decided(&'r Entry),
    /// One in shadow.
    Shadow(&'r Finding),
}

impl<'r> Picked<'r> {
    /// The finding.
    pub const fn finding(&self) -> &'r Finding {
        match self {
            Self::Decided(entry) => &entry.finding,
            Self::Shadow(finding) => finding,
        }
    }
}

/// The finding whose id begins so; `F-` may be left out.
///
/// # Errors
///
/// When there is none, or more than one.
pub fn pick<'r>(replay: &'r Replay, beginning: &str) -> Result<Picked<'r>, String> {
    let wanted = beginning.strip_prefix("F-").unwrap_or(beginning).to_ascii_lowercase();
    let decided = replay.entries.iter().map(Picked::Decided);
    let all = decided.chain(replay.in_shadow.iter().map(Picked::Shadow));
    let begins = |picked: &Picked<'_>| picked.finding().id.as_str().trim_start_matches("F-").starts_with(&wanted);
    let found: Vec<Picked<'_>> = all.filter(begins).collect();
    match found.as_slice() {
        [] => Err(format!(
            "no finding of this replay has an id that begins with `{beginning}`; there are {}, and --format csv lists them",
            replay.entries.len() + replay.in_shadow.len()
        )),
        [only] => Ok(*only),
        several => {
            let ids: Vec<&str> = several.iter().take(5).map(|picked| picked.finding().id.as_str()).collect();
            let more = several.len().saturating_sub(5);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Err(format!("`{beginning}` may be any of {}{more}; name more of it", ids.join(", ")))
        }
    }
}

/// How much of an id is enough to tell every finding of this replay from the others.
pub fn short_ids(replay: &Replay) -> usize {
    let decided = replay.entries.iter().map(|entry| entry.finding.id.as_str());
    let mut ids: Vec<&str> = decided.chain(replay.in_shadow.iter().map(|finding| finding.id.as_str())).collect();
    ids.sort_unstable();
    ids.dedup();
    let common = |(a, b): (&&str, &&str)| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    ids.iter().zip(ids.iter().skip(1)).map(common).max().map_or(SHORTEST, |common| (common + 1).max(SHORTEST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::testing::entry;

    #[test]
    fn by_the_beginning() {
        let replay = Replay { entries: (0..40).map(|n| entry(&format!("e-{n}"))).collect(), ..Replay::default() };
        let length = short_ids(&replay);
        for entry in &replay.entries {
            let short = entry.finding.id.as_str().get(..length).unwrap();
            assert_eq!(pick(&replay, short).unwrap().finding().id, entry.finding.id);
            assert_eq!(pick(&replay, &short[2..].to_uppercase()).unwrap().finding().id, entry.finding.id);
        }
        assert!(pick(&replay, "F-").unwrap_err().contains("and 35 more; name more of it"));
        assert!(pick(&replay, "F-xyz").unwrap_err().contains("there are 40"));
    }
}
