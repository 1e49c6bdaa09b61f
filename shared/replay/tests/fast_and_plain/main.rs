//! The fast way of reading comes to exactly what the plain way comes to, whatever the logs, the rules and the settings.

#![cfg(test)]

mod arbitrary;
mod cases;
mod clock;
mod corpus;
mod deployments;
mod drip;
mod files;
mod order;
mod reads;
mod records;
mod text;
mod told;
