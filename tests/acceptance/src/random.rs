//! Numbers that look random and are the same on every machine and in every run.

/// Numbers that look random and are the same in every run: a linear congruential generator with Knuth's constants for
/// MMIX, of which the upper bits are used.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence that belongs to a seed.
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number of the sequence.
    pub const fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// A number from 0 to below `bound`; 0 when the bound is.
    pub const fn below(&mut self, bound: u64) -> u64 {
        match self.number().checked_rem(bound) {
            Some(rest) => rest,
            None => 0,
        }
    }
}

/// `length` letters and digits that always belong to the same text, as the ids that AWS makes up.
pub fn letters(text: &str, length: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let seed = text.bytes().fold(14_695_981_039_346_656_037_u64, |hash, byte| {
        // FNV-1a.
        (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
    });
    let mut random = Random::seeded(seed);
    let letter = |random: &mut Random| ALPHABET.get(usize::try_from(random.below(32)).unwrap_or(0)).copied();
    (0..length).filter_map(|_| letter(&mut random)).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_sequence() {
        let take = |seed| {
            let mut random = Random::seeded(seed);
            [(); 5].map(|()| random.below(1000))
        };
        assert_eq!(take(7), take(7));
        assert_ne!(take(7), take(8));
    }

    #[test]
    fn a_text_has_one_id() {
        assert_eq!(letters("orders", 16), letters("orders", 16));
        assert_ne!(letters("orders", 16), letters("billing", 16));
        assert_eq!(letters("orders", 16).len(), 16);
    }
}
