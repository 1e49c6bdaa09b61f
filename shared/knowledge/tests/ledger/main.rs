//! The ledger under random streams: any order, any duplication, several workers, crashes, a store that fails.

#![cfg(test)]

mod cost;
mod counts;
mod examples;
mod first_sightings;
mod rates;
mod world;
