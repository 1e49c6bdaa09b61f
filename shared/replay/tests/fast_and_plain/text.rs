//! One JSON value in many spellings: the order of members, white space, escapes.

use std::fmt::Write as _;

use serde_json::Value;

/// How a value is written down.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spelling {
    /// Which order its members are in; absent for CloudTrail's own.
    pub(crate) shuffled: Option<u64>,
    /// White space around colons, commas and brackets.
    pub(crate) loose: bool,
    /// How strings are escaped.
    pub(crate) escapes: Escapes,
}

/// How strings are escaped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// As little as JSON allows.
    #[default]
    Few,
    /// Slashes too: `\/`.
    Slashes,
    /// Each letter at such places of a value: `\u006bms`.
    Letters(usize),
    /// The same, of names of members as well.
    Names(usize),
}

/// The order in which CloudTrail writes the members of a record.
const MEMBERS: [&str; 20] = [
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "errorCode",
    "errorMessage",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "managementEvent",
    "recipientAccountId",
];

impl Spelling {
    /// The record as text. `doubled` are members that stand in it once more, in front.
    pub(crate) fn record(&self, record: &Value, doubled: &[(&str, Value)]) -> String {
        let mut members: Vec<(&str, &Value)> =
            record.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v)).collect();
        let canonical = |name: &str| MEMBERS.iter().position(|known| *known == name).unwrap_or(MEMBERS.len());
        members.sort_by_key(|(name, _)| (canonical(name), (*name).to_owned()));
        if let Some(seed) = self.shuffled {
            members.sort_by_key(|(name, _)| disorder(seed, name));
        }
        let doubled = doubled.iter().map(|(name, value)| (*name, value));
        let mut text = String::new();
        self.members(&doubled.chain(members).collect::<Vec<_>>(), &mut text);
        text
    }

    fn members(&self, members: &[(&str, &Value)], text: &mut String) {
        text.push('{');
        for (index, (name, value)) in members.iter().enumerate() {
            if index > 0 {
                text.push_str(if self.loose { " ,\n\t" } else { "," });
            }
            self.string(name, matches!(self.escapes, Escapes::Names(_)), text);
            text.push_str(if self.loose { " : " } else { ":" });
            self.value(value, text);
        }
        text.push_str(if self.loose { " }" } else { "}" });
    }

    fn value(&self, value: &Value, text: &mut String) {
        match value {
            Value::String(string) => self.string(string, true, text),
            Value::Array(list) => {
                text.push('[');
                for (index, element) in list.iter().enumerate() {
                    if index > 0 {
                        text.push_str(if self.loose { ", " } else { "," });
                    }
                    self.value(element, text);
                }
                text.push(']');
            }
            Value::Object(members) => {
                let mut members: Vec<(&str, &Value)> = members.iter().map(|(k, v)| (k.as_str(), v)).collect();
                if let Some(seed) = self.shuffled {
                    members.sort_by_key(|(name, _)| disorder(seed ^ 0x5bd1, name));
                }
                self.members(&members, text);
            }
            other => text.push_str(&other.to_string()),
        }
    }

    fn string(&self, string: &str, escape: bool, text: &mut String) {
        text.push('"');
        for (index, letter) in string.chars().enumerate() {
            let every = match self.escapes {
                Escapes::Letters(every) | Escapes::Names(every) if escape => every.max(1),
                _ => usize::MAX,
            };
            match letter {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '/' if self.escapes == Escapes::Slashes => text.push_str("\\/"),
                letter if letter < ' ' || index % every == every - 1 => {
                    let mut units = [0; 2];
                    for unit in letter.encode_utf16(&mut units) {
                        write!(text, "\\u{unit:04x}").unwrap();
                    }
                }
                letter => text.push(letter),
            }
        }
        text.push('"');
    }
}

/// A place for a name that has nothing to do with its own.
fn disorder(seed: u64, name: &str) -> u64 {
    name.bytes().fold(seed | 1, |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(23))
}

/// Whatever the spelling, it is the same value.
#[test]
fn every_spelling_says_the_same() {
    let record =
        serde_json::json!({"eventName": "Decrypt", "a/b": ["x\"y\\z/\u{1f511}", {"n\n": 1.5, "m": null}], "é": true});
    let escapes = [Escapes::Few, Escapes::Slashes, Escapes::Letters(1), Escapes::Names(2), Escapes::Names(1)];
    for escapes in escapes {
        for (shuffled, loose) in [(None, false), (Some(3), true)] {
            let text = Spelling { shuffled, loose, escapes }.record(&record, &[]);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), record, "{text}");
        }
    }
    let text =
        Spelling { escapes: Escapes::Letters(1), ..Spelling::default() }.record(&serde_json::json!({"a": "kms"}), &[]);
    assert_eq!(text, r#"{"a":"\u006b\u006d\u0073"}"#);
}
