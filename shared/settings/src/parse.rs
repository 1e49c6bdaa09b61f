//! The text of `portcullis.yaml` becomes [`Settings`], or everything that is wrong with it.

mod actors;
mod alarms;
mod arns;
mod assets;
mod containment;
mod durations;
mod entries;
mod exemptions;
mod hours;
mod load;
mod networks;
mod principals;
mod response;
mod times;

use jiff::SignedDuration;

use self::durations::duration;
use self::hours::ReadHours;
use crate::reader::{Map, Node, Report};
use crate::{Mode, PagingSettings, Problems, Settings};

/// A page has room for this many characters of a reason.
const LONGEST_REASON: usize = 200;

const KEYS: &[&str] = &[
    "mode",
    "assets",
    "protected",
    "operators",
    "members",
    "response",
    "asking",
    "lockout",
    "quarantine",
    "limits",
    "paging",
    "alarms",
    "accounts",
    "hours",
    "changes",
    "networks",
    "audit",
    "exemptions",
    "rules",
    "geoip",
];

/// Understands the text of `portcullis.yaml`. An empty text, or one of comments alone, gives the default settings;
/// so does leaving out any part.
///
/// # Errors
///
/// Every problem in the text at once, by position. Text that is not YAML gives one problem, since what follows the
/// first mistake cannot be read.
pub fn parse(yaml: &str) -> Result<Settings, Problems> {
    let Some(document) = load::load(yaml)? else { return Ok(Settings::default()) };
    let mut report = Report::default();
    let settings = read(&Node::root(&document), &mut report);
    Problems::sorted(report.into_problems()).map_or(Ok(settings), Err)
}

fn read(root: &Node<'_>, report: &mut Report) -> Settings {
    let mut settings = Settings::default();
    let top = root.map(report, "a map of settings", KEYS);
    if let Some(mode) = top.get("mode").and_then(|node| node.word(report, Mode::ALL, Mode::as_str)) {
        settings.mode = mode;
    }
    let mut hours = top.get("hours").map(|node| ReadHours::of(node, report)).unwrap_or_default();
    if let Some(node) = top.get("assets") {
        settings.assets = assets::assets(node, report, &mut hours);
    }
    settings.hours = hours.usable(report);
    settings.protected = part(&top, "protected", report, principals::protected);
    settings.operators = part(&top, "operators", report, principals::operators);
    settings.members = part(&top, "members", report, principals::members);
    if let Some(node) = top.get("response") {
        response::response(node, report, &mut settings.response);
    }
    settings.asking = part(&top, "asking", report, containment::asking);
    settings.lockout = part(&top, "lockout", report, containment::lockout);
    settings.quarantine = part(&top, "quarantine", report, containment::quarantine);
    settings.limits = part(&top, "limits", report, containment::limits);
    if let Some(node) = top.get("paging") {
        paging(&node.map(report, "a map", &["topic", "repeat_after"]), report, &mut settings.paging);
    }
    settings.alarms = part(&top, "alarms", report, alarms::alarms);
    settings.accounts = part(&top, "accounts", report, networks::accounts);
    settings.changes = part(&top, "changes", report, hours::changes);
    settings.networks = part(&top, "networks", report, networks::networks);
    settings.audit = part(&top, "audit", report, networks::audit);
    settings.exemptions = part(&top, "exemptions", report, exemptions::exemptions);
    settings.rules = part(&top, "rules", report, exemptions::overrides);
    settings.geoip = part(&top, "geoip", report, networks::geoip);
    settings
}

/// What `read` makes of the value of `key`; the default where there is none.
fn part<T: Default>(top: &Map<'_>, key: &str, report: &mut Report, read: fn(&Node<'_>, &mut Report) -> T) -> T {
    top.get(key).map(|node| read(node, report)).unwrap_or_default()
}

fn paging(map: &Map<'_>, report: &mut Report, paging: &mut PagingSettings) {
    if let Some(node) = map.get("topic") {
        paging.topic = node.parsed(report, "the ARN of a standard SNS topic");
    }
    if let Some(node) = map.get("repeat_after") {
        let allowed = SignedDuration::ZERO..=SignedDuration::from_hours(7 * 24);
        if let Some(found) = duration(node, report, &allowed, "a duration from 0s to 7d") {
            paging.repeat_after = found;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
