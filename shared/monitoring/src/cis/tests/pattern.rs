//! Filter patterns for JSON, as far as the controls need them (CloudWatch Logs User Guide, *Filter pattern syntax for metric
//! filters*).

use serde_json::Value;

/// Whether an event matches.
#[derive(Debug)]
pub(super) enum Pattern {
    All(Vec<Pattern>),
    Any(Vec<Pattern>),
    Is { path: Vec<String>, value: String, not: bool },
    Absent(Vec<String>),
}

impl Pattern {
    /// Reads a whole pattern.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let inner = text.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        let mut tokens = tokens(inner.ok_or("no braces")?)?;
        tokens.reverse();
        let pattern = expression(&mut tokens)?;
        if tokens.is_empty() { Ok(pattern) } else { Err(format!("left: {tokens:?}")) }
    }

    pub(super) fn matches(&self, event: &Value) -> bool {
        let get = |path: &[String]| path.iter().try_fold(event, |value, key| value.get(key));
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(event)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(event)),
            Self::Is { path, value, not } => {
                get(path).and_then(Value::as_str).is_some_and(|found| glob(value, found) != *not)
            }
            Self::Absent(path) => get(path).is_none(),
        }
    }
}

/// Words, texts in quotes (with the quotes), selectors, operators and parentheses.
fn tokens(text: &str) -> Result<Vec<String>, String> {
    let (mut tokens, mut rest) = (Vec::new(), text.trim_start());
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | '=' => 1,
            '&' | '|' | '!' => 2,
            '"' => rest[1..].find('"').ok_or("an open quotation mark")? + 2,
            _ => rest.find(|c: char| " ()=!&|\"".contains(c)).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token.to_owned());
        rest = after.trim_start();
    }
    Ok(tokens)
}

/// Terms joined by one operator: none of the patterns mixes them without parentheses, where it would be doubtful.
fn expression(tokens: &mut Vec<String>) -> Result<Pattern, String> {
    let mut terms = vec![term(tokens)?];
    let mut joined = None;
    while let Some(operator @ ("&&" | "||")) = tokens.last().map(String::as_str) {
        if joined.as_deref().is_some_and(|before| before != operator) {
            return Err("two operators side by side".to_owned());
        }
        joined = Some(operator.to_owned());
        tokens.pop();
        terms.push(term(tokens)?);
    }
    Ok(if joined.as_deref() == Some("||") { Pattern::Any(terms) } else { Pattern::All(terms) })
}

fn term(tokens: &mut Vec<String>) -> Result<Pattern, String> {
    let first = tokens.pop().ok_or("it ends too early")?;
    if first == "(" {
        let inner = expression(tokens)?;
        return if tokens.pop().as_deref() == Some(")") { Ok(inner) } else { Err("an open parenthesis".to_owned()) };
    }
    let path = first.strip_prefix("$.").ok_or(format!("{first} for a selector"))?;
    let path: Vec<String> = path.split('.').map(str::to_owned).collect();
    match tokens.pop().as_deref() {
        Some("NOT") if tokens.pop().as_deref() == Some("EXISTS") => Ok(Pattern::Absent(path)),
        Some(operator @ ("=" | "!=")) => {
            let value = tokens.pop().ok_or("no value")?;
            let plain = value.trim_matches('"');
            if plain.is_empty() || "()&|=!$".contains(|c| plain.starts_with(c)) {
                return Err(format!("{value} for a value"));
            }
            Ok(Pattern::Is { path, value: plain.to_owned(), not: operator == "!=" })
        }
        other => Err(format!("{other:?} for an operator")),
    }
}

/// A star at the beginning or the end stands for anything.
fn glob(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => text.ends_with(end),
        (_, Some(start)) => text.starts_with(start),
        _ => text == pattern,
    }
}
