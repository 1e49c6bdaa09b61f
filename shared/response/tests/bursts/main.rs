//! Bursts: told again as they grow, joined, tried out, and taken back.

#![cfg(test)]

mod again;
mod grown;
mod joined;
mod model;
mod properties;
mod several;
mod shadow;
mod withdrawn;
mod world;
