//! What attacks are called, and what they are.

use super::{Attack, Outcome, access, credentials, defences, destruction, exposure};
use crate::stage::Stage;

impl Attack {
    /// Its name, its technique in MITRE ATT&CK, and what happens.
    const fn told(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::UnauthorizedRead => (
                "unauthorized-read",
                "T1555.006",
                "the role of a small service reads a critical secret that it is not authorized for",
            ),
            Self::MassRead => {
                ("mass-read", "T1555.006", "a role lists the secrets of its account and reads them one after another")
            }
            Self::BatchRead => {
                ("batch-read", "T1555.006", "secrets are read in one batch, by a filter that spares none")
            }
            Self::DeniedProbe => {
                ("denied-probe", "T1555.006", "a role tries one secret after another and is refused each")
            }
            Self::NewNetwork => (
                "new-network",
                "T1552.005",
                "the credentials of a container decrypt with a critical key from an address never seen before",
            ),
            Self::StolenInstanceCredentials => (
                "stolen-instance-credentials",
                "T1552.005",
                "the credentials of an instance decrypt from outside the network",
            ),
            Self::OffHoursRead => (
                "off-hours-read",
                "T1078.004",
                "an operator's session reads a sensitive secret in the middle of the night",
            ),
            Self::KeysScheduledForDeletion => (
                "keys-scheduled-for-deletion",
                "T1485",
                "three keys are scheduled for deletion with the shortest notice",
            ),
            Self::KeyDisabled => ("key-disabled", "T1489", "a key is disabled that an application still needs"),
            Self::KeyOpenedToForeignAccount => (
                "key-opened-to-foreign-account",
                "T1098",
                "the policy of a sensitive key lets another account in, which then decrypts with it",
            ),
            Self::GrantToForeignAccount => {
                ("grant-to-foreign-account", "T1098", "another account is granted the use of the backup key")
            }
            Self::ForeignReencryption => {
                ("foreign-reencryption", "T1486", "data are put under the key of another account, piece by piece")
            }
            Self::TrailStopped => {
                ("trail-stopped", "T1562.008", "an account's own trail is stopped, and GuardDuty with it")
            }
            Self::TrailBlinded => {
                ("trail-blinded", "T1562.008", "an account's own trail no longer records what keys are used for")
            }
            Self::DecoyTouched => ("decoy-touched", "T1555.006", "somebody finds the bait, and reads it"),
            Self::BackdoorAccessKey => (
                "backdoor-access-key",
                "T1098.001",
                "a user with an access key and all rights is made, who then reads a critical secret",
            ),
            Self::KeyFromManyPlaces => {
                ("key-from-many-places", "T1078.004", "a partner's access key is used from four places within minutes")
            }
            Self::ParameterSweep => {
                ("parameter-sweep", "T1552", "every parameter of an account is read at once, decrypted")
            }
            Self::SecretOverwritten => {
                ("secret-overwritten", "T1565.001", "a developer's session gives a sensitive secret another value")
            }
        }
    }

    /// Its name, as `--attacks` takes it.
    pub const fn as_str(self) -> &'static str {
        self.told().0
    }

    /// Its technique in MITRE ATT&CK.
    pub const fn technique(self) -> &'static str {
        self.told().1
    }

    /// What happens, in a sentence.
    pub const fn description(self) -> &'static str {
        self.told().2
    }

    /// Plays it: at the time and in the account that the stage is set for.
    pub(crate) fn play(self, stage: &mut Stage<'_>) -> Option<Outcome> {
        match self {
            Self::UnauthorizedRead => access::unauthorized_read(stage),
            Self::MassRead => access::mass_read(stage),
            Self::BatchRead => access::batch_read(stage),
            Self::DeniedProbe => access::denied_probe(stage),
            Self::NewNetwork => credentials::new_network(stage),
            Self::StolenInstanceCredentials => credentials::stolen_instance_credentials(stage),
            Self::OffHoursRead => access::off_hours_read(stage),
            Self::KeysScheduledForDeletion => Some(destruction::keys_scheduled_for_deletion(stage)),
            Self::KeyDisabled => destruction::key_disabled(stage),
            Self::KeyOpenedToForeignAccount => exposure::key_opened(stage),
            Self::GrantToForeignAccount => exposure::grant(stage),
            Self::ForeignReencryption => destruction::foreign_reencryption(stage),
            Self::TrailStopped => Some(defences::trail_stopped(stage)),
            Self::TrailBlinded => Some(defences::trail_blinded(stage)),
            Self::DecoyTouched => access::decoy_touched(stage),
            Self::BackdoorAccessKey => credentials::backdoor_access_key(stage),
            Self::KeyFromManyPlaces => Some(credentials::key_from_many_places(stage)),
            Self::ParameterSweep => access::parameter_sweep(stage),
            Self::SecretOverwritten => destruction::secret_overwritten(stage),
        }
    }
}
