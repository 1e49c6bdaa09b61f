//! What the label of a record says of it, once it is clear what the record is about.

use portcullis_cloudtrail::Record;
use serde::Serialize;

use crate::labels::{Label, Shape, Stance};
use crate::subject::Subject;

/// What is claimed of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "claim", content = "why", rename_all = "kebab-case")]
pub enum Verdict {
    /// It is an attack, or a part of one.
    Positive,
    /// It is harmless.
    Negative,
    /// Nothing is claimed, and why.
    Nothing(String),
}

/// What a record is about and what is claimed of it; without a subject it is not scored.
pub fn judge(record: &Record<'_>, label: Option<&Label>) -> (Option<Subject>, Verdict) {
    let Some(label) = label else { return (Subject::of(record), Verdict::Nothing("no label".to_owned())) };
    let Some(subject) = Subject::under(record, &label.description) else {
        return (None, Verdict::Nothing("about neither keys nor secrets nor the audit trail".to_owned()));
    };
    let unrelated = match label.shape {
        Shape::Detonation => "a call beside the attack: the technique is about something else",
        _ => "the label speaks of something else than keys, secrets or the audit trail",
    };
    let verdict = match label.stance {
        Stance::Nothing(why) => Verdict::Nothing(why.to_owned()),
        _ if !subject.is_named_in(&label.words) => Verdict::Nothing(unrelated.to_owned()),
        Stance::Attack => Verdict::Positive,
        Stance::Benign => Verdict::Negative,
    };
    (Some(subject), verdict)
}
