//! Whole pages, in every form, as on-call and its programs get them.

#![cfg(test)]

mod acted;
mod alarms;
mod asked;
mod bursts;
mod forged;
mod forms;
mod json;
mod left;
mod limits;
mod support;
mod switched;
mod watched;
