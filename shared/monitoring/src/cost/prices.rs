//! Prices, which only the reader knows, and what it all comes to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use thiserror::Error;

use super::item::Item;
use super::quantity::Quantity;

/// Prices as somebody filled them in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices {
    /// What they are in: `EUR`.
    pub currency: Option<String>,
    known: BTreeMap<&'static str, f64>,
}

/// A price that is none.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum PriceError {
    /// Nothing is billed under that name.
    #[error("`{0}` is nothing that has a price here; see docs/examples/prices.yaml for what has")]
    Unknown(String),
    /// It is less than nothing, or not a number.
    #[error("the price of `{key}` is {price}, which no price is")]
    Impossible {
        /// The name.
        key: String,
        /// What was given.
        price: f64,
    },
}

impl Prices {
    /// From a file's names and numbers; those without a number are not known.
    ///
    /// # Errors
    ///
    /// When a name is unknown, or a number no price.
    pub fn new(
        currency: Option<String>,
        given: impl IntoIterator<Item = (String, Option<f64>)>,
    ) -> Result<Self, PriceError> {
        let mut known = BTreeMap::new();
        for (key, price) in given {
            let Some(item) = Item::ALL.iter().find(|item| item.key == key) else {
                return Err(PriceError::Unknown(key));
            };
            match price {
                Some(price) if price.is_finite() && price >= 0.0 => {
                    known.insert(item.key, price);
                }
                Some(price) => return Err(PriceError::Impossible { key, price }),
                None => {}
            }
        }
        Ok(Self { currency, known })
    }

    /// What a quantity costs; nothing where its price is not known.
    pub fn cost(&self, quantity: &Quantity) -> Option<f64> {
        self.known.get(quantity.item.key).map(|price| quantity.per_month / f64::from(quantity.item.lot) * price)
    }
}

/// What it all comes to, as far as prices are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Bill {
    /// The sum of what has a price.
    pub sum: f64,
    /// What has none, by name: it is not in the sum.
    pub missing: Vec<&'static str>,
}

/// Adds up. What there is none of needs no price.
pub fn bill(quantities: &[Quantity], prices: &Prices) -> Bill {
    let needed = quantities.iter().filter(|one| one.per_month > 0.0);
    let missing = needed.filter(|one| prices.cost(one).is_none()).map(|one| one.item.key).collect();
    // The sum of no numbers is minus zero.
    Bill { sum: quantities.iter().filter_map(|one| prices.cost(one)).fold(0.0, |sum, cost| sum + cost), missing }
}

/// A file of prices to be filled in.
pub fn empty_file() -> String {
    let mut file = "# Prices for `portcullis cost --prices FILE`. Fill in what AWS's pages say for your Region and agreement: none is\n\
                    # stated here. A price is that of as many as its comment says. It is taken as flat: free tiers and steps of volume\n\
                    # are not known. What is left empty is named, and left out of the sum.\n\n\
                    # USD, EUR\n\
                    currency:\n"
        .to_owned();
    for Item { key, unit, lot, page } in Item::ALL {
        let lot = super::quantity::whole(f64::from(*lot));
        let unit = if lot == "1" { unit.strip_suffix('s').unwrap_or(unit) } else { unit };
        // Writing to a string cannot fail.
        let _ = write!(file, "\n# {lot} {unit}: {page}\n{key}:\n");
    }
    file
}
