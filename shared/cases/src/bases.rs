//! What every case rests on, compiled in: the base records and the settings.

use std::sync::LazyLock;

use portcullis_settings::Settings;
use serde_json::{Map, Value};

// Neither can fail: a test reads both.
static BASES: LazyLock<Map<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../detection/rules/bases.json")).unwrap_or_default());
static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    portcullis_settings::parse(include_str!("../../detection/rules/portcullis.yaml")).unwrap_or_default()
});

/// The base records that a step may start from, by name.
pub fn bases() -> &'static Map<String, Value> {
    &BASES
}

/// The settings that cases are judged under, unless somebody brings their own.
pub fn settings() -> &'static Settings {
    &SETTINGS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_and_settings_can_be_read() {
        let read: Map<String, Value> = serde_json::from_str(include_str!("../../detection/rules/bases.json")).unwrap();
        assert_eq!(*bases(), read);
        assert!(bases().contains_key("role"), "the default of `$base`");
        let read = portcullis_settings::parse(include_str!("../../detection/rules/portcullis.yaml"));
        assert_eq!(*settings(), read.unwrap());
    }
}
