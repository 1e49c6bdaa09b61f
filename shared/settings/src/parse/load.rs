//! Text to a YAML document, with the mistakes that make it none.

use saphyr::{LoadableYamlNode, MarkedYamlOwned, ScanError};

use crate::{Problem, Problems};

/// Settings are written by hand; whatever is larger is another file.
const LARGEST: usize = 1024 * 1024;

/// How far a line may be indented. It bounds how deep blocks nest, which saphyr follows by recursion.
const DEEPEST_INDENT: usize = 200;

/// The one document of `text`; none when it holds nothing but comments.
pub(super) fn load(text: &str) -> Result<Option<MarkedYamlOwned>, Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > LARGEST {
        return Err(whole_file(1, 1, "the file is larger than a mebibyte", None));
    }
    if let Some(index) = text.lines().position(is_nested_too_deeply) {
        return Err(whole_file(index + 1, 1, "the line is nested too deeply", None));
    }
    let documents = MarkedYamlOwned::load_from_str(text).map_err(|error| syntax(&error, text))?;
    let mut documents = documents.into_iter();
    let (first, second) = (documents.next(), documents.next());
    match second {
        Some(second) => {
            let start = second.span.start;
            Err(whole_file(start.line(), start.col() + 1, "a second YAML document, expected one", None))
        }
        None => Ok(first),
    }
}

/// Every level of nesting takes one more place among the blanks and indicators that start a line.
fn is_nested_too_deeply(line: &str) -> bool {
    line.bytes().take_while(|b| b" \t-?:".contains(b)).nth(DEEPEST_INDENT).is_some()
}

fn syntax(error: &ScanError, text: &str) -> Problems {
    let (line, column) = (error.marker().line(), error.marker().col() + 1);
    if error.info() == "duplicated key in mapping" {
        let rest: String =
            text.lines().nth(line.saturating_sub(1)).unwrap_or_default().chars().skip(column - 1).collect();
        let key = rest.split(':').next().unwrap_or_default().trim();
        let message = format!("`{}` stands twice in the same map", crate::reader::printable(key));
        return whole_file(line, column, &message, Some("keep one of the two; YAML allows a key once".to_owned()));
    }
    whole_file(line, column, &format!("not valid YAML: {}", error.info()), None)
}

fn whole_file(line: usize, column: usize, message: &str, help: Option<String>) -> Problems {
    Problems::one(Problem { line, column, path: String::new(), message: message.to_owned(), help })
}
