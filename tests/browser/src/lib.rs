#![doc = include_str!("../README.md")]

mod browser;
mod driver;
mod pdf;

pub use browser::{Browser, Screen};
pub use driver::{CHROMIUM, DRIVER, Driver, missing};
pub use pdf::pages;
