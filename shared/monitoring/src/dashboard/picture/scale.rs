//! Axes: round numbers, and days.

use jiff::tz::TimeZone;

use super::data::Times;

/// Round numbers from zero to at least `greatest`, about four of them. Whole ones: half a call is none, and half a second too short
/// to be told.
pub(super) fn ticks(greatest: f64) -> Vec<f64> {
    let greatest = if greatest.is_finite() && greatest > 0.0 { greatest } else { 1.0 };
    let rough = greatest / 4.0;
    let magnitude = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|factor| factor * magnitude);
    let fits = |step: &f64| *step >= rough * 0.999 && step.fract() == 0.0;
    let step = step.into_iter().find(fits).unwrap_or(10.0 * magnitude).max(1.0);
    let mut ticks = vec![0.0];
    while ticks.last().is_some_and(|last| *last < greatest * 0.999) {
        ticks.push(ticks.last().copied().unwrap_or_default() + step);
    }
    ticks
}

/// A number as it is read on an axis or a tile: `950`, `1.2K`, `3.4M`.
pub(super) fn short(value: f64) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    let (scaled, unit) = match value.abs() {
        big if big >= 999_500_000.0 => (value / 1e9, "G"),
        big if big >= 999_500.0 => (value / 1e6, "M"),
        big if big >= 999.5 => (value / 1e3, "K"),
        _ => (value, ""),
    };
    let decimals = if scaled.abs() >= 99.95 || (scaled - scaled.round()).abs() < 0.05 && scaled.abs() >= 1.0 {
        0
    } else if scaled.abs() >= 0.95 || scaled == 0.0 {
        1
    } else {
        2
    };
    let text = format!("{scaled:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    format!("{text}{unit}")
}

/// Each midnight in UTC among the times: where it lies, from 0 to 1, and how it is called.
pub(super) fn days(times: Times) -> Vec<(f64, String)> {
    let step = times.step.as_secs_f64();
    let length = step * f64::from(u32::try_from(times.count.saturating_sub(1)).unwrap_or(u32::MAX));
    if length <= 0.0 {
        return Vec::new();
    }
    let end = times.start.as_second() + times.step.as_secs() * i64::try_from(times.count).unwrap_or(i64::MAX / 2);
    let first = times.start.as_second().div_euclid(86_400) + i64::from(times.start.as_second() % 86_400 != 0);
    let mut days = Vec::new();
    for day in first..=end.div_euclid(86_400) {
        let Ok(midnight) = jiff::Timestamp::from_second(day * 86_400) else { break };
        let at = midnight.duration_since(times.start).as_secs_f64() / length;
        if at <= 1.0 {
            days.push((at, midnight.to_zoned(TimeZone::UTC).strftime("%a %-d").to_string()));
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use test_case::test_case;

    use super::*;

    #[test_case(0.0, &[0.0, 1.0] ; "nothing")]
    #[test_case(2.0, &[0.0, 1.0, 2.0] ; "two")]
    #[test_case(10.0, &[0.0, 5.0, 10.0] ; "ten")]
    #[test_case(7.0, &[0.0, 2.0, 4.0, 6.0, 8.0] ; "a few")]
    #[test_case(4.0, &[0.0, 1.0, 2.0, 3.0, 4.0] ; "a round number")]
    #[test_case(1234.0, &[0.0, 500.0, 1000.0, 1500.0] ; "many")]
    fn ticks_are_round_and_hold_all(greatest: f64, expected: &[f64]) {
        assert_eq!(ticks(greatest), expected);
    }

    #[test_case(0.0, "0" ; "zero")]
    #[test_case(0.25, "0.25" ; "a quarter")]
    #[test_case(2.5, "2.5" ; "a half")]
    #[test_case(950.0, "950" ; "hundreds")]
    #[test_case(999.9, "1K" ; "nearly a thousand")]
    #[test_case(1234.0, "1.2K" ; "thousands")]
    #[test_case(48_210.0, "48.2K" ; "ten thousands")]
    #[test_case(1_000_000.0, "1M" ; "a million")]
    #[test_case(2_500_000_000.0, "2.5G" ; "thousands of millions")]
    fn numbers_are_short(value: f64, expected: &str) {
        assert_eq!(short(value), expected);
    }

    #[test]
    fn days_begin_at_midnight() {
        let start = "2026-01-04T18:00:00Z".parse().unwrap();
        let times = Times { start, step: SignedDuration::from_hours(6), count: 9 };
        let days = days(times);
        assert_eq!(days.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["Mon 5", "Tue 6"]);
        assert!((days[0].0 - 0.125).abs() < 1e-9 && (days[1].0 - 0.625).abs() < 1e-9, "{days:?}");
    }
}
