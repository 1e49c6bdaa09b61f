//! How much of something.

use super::item::Item;

/// How much of something a month takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// What.
    pub item: Item,
    /// In a month of 30 days.
    pub per_month: f64,
    /// How it comes about, and what was taken for granted.
    pub how: String,
}

impl Quantity {
    pub(super) const fn new(item: Item, per_month: f64, how: String) -> Self {
        Self { item, per_month, how }
    }

    /// The number as people read it: whole from 100 on, else with as many decimals as say something.
    pub fn number(&self) -> String {
        readable(self.per_month)
    }
}

/// `1,234,567`; `12.3`; `0.045`
pub fn readable(number: f64) -> String {
    if number >= 100.0 || number.fract() == 0.0 {
        return whole(number);
    }
    let decimals = if number >= 10.0 {
        1
    } else if number >= 1.0 {
        2
    } else {
        3
    };
    format!("{number:.decimals$}")
}

/// `1,234,567`
pub(super) fn whole(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
