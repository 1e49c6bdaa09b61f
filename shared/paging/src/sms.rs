//! The page as a text message: one part of it, in characters that every phone has.

use crate::kind::Kind;
use crate::story::Story;
use crate::text::cut;

/// One part of a text message, in bytes (SNS Developer Guide, *Mobile text messaging*: 140 bytes a part). Longer ones are
/// cut by SNS into parts, each of which costs, and which may arrive in any order.
const PART: usize = 140;

impl Story {
    /// What happened, to whom, and what to type.
    pub(crate) fn sms(&self) -> String {
        let hint = basic(&self.hint());
        let severity = if self.kind.tells_severity() {
            format!("{} ", self.severity.as_str().to_uppercase())
        } else {
            String::new()
        };
        let news = basic(&format!("{severity}{} {}: {}", self.words, self.who, self.topic));
        // The hint is whole in any case; what comes first says most.
        let news = cut(&news, PART.saturating_sub(hint.len() + 2), "..");
        format!("{news}. {hint}")
    }

    fn hint(&self) -> String {
        let id = &self.finding;
        if let Some(question) = &self.question {
            return format!("portcullis approve {id} or reject, by {}", question.ends.strftime("%d %b %H:%MZ"));
        }
        match self.kind {
            Kind::Contained | Kind::LockedOut | Kind::Already(_) | Kind::Extended | Kind::Withdrawn => {
                format!("{id} undo: portcullis release")
            }
            _ if id.is_empty() => self.incident.clone(),
            // There is nothing to undo, or something more urgent to do.
            _ => id.clone(),
        }
    }
}

/// In ASCII characters that the basic alphabet of text messages has, one byte each (3GPP TS 23.038, *GSM 7 bit Default
/// Alphabet*); those that it lacks, or has only behind an escape, are replaced.
fn basic(text: &str) -> String {
    let replace = |c: char| match c {
        '[' | '{' => '(',
        ']' | '}' => ')',
        '\\' | '|' => '/',
        '`' | '’' | '‘' => '\'',
        '~' | '–' | '—' => '-',
        '…' => '.',
        '^' | '\u{7f}' => '?',
        ' '..='~' => c,
        _ => '?',
    };
    text.chars().map(replace).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_phones_lack_is_replaced() {
        assert_eq!(basic("[a] {b} c\\d|e `f` ~g^ é\n…"), "(a) (b) c/d/e 'f' -g? ??.");
    }

    proptest! {
        #[test]
        fn every_character_is_one_byte(text in "\\PC{0,40}[\\x00-\\x7f]{0,20}") {
            let basic = basic(&text);
            prop_assert_eq!(basic.len(), text.chars().count());
            let plain = basic.chars().all(|c| matches!(c, ' '..='~') && !"[]{}\\|`~^".contains(c));
            prop_assert!(plain, "{basic}");
        }
    }
}
