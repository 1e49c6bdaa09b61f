//! Identifiers as AWS makes them, by chance and recognisably made up.

use std::fmt::Write as _;

use crate::rng::Rng;

const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8] = b"0123456789abcdef";

/// A random UUID (RFC 9562, version 4).
pub(crate) fn uuid(rng: &mut Rng) -> String {
    let (high, low) = (rng.next(), rng.next());
    let mut text = String::with_capacity(36);
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        (low >> 48) & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    );
    text
}

/// The unique id of a role, `AROAEXAMPLE…`, of 21 characters as they are.
pub(crate) fn role_id(rng: &mut Rng) -> String {
    format!("AROAEXAMPLE{}", rng.text(10, BASE32))
}

/// The unique id of a user.
pub(crate) fn user_id(rng: &mut Rng) -> String {
    format!("AIDAEXAMPLE{}", rng.text(10, BASE32))
}

/// The id of a temporary access key, of 20 characters as they are.
pub(crate) fn session_key(rng: &mut Rng) -> String {
    format!("ASIAEXAMPLE{}", rng.text(9, BASE32))
}

/// The id of a long-term access key.
pub(crate) fn user_key(rng: &mut Rng) -> String {
    format!("AKIAEXAMPLE{}", rng.text(9, BASE32))
}

/// What makes the ARN of a secret or the name of a log file one of its own.
pub(crate) fn suffix(rng: &mut Rng, length: usize) -> String {
    rng.text(length, LETTERS_AND_DIGITS)
}

/// So many hexadecimal digits.
pub(crate) fn hex(rng: &mut Rng, length: usize) -> String {
    rng.text(length, HEX)
}

/// An instance, endpoint or the like: `i-0123456789abcdef0`.
pub(crate) fn resource(rng: &mut Rng, kind: &str) -> String {
    format!("{kind}-0{}", hex(rng, 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_as_those_of_aws() {
        let mut rng = Rng::of(&[1]);
        let id = uuid(&mut rng);
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
        assert_eq!(&id[14..15], "4");
        assert!("89ab".contains(&id[19..20]), "{id}");
        assert_eq!(role_id(&mut rng).len(), 21);
        assert_eq!((session_key(&mut rng).len(), user_key(&mut rng).len()), (20, 20));
        assert_eq!(resource(&mut rng, "i").len(), 19);
        assert_ne!(uuid(&mut rng), uuid(&mut rng));
    }
}
