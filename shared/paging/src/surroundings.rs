//! What on-call must know beside the event: what a containment breaks, and where the actor may be by now.

use portcullis_response::{LastUsed, Surroundings};

use crate::limits::Limits;
use crate::text::one_line;

/// What was seen of the actor's work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Around {
    /// What a containment breaks.
    pub(crate) workload: Vec<String>,
    /// Where the actor may be by now.
    pub(crate) onward: Vec<String>,
    /// What of this is not known, and why.
    pub(crate) unknown: Vec<String>,
}

/// Nothing where nobody looked.
pub(crate) fn around(seen: Option<&Surroundings>) -> Around {
    let Some(seen) = seen else { return Around::default() };
    let mut workload = vec![last_use(seen.last_used.as_ref())];
    workload.extend(sessions(&seen.sessions));
    Around { workload, onward: onward(&seen.onward), unknown: clean(&seen.unknown) }
}

fn last_use(last: Option<&LastUsed>) -> String {
    match last {
        None => "no use of it before this is known".to_owned(),
        Some(LastUsed { at, region: None }) => format!("last used, as IAM tells: {at:.0}"),
        Some(LastUsed { at, region: Some(region) }) => {
            one_line(&format!("last used, as IAM tells: {at:.0} in {region}"))
        }
    }
}

fn sessions(sessions: &[String]) -> Vec<String> {
    let begun = match sessions.len() {
        0 => return vec!["no session of it that was begun lately is known".to_owned()],
        1 => "1 session of it was begun lately:".to_owned(),
        many => format!("{many} sessions of it were begun lately:"),
    };
    std::iter::once(begun).chain(Limits::READ.some(&clean(sessions))).collect()
}

/// A denial on one role does not end the sessions of another that it assumed before (IAM User Guide, *Revoke IAM role
/// temporary security credentials*).
fn onward(roles: &[String]) -> Vec<String> {
    let assumed = match roles.len() {
        0 => return vec!["no role that it assumed lately is known".to_owned()],
        1 => "it assumed 1 role before; a session of that lives on, so decide about it:".to_owned(),
        many => format!("it assumed {many} roles before; their sessions live on, so decide about each:"),
    };
    std::iter::once(assumed).chain(clean(roles)).collect()
}

fn clean(values: &[String]) -> Vec<String> {
    values.iter().map(|value| one_line(value)).collect()
}
