//! The runbook as somebody who is paged reads it: sections, and the commands that they would type.

use anyhow::{Result, ensure};

/// A section of the runbook: a heading of the second to fourth level, and the commands under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The heading, which no other section has.
    pub heading: String,
    /// What stands in its `sh` blocks, in order.
    pub commands: Vec<Command>,
}

/// What a person types and ends with Enter: one line, or several that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The line of the runbook that it begins in, from 1.
    pub line: usize,
    /// The text, without the comment behind it.
    pub text: String,
}

/// The sections that have commands.
///
/// # Errors
///
/// When a block or a command does not end, when two sections have one heading, and when a command stands in a sentence,
/// where nothing would run it. With the line.
pub fn sections(markdown: &str) -> Result<Vec<Section>> {
    let mut sections: Vec<Section> = Vec::new();
    let mut heading = "";
    let mut block: Option<Block> = None;
    for (index, line) in markdown.lines().enumerate() {
        let number = index.saturating_add(1);
        match &mut block {
            None => {
                let levels = ["## ", "### ", "#### "];
                heading = levels.iter().find_map(|level| line.strip_prefix(level)).map_or(heading, str::trim);
                block = line.trim_start().strip_prefix("```").map(|language| Block::new(language, number));
                ensure!(
                    block.is_some() || !names_command(line),
                    "line {number}: a command in a sentence is run by no test; put it in a block: {line}"
                );
            }
            Some(open) if line.trim_start().starts_with("```") => {
                let commands = open.finish()?;
                block = None;
                if !commands.is_empty() {
                    match sections.last_mut().filter(|last| last.heading == heading) {
                        Some(last) => last.commands.extend(commands),
                        None => sections.push(Section { heading: heading.to_owned(), commands }),
                    }
                }
            }
            Some(open) => open.take(line, number),
        }
    }
    ensure!(block.is_none(), "the last block does not end");
    for (index, section) in sections.iter().enumerate() {
        let twice = sections.iter().skip(index.saturating_add(1)).any(|other| other.heading == section.heading);
        ensure!(!twice, "two sections are called {}; give each its own heading", section.heading);
    }
    Ok(sections)
}

/// The address of each section, as GitHub makes it of the heading: `#### LOCKED OUT` is `locked-out`.
pub fn anchors(markdown: &str) -> Vec<String> {
    let kept =
        |heading: &str| heading.trim().to_lowercase().replace(|c: char| !(c.is_alphanumeric() || " -".contains(c)), "");
    headings(markdown).iter().map(|(_, heading)| kept(heading).replace(' ', "-")).collect()
}

/// The words of the kinds of pages that it explains: the headings of the fourth level.
pub fn kinds(markdown: &str) -> Vec<&str> {
    let kinds = headings(markdown).into_iter().filter(|(level, _)| *level == 4);
    kinds.flat_map(|(_, heading)| heading.split(", ")).collect()
}

/// Each heading with its level.
fn headings(markdown: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut headings = Vec::new();
    for line in markdown.lines() {
        fenced ^= line.trim_start().starts_with("```");
        let text = line.trim_start_matches('#');
        let level = line.len().saturating_sub(text.len());
        if !fenced && level > 0 {
            headings.push((level, text.trim()));
        }
    }
    headings
}

/// Whether code in a sentence is more than the name of a command.
fn names_command(line: &str) -> bool {
    let spans = line.split('`').skip(1).step_by(2);
    let is_command = |span: &str| span.starts_with("aws ") || span.starts_with("portcullis ");
    spans.into_iter().any(|span| is_command(span) && (span.contains(" --") || span.contains('$')))
}

struct Block {
    is_shell: bool,
    begins: usize,
    open: String,
    commands: Vec<Command>,
}

impl Block {
    fn new(language: &str, line: usize) -> Self {
        Self { is_shell: language.trim() == "sh", begins: line, open: String::new(), commands: Vec::new() }
    }

    fn take(&mut self, line: &str, number: usize) {
        if !self.is_shell {
            return;
        }
        if self.open.is_empty() {
            self.begins = number;
        } else {
            self.open.push('\n');
        }
        self.open.push_str(line);
        let Some(text) = complete(&self.open) else { return };
        if !text.is_empty() {
            self.commands.push(Command { line: self.begins, text });
        }
        self.open.clear();
    }

    fn finish(&mut self) -> Result<Vec<Command>> {
        ensure!(self.open.is_empty(), "line {}: the command does not end: {}", self.begins, self.open);
        Ok(std::mem::take(&mut self.commands))
    }
}

/// The command without its comment, if it ends here: no quote and no bracket is open, and no backslash joins a line.
fn complete(text: &str) -> Option<String> {
    let mut kept = String::new();
    let mut quote: Option<char> = None;
    let mut brackets = 0_u32;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None | Some('"'), '\\') => {
                kept.push('\\');
                // A backslash at the end joins the next line.
                kept.push(characters.next()?);
                continue;
            }
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '#') if kept.is_empty() || kept.ends_with(char::is_whitespace) => {
                while characters.next_if(|next| *next != '\n').is_some() {}
                continue;
            }
            (None, '(') => brackets = brackets.saturating_add(1),
            (None, ')') => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        kept.push(character);
    }
    (quote.is_none() && brackets == 0).then(|| kept.trim().to_owned())
}

impl Command {
    /// Whether it calls this, such as `aws iam get-role`.
    pub fn calls(&self, program: &str) -> bool {
        self.text.match_indices(program).any(|(start, _)| {
            let before = self.text.get(..start).and_then(|text| text.chars().last());
            let after = self.text.get(start.saturating_add(program.len())..).and_then(|text| text.chars().next());
            before.is_none_or(|c| c.is_whitespace() || c == '(') && after.is_none_or(|c| c.is_whitespace() || c == ')')
        })
    }

    /// The names in capitals that it takes from those who type it: `$NAME` or `${NAME}`, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for part in self.text.split('$').skip(1) {
            let part = part.strip_prefix('{').unwrap_or(part);
            let end = part.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
            let name = end.map_or(part, |end| part.get(..end).unwrap_or_default());
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The name that it assigns to, if it does nothing else than that: `NAME=…`.
    pub fn assigns(&self) -> Option<&str> {
        let (name, _) = self.text.split_once('=')?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
        is_name.then_some(name)
    }

    /// Whether it takes what another command prints.
    pub fn computes(&self) -> bool {
        self.text.contains("$(")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Runbook
```sh
A=1     # one
```
## First
Say `portcullis status`.
```sh
aws iam get-role --role-name \"$ROLE\" \\
  --query 'Role.[Arn,
    Path]'    # it's a comment

# nothing
B=$(aws sts get-caller-identity \\
  --output text)
```
```yaml
not: sh
```
```sh
ls | wc -l
```
";

    #[test]
    fn commands_are_told_apart() {
        let sections = sections(TEXT).unwrap();
        assert_eq!(sections.len(), 2);
        let first = &sections[1];
        assert_eq!(first.heading, "First");
        let lines: Vec<usize> = first.commands.iter().map(|command| command.line).collect();
        assert_eq!(lines, [8, 13, 20]);
        let query = "aws iam get-role --role-name \"$ROLE\" \\\n  --query 'Role.[Arn,\n    Path]'";
        assert_eq!(first.commands[0].text, query);
        assert_eq!(first.commands[0].names(), ["ROLE"]);
        assert_eq!(first.commands[1].assigns(), Some("B"));
        assert!(first.commands[1].calls("aws sts get-caller-identity"));
        assert!(!first.commands[1].calls("aws sts get-caller"));
        assert_eq!(first.commands[2].text, "ls | wc -l");
        assert_eq!(sections[0].commands[0].text, "A=1");
    }

    #[test]
    fn what_would_not_be_run_is_refused() {
        let refused = |text: &str| sections(text).unwrap_err().to_string();
        assert!(refused("a\nrun `portcullis release \"$ARN\"`").starts_with("line 2: a command in a sentence"));
        assert!(refused("```sh\necho 'a\n```\n").contains("line 2: the command does not end"));
        assert!(refused("```sh\n").contains("does not end"));
        let twice = "## A\n```sh\nls\n```\n## B\n```sh\nls\n```\n## A\n```sh\nls\n```\n";
        assert!(refused(twice).contains("two sections are called A"));
    }

    #[test]
    fn headings_become_addresses_and_kinds() {
        let text = "# A\n```sh\n# no\n```\n### AWS Config\n#### LOCKED OUT\n#### APPROVED, REJECTED\n";
        assert_eq!(anchors(text), ["a", "aws-config", "locked-out", "approved-rejected"]);
        assert_eq!(kinds(text), ["LOCKED OUT", "APPROVED", "REJECTED"]);
    }

    #[test]
    fn names_are_told_once() {
        let command = Command { line: 1, text: "a \"$KEY\" ${KEY} \"$STACK-respond\" $(date) '$'".to_owned() };
        assert_eq!(command.names(), ["KEY", "STACK"]);
    }
}
