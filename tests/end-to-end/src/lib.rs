#![doc = include_str!("../README.md")]

pub mod artifact;
pub mod aws;
pub mod cli;
pub mod emulator;
pub mod history;
pub mod identity;
pub mod intake;
pub mod ledger;
pub mod logs;
pub mod monitoring;
pub mod narrator;
pub mod outcome;
pub mod pages;
pub mod paths;
pub mod reader;
pub mod record;
pub mod replay;
pub mod report;
pub mod runbook;
pub mod shell;
pub mod stack;
pub mod template;
pub mod wait;
pub mod world;

/// The account that Portcullis is deployed in.
pub const HOME: &str = "111122223333";
/// Another account.
pub const FOREIGN: &str = "444455556666";
/// The Region of everything here.
pub const REGION: &str = "eu-west-1";
/// The policy that a quarantine attaches.
pub const DENY_ALL: &str = "arn:aws:iam::aws:policy/AWSDenyAll";
