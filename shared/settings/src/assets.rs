//! An entry of `assets:`: which keys or secrets, how much they matter, and who may use them.

use portcullis_domain::{Actor, Tier};

use crate::actors::any_includes;
use crate::{AuthorizedActor, Inventory, OwnRate, Selector};

/// An entry of `assets:`.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetEntry {
    /// What people call it; no two entries share a name.
    pub name: String,
    /// Which keys or secrets it is about.
    pub selector: Selector,
    /// How much they matter. Present but for decoys, of which it need not be said.
    pub tier: Option<Tier>,
    /// Who may use them. Absent when the entry does not say; present and empty when nobody may.
    pub authorized: Option<Vec<AuthorizedActor>>,
    /// Whether they are decoys: nobody has any business with them, so that every use is worth a look.
    pub decoy: bool,
    /// Who changes their value as a matter of course. Absent when the entry does not say; present and empty when
    /// nobody does.
    pub rotators: Option<Vec<AuthorizedActor>>,
    /// The name of the entry of `hours` that holds for them, whoever uses them.
    pub hours: Option<String>,
    /// From how many uses on an alarm rings, where that is not as for all. Only critical and sensitive entries have one.
    pub high_rate: Option<OwnRate>,
    /// The line of the file on which the entry starts, from 1.
    pub line: usize,
}

impl AssetEntry {
    /// Whether `actor` may use the assets; absent when the entry does not say.
    pub fn authorizes(&self, actor: &Actor, inventory: &Inventory) -> Option<bool> {
        self.authorized.as_ref().map(|authorized| any_includes(authorized, actor, inventory))
    }

    /// Whether `actor` rotates the assets; absent when the entry does not say.
    pub fn is_rotated_by(&self, actor: &Actor, inventory: &Inventory) -> Option<bool> {
        self.rotators.as_ref().map(|rotators| any_includes(rotators, actor, inventory))
    }
}
