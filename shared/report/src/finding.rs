//! A section for each finding: all that an auditor needs of it, on a page of its own.

mod decision;
mod evidence;
mod rule;

use portcullis_domain::{Actor, Finding};
use portcullis_replay::names;

use crate::Shown;
use crate::findings::SECTIONS;
use crate::html::{Anchor, Page};
use crate::outcome::Row;
use crate::section::section;
use crate::text::{number, plural, time, time_or};
use crate::timeline::first_of;
use crate::words::{self, raw};

/// Writes the sections.
pub(crate) fn sections(page: &mut Page, shown: &Shown<'_>, rows: &[Row<'_>]) {
    if rows.is_empty() {
        return;
    }
    section(page, &Anchor::of("details"), "Findings in detail", |page| {
        for row in rows.iter().take(SECTIONS) {
            one(page, shown, row);
        }
    });
}

fn one(page: &mut Page, shown: &Shown<'_>, row: &Row<'_>) {
    let finding = row.finding;
    let anchor = Anchor::finding(&finding.id);
    let name = anchor.within("heading");
    page.tag("article").class("finding").id(&anchor).refers("aria-labelledby", &[&name]).holds(|page| {
        page.tag("header").holds(|page| {
            page.tag("p").class("above").holds(|page| {
                words::severity(page, row.severity());
                page.text(" ");
                page.tag("a").to(&anchor).class("raw").text(&finding.id);
            });
            page.tag("h3").id(&name).text(&finding.rule.title);
            page.tag("p").class("lead").holds(|page| {
                page.tag("strong").class("raw").text(names::actor(&finding.actor.principal));
                page.text(" on ");
                page.tag("strong").class("raw").text(names::assets(finding));
                page.text(", ");
                time_or(page, first_of(finding), "at a time that is not known");
                page.text(format_args!(": {}", row.decision()));
            });
        });
        page.tag("dl").class("facts").holds(|page| facts(page, shown, finding));
        decision::decision(page, shown, row);
        evidence::evidence(page, finding);
        rule::rule(page, shown.rules, &finding.rule);
        page.tag("p").class("foot").holds(|page| {
            page.text(format_args!(
                "Finding {} of a replay by Portcullis {} in mode {}, made ",
                finding.id, shown.version, shown.settings.mode
            ));
            time(page, shown.made);
            page.text(" (UTC, as are all times). ");
            page.tag("a").class("back").to(&Anchor::of("findings")).text("Back to the findings");
        });
    });
}

/// A name and what it stands for.
fn fact(page: &mut Page, name: &'static str, write: impl FnOnce(&mut Page)) {
    page.tag("div").holds(|page| {
        page.tag("dt").text(name);
        page.tag("dd").holds(write);
    });
}

/// The same, where there is something.
fn known(page: &mut Page, name: &'static str, value: Option<&impl std::fmt::Display>) {
    if let Some(value) = value {
        fact(page, name, |page| raw(page, value));
    }
}

fn facts(page: &mut Page, shown: &Shown<'_>, finding: &Finding) {
    fact(page, "finding", |page| raw(page, &finding.id));
    fact(page, "rule", |page| raw(page, &finding.rule.id));
    person(page, &finding.actor);
    fact(page, "assets", |page| assets(page, finding));
    fact(page, "tier", |page| {
        page.text(finding.tier.map_or("no entry of the settings names them", |tier| tier.as_str()));
    });
    if !finding.entries.is_empty() {
        fact(page, "entries of the settings", |page| raw(page, finding.entries.join(", ")));
    }
    fact(page, "authorized", |page| {
        page.text(match finding.authorized {
            Some(true) => "yes, by every entry that names the assets",
            Some(false) => "no",
            None => "no entry says",
        });
    });
    known(page, "account", finding.account.as_ref());
    known(page, "Region", finding.region.as_ref());
    burst(page, finding);
    fact(page, "mode of the settings", |page| page.text(shown.settings.mode));
}

fn person(page: &mut Page, actor: &Actor) {
    fact(page, "actor", |page| raw(page, &actor.principal));
    fact(page, "kind of actor", |page| page.text(actor.kind().as_str()));
    let session = &actor.session;
    known(page, "session", session.name.as_ref());
    known(page, "source identity", session.source_identity.as_ref());
    known(page, "federated as", session.federated_as.as_ref());
    known(page, "issued to", session.issued_to.as_ref());
    known(page, "access key", session.access_key_id.as_ref());
    if let Some(mfa) = session.mfa {
        fact(page, "multi-factor authentication", |page| page.text(if mfa { "yes" } else { "no" }));
    }
}

/// As many assets of a finding are named.
const ASSETS: usize = 20;

fn assets(page: &mut Page, finding: &Finding) {
    if finding.assets.is_empty() {
        return page.text("none: it is about the account");
    }
    for (place, asset) in finding.assets.iter().take(ASSETS).enumerate() {
        if place > 0 {
            page.tag("br").void();
        }
        raw(page, asset);
    }
    let more = finding.assets.len().saturating_sub(ASSETS);
    if more > 0 {
        page.text(format_args!(" and {} more", number(more)));
    }
}

fn burst(page: &mut Page, finding: &Finding) {
    let Some(burst) = &finding.burst else { return };
    fact(page, "many events together", |page| {
        let at_least = if burst.at_least { "at least " } else { "" };
        page.text(format_args!("{at_least}{}, from ", plural(burst.events, "event", "events")));
        time(page, burst.first);
        page.text(" to ");
        time(page, burst.last);
    });
    if !burst.group.is_empty() {
        let common: Vec<String> = burst.group.iter().map(|(field, value)| format!("{field} = {value}")).collect();
        fact(page, "what they have in common", |page| raw(page, common.join(", ")));
    }
    if !burst.actors.is_empty() {
        fact(page, "who took part", |page| raw(page, burst.actors.join(", ")));
    }
}
