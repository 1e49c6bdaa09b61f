//! The course of each metric over the week.

use std::collections::BTreeMap;

use super::story;

/// A value every two hours.
pub(super) const STEPS: usize = 84;

/// How much a metric has of a thing, and how.
#[derive(Clone, Copy, Debug)]
pub(super) enum Course {
    /// About so much at noon of a working day, less at night and at the weekend.
    Busy(f64),
    /// About so much at any time.
    Even(f64),
    /// Each a time and a number; nothing in between.
    Now(&'static [(usize, f64)]),
    /// The same, on top of [`Course::Busy`].
    Both(f64, &'static [(usize, f64)]),
    /// Nothing at all times.
    Zero(&'static [(usize, f64)]),
}

/// The values of a metric with those dimensions, given or not.
pub(super) fn over_the_week(name: &str, dimensions: &BTreeMap<&str, &str>) -> Vec<Option<f64>> {
    let key: Vec<&str> = dimensions.iter().filter(|(name, _)| **name != "Stack").map(|(_, value)| *value).collect();
    let course = story::course(name, &key);
    let mut random = Random::of(name, &key);
    (0..STEPS).map(|step| at(course, step, &mut random)).collect()
}

fn at(course: Course, step: usize, random: &mut Random) -> Option<f64> {
    let noise = 0.95 + 0.1 * random.next();
    let given = |list: &[(usize, f64)]| list.iter().find(|(at, _)| *at == step).map(|(_, value)| *value);
    match course {
        Course::Busy(most) => Some((most * rhythm(step) * noise).round()),
        Course::Even(usual) => Some((usual * noise).round()),
        Course::Now(list) => given(list),
        Course::Both(most, list) => {
            let usual = (most * rhythm(step) * noise).round();
            Some(usual + given(list).unwrap_or_default())
        }
        Course::Zero(list) => Some(given(list).unwrap_or_default()),
    }
}

/// From 0 to 1: most at noon of a working day.
fn rhythm(step: usize) -> f64 {
    let hour = f64::from(u32::try_from(step % 12 * 2).unwrap_or_default());
    let day = step / 12;
    let daily = 0.3 + 0.7 * (-(hour - 13.0).powi(2) / 18.0).exp();
    if day >= 5 { daily * 0.4 } else { daily }
}

/// Numbers that look random and are the same every time (Marsaglia, *Xorshift RNGs*).
struct Random(u64);

impl Random {
    /// Its own for each metric.
    fn of(name: &str, key: &[&str]) -> Self {
        let bytes = name.bytes().chain(key.iter().flat_map(|part| part.bytes()));
        let seed =
            bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        Self(seed | 1)
    }

    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        f64::from(u32::try_from(self.0 >> 32).unwrap_or_default()) / f64::from(u32::MAX)
    }
}
