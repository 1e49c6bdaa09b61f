use jiff::tz::TimeZone;
use proptest::prelude::*;
use test_case::test_case;

use super::*;

fn window(last: &str, days: u16) -> Window {
    Window::up_to(last.parse().unwrap(), days, &TimeZone::UTC).unwrap()
}

#[test_case(&[Some(1.0), Some(2.0), Some(8.0)], "▁▂█" ; "by the greatest")]
#[test_case(&[Some(0.0), None, Some(1000.0), Some(1.0)], "· █▁" ; "none, unknown, and what is little is seen")]
#[test_case(&[Some(0.0), Some(0.0)], "··" ; "none at all")]
#[test_case(&[None, None], "  " ; "nobody knows")]
#[test_case(&[], "" ; "nothing")]
fn sparklines(values: &[Option<f64>], expected: &str) {
    assert_eq!(sparkline(values), expected);
}

#[test]
fn a_chart_of_several_lines() {
    let values = [Some(16.0), Some(9.0), Some(8.0), Some(1.0), Some(0.0), None];
    assert_eq!(chart(&values, 2, 1), ["█▁    ", "███▁· "]);
    assert_eq!(chart(&values, 2, 2), ["██▁▁        ", "██████▁▁··  "]);
}

#[test_case(8.0, "████" ; "all of it")]
#[test_case(3.0, "█▌" ; "a part")]
#[test_case(0.001, "▏" ; "what is little is seen")]
#[test_case(0.0, "" ; "none")]
fn bars(value: f64, expected: &str) {
    assert_eq!(bar(value, 8.0, 4), expected);
}

#[test_case(7, 200, "1 hour", "Tue 30                  Wed 31                  Thu 1                   Fri 2                   Sat 3                   Sun 4                   Mon 5" ; "hours")]
#[test_case(7, 60, "3 hours", "Tue 30  Wed 31  Thu 1   Fri 2   Sat 3   Sun 4   Mon 5" ; "three hours")]
#[test_case(7, 28, "6 hours", "Tue Wed Thu Fri Sat Sun Mon" ; "six hours")]
#[test_case(7, 7, "1 day", "30 Dec" ; "days")]
#[test_case(28, 30, "1 day", "9 Dec 15 Dec 22 Dec 29 Dec" ; "four weeks")]
#[test_case(455, 40, "12 days", "8 Oct 19 Dec 13 Mar 5 Jun 16 Aug 8 Nov" ; "all that is kept")]
fn lengths_and_rulers(days: u16, columns: usize, length: &str, ruler: &str) {
    let cells = Cells::of(&window("2026-01-05T09:00:00Z", days), columns);
    assert_eq!(cells.length(), length);
    let told = cells.ruler(1);
    assert_eq!(told, ruler);
    assert!(told.chars().count() <= cells.spans.len().max(columns));
}

/// What has not come yet is blank.
#[test]
fn the_rest_of_today_is_empty() {
    let cells = Cells::of(&window("2026-01-05T09:00:00Z", 1), 24);
    let empty = cells.spans.iter().filter(|span| span.is_empty()).count();
    assert_eq!((cells.spans.len(), empty), (24, 14));
}

const ZONES: [&str; 5] = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"];

proptest! {
    #[test]
    fn a_sparkline_is_as_long_as_its_values(
        values in prop::collection::vec(prop::option::of(0.0..1e9_f64), 0..200), lines in 1_usize..9, scale in 1_usize..5,
    ) {
        prop_assert_eq!(sparkline(&values).chars().count(), values.len());
        let chart = chart(&values, lines, scale);
        prop_assert_eq!(chart.len(), lines);
        prop_assert!(chart.iter().all(|line| line.chars().count() == values.len() * scale));
    }

    /// More is never shown as less.
    #[test]
    fn higher_values_have_higher_columns(a in 0.0..1e6_f64, b in 0.0..1e6_f64, lines in 1_usize..9) {
        let height = |index: usize| chart(&[Some(a), Some(b), Some(1e6)], lines, 1)
            .iter().map(|line| BLOCKS.iter().position(|block| line.chars().nth(index) == Some(*block)).map_or(0, |level| level + 1))
            .sum::<usize>();
        let in_order = if a <= b { height(0) <= height(1) } else { height(0) >= height(1) };
        prop_assert!(in_order);
    }

    /// Parts follow each other without a gap, from the beginning of the window to its end, and fit.
    #[test]
    fn parts_make_up_the_window(
        hour in 0_i64..9000, days in 1_u16..456, columns in 7_usize..200, zone in prop::sample::select(ZONES.to_vec()),
    ) {
        let zone = TimeZone::get(zone).unwrap();
        let window = Window::up_to(Timestamp::from_second(1_767_225_600 + hour * 3600).unwrap(), days, &zone).unwrap();
        let cells = Cells::of(&window, columns);
        prop_assert!(cells.spans.len() <= columns);
        prop_assert_eq!(cells.spans.first().unwrap().start, window.span.start);
        prop_assert_eq!(cells.spans.last().unwrap().end, window.span.end);
        for (one, next) in cells.spans.iter().zip(cells.spans.iter().skip(1)) {
            prop_assert_eq!(one.end, next.start);
            prop_assert!(one.start <= one.end);
        }
        prop_assert!(cells.ruler(1).chars().count() <= cells.spans.len().max(10));
    }
}
