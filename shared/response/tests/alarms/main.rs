//! Alarms of CloudWatch: who is woken, what is told under which incident, and that nothing of it is lost.

#![cfg(test)]

mod covered;
mod crashes;
mod due;
mod properties;
mod ringing;
mod settings;
mod uncovered;
mod world;
