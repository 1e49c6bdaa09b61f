//! A page in all its forms, and as the one message that SNS takes.

use portcullis_response::Notice;
use serde::Serialize;

use crate::PageContext;
use crate::limits::Limits;
use crate::story::Story;
use crate::text::cut;

/// A page in all its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// One line of fewer than 100 characters, without control characters (SNS API Reference, *Publish*, `Subject`).
    pub subject: String,
    /// Plain text, for mail.
    pub body: String,
    /// One part of a text message, in characters that every phone has.
    pub sms: String,
    /// JSON for a chat, as Amazon Q Developer in chat applications takes it.
    pub chat: String,
    /// JSON for programs: `portcullis.page/1`.
    pub generic: String,
    /// What a subscription's filter policy may look at, by name.
    pub attributes: Vec<(&'static str, String)>,
}

/// What SNS takes for each protocol (SNS API Reference, *Publish*, `MessageStructure`).
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ByProtocol<'p> {
    default: &'p str,
    email: &'p str,
    email_json: &'p str,
    sms: &'p str,
    http: &'p str,
    https: &'p str,
    lambda: &'p str,
    sqs: &'p str,
    firehose: &'p str,
}

/// SNS takes 256 KiB, attributes and all (SNS API Reference, *Publish*, `Message`); this leaves room for what it adds.
const LARGEST: usize = 192 * 1024;

/// The longest attribute; a filter policy that looks for one matches short words.
const ATTRIBUTE: usize = 200;

/// Renders a notice. A page that is too large for its way to on-call is told again with less, and says so.
pub fn render(notice: Notice<'_>, context: &PageContext) -> Page {
    let story = Story::tell(notice, context);
    let limits = || Limits::READ.shrinking().zip(Limits::FULL.shrinking());
    let page = |(read, full): (Limits, Limits)| Page::of(&story, read, full);
    let fits = limits().map(page).find(|page| page.size() <= LARGEST);
    // What is left of the shortest is bounded by what IAM lets names be.
    fits.unwrap_or_else(|| Page::of(&story, Limits::READ.least(), Limits::FULL.least()))
}

impl Page {
    fn of(story: &Story, read: Limits, full: Limits) -> Self {
        let (subject, body) = (story.subject(), story.email(read));
        Self {
            generic: story.generic(full, &subject, &body),
            subject,
            body,
            sms: story.sms(),
            chat: story.chat(read),
            attributes: attributes(story),
        }
    }

    /// The message for `MessageStructure: json`: each kind of subscription gets the form that it can use. A chat is
    /// subscribed over HTTPS by Amazon Q Developer, so other HTTPS endpoints get that form too.
    pub fn message(&self) -> String {
        let Self { body, sms, chat, generic, .. } = self;
        let message = ByProtocol {
            default: body,
            email: body,
            email_json: generic,
            sms,
            http: generic,
            https: chat,
            lambda: generic,
            sqs: generic,
            firehose: generic,
        };
        // Texts only: nothing in it that JSON could not say.
        serde_json::to_string(&message).unwrap_or_default()
    }

    /// How many bytes SNS counts.
    pub fn size(&self) -> usize {
        let attributes = self.attributes.iter().map(|(name, value)| name.len() + "String".len() + value.len());
        self.message().len() + self.subject.len() + attributes.sum::<usize>()
    }
}

/// Only those that apply; SNS takes no empty one.
fn attributes(story: &Story) -> Vec<(&'static str, String)> {
    let rule = story.rule.as_ref().map(|rule| rule.id.as_str()).unwrap_or_default();
    let all = [
        ("kind", story.kind.class()),
        ("severity", story.severity.as_str()),
        ("rule", rule),
        ("outcome", story.kind.outcome()),
        ("finding", &story.finding),
        ("action", story.action.as_str()),
        ("dedup_key", &story.incident),
    ];
    let there = all.into_iter().filter(|(_, value)| !value.is_empty());
    there.map(|(name, value)| (name, cut(value, ATTRIBUTE, ""))).collect()
}
