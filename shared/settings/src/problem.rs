//! What is wrong with a file, and where: written for whoever edits it.

use std::fmt;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The setting: `assets[2].tier`. Empty for the file as a whole.
    pub path: String,
    /// What was found and what was expected, on one line without a final period.
    pub message: String,
    /// What to do about it, where that can be said.
    pub help: Option<String>,
}

/// Everything that is wrong with a file, in its order; at least one problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problem {
    /// The problem as a compiler would show it: the message, the line of `source` with a caret under the place, and
    /// the help. `source` is the text that was parsed, `file_name` what to call it. Ends in a line break.
    pub fn render(&self, file_name: &str, source: &str) -> String {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let line = source.lines().nth(self.line.saturating_sub(1)).unwrap_or_default();
        // A byte order mark takes no column, and a stray control character must not move the reader's cursor.
        let line: String = line.trim_start_matches('\u{feff}').chars().map(visible).collect();
        // Tabs are kept, so that the caret lands under its place however wide the reader's tabs are.
        let indent = line.chars().chain(std::iter::repeat(' ')).take(self.column.saturating_sub(1));
        let indent: String = indent.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let help = self.help.as_ref().map(|help| format!("help: {help}\n")).unwrap_or_default();
        format!(
            "error: {what}\n\
             {margin}--> {file_name}:{number}:{column}\n\
             {margin} |\n\
             {number} | {line}\n\
             {margin} | {indent}^\n\
             {help}",
            what = self.what(),
            column = self.column,
        )
    }

    fn what(&self) -> String {
        if self.path.is_empty() { self.message.clone() } else { format!("{}: {}", self.path, self.message) }
    }
}

fn visible(c: char) -> char {
    if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c }
}

/// `LINE:COLUMN  path: message`, without the help.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}  {}", self.line, self.column, self.what())
    }
}

impl Problems {
    /// The problems by position, or none when there is none.
    pub(crate) fn sorted(mut problems: Vec<Problem>) -> Option<Self> {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        (!problems.is_empty()).then_some(Self(problems))
    }

    /// A single problem.
    pub(crate) fn one(problem: Problem) -> Self {
        Self(vec![problem])
    }

    /// The problems, by position.
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }

    /// The problems, by position.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// All of them as [`Problem::render`] shows each, with an empty line between.
    pub fn render(&self, file_name: &str, source: &str) -> String {
        let rendered: Vec<String> = self.iter().map(|problem| problem.render(file_name, source)).collect();
        rendered.join("\n")
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One problem per line.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: usize, column: usize, path: &str) -> Problem {
        Problem { line, column, path: path.to_owned(), message: "wrong".to_owned(), help: None }
    }

    #[test]
    fn problems_come_in_the_order_of_the_file() {
        let problems = Problems::sorted(vec![problem(2, 9, "b"), problem(10, 1, "c"), problem(2, 1, "a")]).unwrap();
        assert_eq!(problems.to_string(), "2:1  a: wrong\n2:9  b: wrong\n10:1  c: wrong");
        assert_eq!(Problems::sorted(Vec::new()), None);
    }

    #[test]
    fn the_caret_stands_under_the_place() {
        let source = "mode: enforce\nassets:\n\t- tier: criticl\n";
        let rendered =
            Problem { help: Some("did you mean `critical`?".to_owned()), ..problem(3, 10, "assets[0].tier") }
                .render("portcullis.yaml", source);
        insta::assert_snapshot!(rendered.replace('\t', "→"), @r"
        error: assets[0].tier: wrong
         --> portcullis.yaml:3:10
          |
        3 | →- tier: criticl
          | →        ^
        help: did you mean `critical`?
        ");
    }

    #[test]
    fn a_place_outside_the_source_is_shown_all_the_same() {
        let rendered = problem(7, 3, "").render("portcullis.yaml", "");
        assert!(rendered.starts_with("error: wrong\n --> portcullis.yaml:7:3\n"), "{rendered}");
    }
}
