//! Alarms of CloudWatch as pages: deduplicated among themselves, and with findings on the same keys and secrets.
//!
//! All alarms of one thing belong together: those of an entry of `assets:`, each alarm about Portcullis itself, each
//! control of CIS. Each waking opens an incident, what wakes nobody brings the last one up to date, and all end together.
//! What is to be told is written down with the state that it follows from, sent, and crossed out: a crash anywhere leaves
//! it to whoever hears of the thing next, or to the minute's round. Only a crash between publishing a page and crossing it
//! out makes a second page, of the same change and under the same incident.

mod change;
mod cover;
mod incident;
mod notice;
mod round;
mod step;
mod tell;
mod waking;

pub use change::{AlarmChange, AlarmState};
pub use incident::AlarmIncident;
pub use notice::{AlarmNotice, Ringing, Telling};
pub use round::AlarmsTold;
pub use step::{AlarmOutcome, Noted};
pub use tell::AlarmReport;
