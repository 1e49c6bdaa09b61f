//! IAM, in types split by power, as the functions' roles are: one reads, one contains, one undoes.

mod apply;
mod read;
mod simulate;
mod undo;

use std::sync::Arc;
use std::time::Duration;

use crate::accounts::Accounts;

/// IAM answers so when there is no such role, user, key or attachment (IAM API Reference).
const NO_SUCH_ENTITY: &str = "NoSuchEntity";

/// Reads after writes may be stale (IAM User Guide, *Troubleshoot IAM*, "Changes that I make are not always immediately
/// visible"): how long each next look waits.
const PAUSES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_secs(1),
];

macro_rules! of_accounts {
    ($($(#[$meaning:meta])* $name:ident),+) => {$(
        $(#[$meaning])*
        #[derive(Clone, Debug)]
        pub struct $name(Arc<Accounts>);

        impl $name {
            /// Over the clients of these accounts.
            pub const fn new(accounts: Arc<Accounts>) -> Self {
                Self(accounts)
            }
        }
    )+};
}

of_accounts!(
    /// Reads principals.
    IamReader,
    /// Asks IAM's simulator what they may do.
    IamSimulator,
    /// Contains them.
    IamContain,
    /// Undoes that.
    IamLift
);
