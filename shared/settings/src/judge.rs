//! What the settings say of an actor and the assets it touched.

use portcullis_domain::{Actor, Asset, Tier};

use crate::{Inventory, Settings};

/// What the settings say of an actor and the assets it touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The highest tier of the entries that match; absent when none does.
    pub tier: Option<Tier>,
    /// Whether every matching entry that says who is authorised authorises the actor; absent when none says.
    pub authorized: Option<bool>,
    /// Whether the actor is never to be touched.
    pub protected: bool,
    /// The names of the entries that match, in the order of the file.
    pub matched: Vec<String>,
}

impl Settings {
    /// Looks the actor and the assets up. Every entry that matches any of the assets counts: of overlapping entries
    /// the highest tier holds, and each can withhold authorisation.
    pub fn judge(&self, actor: &Actor, assets: &[Asset], inventory: &Inventory) -> Judgement {
        let mut judgement =
            Judgement { protected: self.is_protected(&actor.principal).is_some(), ..Judgement::default() };
        for entry in &self.assets {
            if !assets.iter().any(|asset| entry.selector.matches(asset, inventory)) {
                continue;
            }
            judgement.tier = judgement.tier.max(Some(entry.tier));
            if let Some(authorized) = entry.authorizes(actor) {
                judgement.authorized = Some(authorized && judgement.authorized != Some(false));
            }
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

#[cfg(test)]
mod tests;
