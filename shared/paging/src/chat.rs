//! The page as Amazon Q Developer in chat applications takes it from SNS (Administrator Guide, *Custom notifications*:
//! `version`, `source`, `content`, `metadata`). Any other JSON it drops without a word.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::kind::Kind;
use crate::limits::Limits;
use crate::story::Story;
use crate::text::{Lines, cut};

// The guide's limits are in characters; counted in bytes nothing can be too long, whichever characters are meant.
const TITLE: usize = 250;
const DESCRIPTION: usize = 8_000;
const NEXT_STEP: usize = 350;
const KEYWORD: usize = 75;
/// Not limited by the guide; a thread's head is one line.
const SUMMARY: usize = 500;

#[derive(Serialize)]
struct Message {
    version: &'static str,
    source: &'static str,
    content: Content,
    metadata: Metadata,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    text_type: &'static str,
    title: String,
    description: String,
    next_steps: Vec<String>,
    keywords: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    #[serde(skip_serializing_if = "String::is_empty")]
    thread_id: String,
    summary: String,
    event_type: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_resources: Vec<String>,
    additional_context: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_custom_actions: Option<bool>,
}

impl Story {
    /// The page as a chat message, in JSON.
    pub(crate) fn chat(&self, limits: Limits) -> String {
        let message = Message {
            version: "1.0",
            source: "custom",
            content: Content {
                text_type: "client-markdown",
                title: cut(&plain(&self.subject()), TITLE, "…"),
                description: self.description(limits),
                next_steps: self.next_steps(),
                keywords: self.keywords(),
            },
            metadata: Metadata {
                thread_id: self.incident.clone(),
                summary: cut(&plain(&self.headline), SUMMARY, "…"),
                event_type: self.kind.class(),
                related_resources: self.resources(limits),
                additional_context: self.context(),
                // A button would answer in the name of the chat's role, so nobody could tell who did.
                enable_custom_actions: (self.kind == Kind::Asked).then_some(false),
            },
        };
        // Text and maps with texts as keys: nothing in it that JSON could not say.
        serde_json::to_string(&message).unwrap_or_default()
    }

    /// All of it in one block of code, where no markup of a log's means anything.
    fn description(&self, limits: Limits) -> String {
        const FENCE: &str = "```\n";
        let room = DESCRIPTION - 2 * FENCE.len() - 1;
        let told = |limits: Limits| {
            let mut lines = Lines::default();
            self.told(limits, &mut lines);
            plain(lines.into_text().trim_end())
        };
        let shortest = || cut(&told(limits.least()), room, "…");
        let fits = limits.shrinking().map(told).find(|text| text.len() <= room);
        format!("{FENCE}{}\n{}", fits.unwrap_or_else(shortest), FENCE.trim_end())
    }

    fn next_steps(&self) -> Vec<String> {
        let mut steps: Vec<String> = Vec::new();
        if let Some(question) = &self.question {
            steps.push(command("Yes", &question.approve, &self.status));
            steps.push(command("No", &question.reject, &self.status));
        }
        steps.extend(self.first.iter().map(|first| command("Look", first, &self.status)));
        if let Some(release) = self.undo.as_ref().and_then(|undo| undo.release.as_ref()) {
            steps.push(command("Undo", release, &self.status));
        }
        steps.push(format!("Runbook: {}", plain(&self.runbook)));
        steps.push(command("Status", &self.status, &self.status));
        steps.retain(|step| step.len() <= NEXT_STEP);
        steps
    }

    fn keywords(&self) -> Vec<String> {
        let severity = self.severity.as_str().to_owned();
        let rule = self.rule.as_ref().map(|rule| rule.id.clone());
        let word = self.kind.word().to_lowercase();
        let words = [Some(severity), Some(word), rule, Some(self.finding.clone()), Some(self.incident.clone())];
        let words = words.into_iter().flatten().filter(|word| !word.is_empty());
        words.map(|word| cut(&plain(&word), KEYWORD, "…")).collect()
    }

    fn resources(&self, limits: Limits) -> Vec<String> {
        let actor = [self.actor.name.clone()].into_iter().filter(|name| !name.is_empty());
        let all: Vec<String> = actor.chain(self.facts.assets.iter().cloned()).map(|name| plain(&name)).collect();
        limits.some(&all)
    }

    fn context(&self) -> BTreeMap<&'static str, String> {
        let mut context = BTreeMap::from([
            ("outcome", self.kind.outcome().to_owned()),
            ("severity", self.severity.as_str().to_owned()),
            ("stack", plain(&self.stack)),
        ]);
        context.extend((!self.finding.is_empty()).then(|| ("finding", self.finding.clone())));
        context.extend(self.rule.as_ref().map(|rule| ("rule", plain(&rule.id))));
        context.extend(self.account.as_ref().map(|account| ("account", account.clone())));
        context.extend(self.region.as_ref().map(|region| ("region", plain(region))));
        context.extend(self.ends.map(|ends| ("ends", format!("{ends:.0}"))));
        context
    }
}

/// A command, or how to come by it: a part of one must never be pasted.
fn command(label: &str, command: &str, status: &str) -> String {
    let whole = format!("{label}: `{command}`");
    let safe = plain(command) == command;
    if safe && whole.len() <= NEXT_STEP {
        return whole;
    }
    format!("{label}: the command is too long for a chat; the mail has it, and `{status}` the names")
}

/// Without what a chat makes mentions, links and blocks of. A mention of everybody is `<!channel>`, a link
/// `<https://…|text>` (Slack, *Formatting text for app surfaces*) or `[text](…)` (Microsoft Teams, *Format messages*).
fn plain(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '<' => '‹',
            '>' => '›',
            '`' => '\'',
            other => other,
        })
        .collect();
    plain.replace("](", "] (")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_mentions_nobody_and_links_nowhere() {
        assert_eq!(plain("<!channel> ```x``` [a](b)"), "‹!channel› '''x''' [a] (b)");
    }

    #[test]
    fn a_command_is_whole_or_not_there() {
        let status = "portcullis status --stack s";
        assert_eq!(command("Undo", "portcullis release a", status), "Undo: `portcullis release a`");
        for bad in [format!("portcullis release {}", "x".repeat(NEXT_STEP)), "portcullis release '`x`'".to_owned()] {
            let step = command("Undo", &bad, status);
            assert!(step.len() <= NEXT_STEP && !step.contains("release"), "{step}");
        }
    }
}
