//! The fast way of reading comes to exactly what the plain way comes to, whatever the logs, the rules and the settings.

#![cfg(test)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails where it meets it"
)]

mod arbitrary;
mod cases;
mod corpus;
mod deployments;
mod files;
mod order;
mod reads;
mod records;
mod text;
mod told;
