//! On which line of a rule file a field or a value stands.

/// The line, from 1, on which the rule `id` asks for `value` of `field`; as near as can be told.
pub(super) fn line(yaml: &str, id: &str, field: &str, value: Option<&str>) -> usize {
    let lines: Vec<&str> = yaml.lines().collect();
    let (first, last) = document(&lines, id);
    let within = || lines.iter().enumerate().take(last).skip(first).filter(|(_, line)| !is_comment(line));
    // A key, `field:` or `field|modifier:`; in a correlation the name alone.
    let last_name = field.rsplit('.').next().unwrap_or(field);
    let key = |name: &str| within().find(|(_, line)| is_key(line, name)).map(|(at, _)| at);
    let any = || within().find(|(_, line)| line.contains(field)).map(|(at, _)| at);
    // Inside a block about a list's elements, only the last name of the path is written.
    let at = key(field).or_else(any).or_else(|| key(last_name)).unwrap_or(first);
    let below = |value: &str| within().skip_while(|(index, _)| *index < at).find(|(_, line)| line.contains(value));
    value.and_then(below).map_or(at, |(at, _)| at) + 1
}

/// The first line of the document that holds the rule, and the one behind its last.
fn document(lines: &[&str], id: &str) -> (usize, usize) {
    let mut first = 0;
    for (index, line) in lines.iter().enumerate().chain([(lines.len(), &"---")]) {
        if line.trim_end() == "---" {
            let named =
                lines.iter().take(index).skip(first).any(|line| {
                    line.strip_prefix("name:").is_some_and(|name| name.trim().trim_matches(['"', '\'']) == id)
                });
            if named {
                return (first, index);
            }
            first = index + 1;
        }
    }
    (0, lines.len())
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// Whether `name` stands in the line as a whole word with a colon or a bar behind it.
fn is_key(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + name.len()..).and_then(|after| after.chars().next());
        before.is_none_or(|c| !c.is_alphanumeric() && c != '.') && matches!(after, Some(':' | '|' | '\'' | '"' | '['))
    })
}
