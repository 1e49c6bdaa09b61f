//! What goes on in an organisation.

pub(crate) mod deploy;
pub(crate) mod keys;
pub(crate) mod noise;
pub(crate) mod people;
pub(crate) mod plan;
pub(crate) mod rotation;
pub(crate) mod scan;
pub(crate) mod secrets;

use crate::stage::Stage;

/// Something that goes on.
pub(crate) type Activity = fn(&mut Stage<'_>, Turn);

/// How often an account and Region had its turn: what goes round goes by it, so that nothing is left out for long.
pub(crate) type Turn = usize;
