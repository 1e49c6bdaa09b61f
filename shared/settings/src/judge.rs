//! What the settings say of an actor and the assets it touched.

use jiff::Timestamp;
use portcullis_domain::{Actor, Asset, Origin, Tier};

use crate::{AssetEntry, Inventory, Settings};

/// What is judged: one call, as far as the settings can say anything of it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Who made it.
    pub actor: &'a Actor,
    /// What it touched.
    pub assets: &'a [Asset],
    /// Where it came from.
    pub origin: &'a Origin,
    /// When it was made; absent when the record does not tell.
    pub time: Option<Timestamp>,
}

/// What the settings say of an actor and the assets it touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The highest tier of the entries that match; absent when none has one.
    pub tier: Option<Tier>,
    /// Whether every matching entry that says who is authorised authorises the actor; absent when none says.
    pub authorized: Option<bool>,
    /// Whether the actor is never to be touched, by its ARN or path. Tags that protect do not show here: they are read
    /// at the moment of acting.
    pub protected: bool,
    /// The names of the entries that match, in the order of the file.
    pub matched: Vec<String>,
    /// Whether a touched asset is a decoy, by a matching entry or by its tag `portcullis:decoy`.
    pub decoy: bool,
    /// Whether, of each touched asset that has rotators, a matching entry names the actor as one; absent when none has.
    pub rotator: Option<bool>,
    /// Whether the call was made outside the working hours that apply, and outside planned work; absent when none
    /// apply, or without a time.
    pub off_hours: Option<bool>,
    /// The change window that the call falls in.
    pub change: Option<String>,
    /// The named network that the call came from.
    pub network: Option<String>,
}

impl Settings {
    /// Looks the call up. Every entry that matches any of the assets counts: of overlapping entries the highest tier
    /// holds, each can withhold authorisation, and each can name hours that the call was made outside of.
    pub fn judge(&self, subject: &Subject<'_>, inventory: &Inventory) -> Judgement {
        let matching: Vec<Vec<usize>> = subject.assets.iter().map(|asset| self.matching(asset, inventory)).collect();
        self.judge_by(subject, inventory, &matching)
    }

    /// The entries that match an asset, by their places in [`Settings::assets`]. It takes a look at each of them; where many
    /// calls touch one asset, it is worth keeping for [`Settings::judge_by`].
    pub fn matching(&self, asset: &Asset, inventory: &Inventory) -> Vec<usize> {
        let entries = self.assets.iter().enumerate();
        entries.filter(|(_, entry)| entry.selector.matches(asset, inventory)).map(|(place, _)| place).collect()
    }

    /// [`Settings::judge`] for whoever knows which entries match each asset of the subject, in their order.
    pub fn judge_by(
        &self,
        subject: &Subject<'_>,
        inventory: &Inventory,
        matching: &[impl AsRef<[usize]>],
    ) -> Judgement {
        let Subject { actor, assets, origin, time } = *subject;
        let entries = |places: &[usize]| places.iter().filter_map(|place| self.assets.get(*place)).collect();
        let touched: Vec<Vec<&AssetEntry>> = matching.iter().map(|places| entries(places.as_ref())).collect();
        let change = time.and_then(|at| self.change(actor, inventory, at));
        let off_hours = time.and_then(|at| self.is_off_hours(&touched, actor, inventory, at));
        let mut judgement = Judgement {
            protected: self.is_protected(&actor.principal).is_some(),
            decoy: assets.iter().any(|asset| inventory.is_tagged_decoy(asset)),
            rotator: rotator(&touched, actor, inventory),
            off_hours: off_hours.map(|off| off && change.is_none()),
            change: change.map(|change| change.name.clone()),
            network: self.network(origin).map(|network| network.name.clone()),
            ..Judgement::default()
        };
        let is_touched = |entry: &&AssetEntry| touched.iter().flatten().any(|other| std::ptr::eq(*entry, *other));
        for entry in self.assets.iter().filter(is_touched) {
            judgement.tier = judgement.tier.max(entry.tier);
            if let Some(authorized) = entry.authorizes(actor, inventory) {
                judgement.authorized = Some(authorized && judgement.authorized != Some(false));
            }
            judgement.decoy |= entry.decoy;
            judgement.matched.push(entry.name.clone());
        }
        judgement
    }

    /// Whether any entry can be matched better with an inventory at hand: entries by alias or tag, and entries that
    /// name keys by ARN, since a record may name a key by its alias alone.
    pub fn needs_inventory(&self) -> bool {
        self.assets.iter().any(|entry| entry.selector.needs_inventory())
    }

    /// The entries by alias or tag that the inventory resolves to nothing, one sentence each, with the line.
    pub fn unresolved(&self, inventory: &Inventory) -> Vec<String> {
        let unresolved = self.assets.iter().filter(|entry| !entry.selector.resolves(inventory));
        unresolved
            .map(|entry| {
                format!(
                    "line {}: `{}` names {}, which nothing in the inventory has",
                    entry.line, entry.name, entry.selector
                )
            })
            .collect()
    }
}

/// One of the entries of an asset is enough, since each tells of some of its rotators; but to rotate one asset says
/// nothing of another that was touched along with it.
fn rotator(touched: &[Vec<&AssetEntry>], actor: &Actor, inventory: &Inventory) -> Option<bool> {
    let of_asset = |entries: &Vec<&AssetEntry>| {
        entries.iter().filter_map(|entry| entry.is_rotated_by(actor, inventory)).reduce(|is, other| is || other)
    };
    touched.iter().filter_map(of_asset).reduce(|is, other| is && other)
}

#[cfg(test)]
mod tests;
