//! How much of everything a page shows. A page that is too large for its way to on-call is told again with less.

use crate::text::shorten;

/// How much of everything a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How many examples of what there may be much of: events, places, assets.
    pub(crate) examples: usize,
    /// How many lines of anything else.
    pub(crate) lines: usize,
    /// How many characters of a value.
    pub(crate) width: usize,
}

impl Limits {
    /// What people read.
    pub(crate) const READ: Self = Self { examples: 5, lines: 20, width: 300 };
    /// What programs read.
    pub(crate) const FULL: Self = Self { examples: 21, lines: 40, width: 300 };

    /// How often it can be told with less.
    const STEPS: usize = 4;

    /// Less of everything, from all of it.
    pub(crate) fn shrinking(self) -> impl Iterator<Item = Self> {
        (0..=Self::STEPS).map(move |step| self.at(step))
    }

    /// The least.
    pub(crate) fn least(self) -> Self {
        self.at(Self::STEPS)
    }

    fn at(self, step: usize) -> Self {
        Self {
            examples: (self.examples >> step).max(3),
            lines: (self.lines >> step).max(3),
            width: (self.width >> step).max(60),
        }
    }

    /// The first `examples`, with a note of how many more there are.
    pub(crate) fn some(self, values: &[String]) -> Vec<String> {
        first(values, self.examples, self.width)
    }

    /// The first `lines`, with a note of how many more there are.
    pub(crate) fn most(self, values: &[String]) -> Vec<String> {
        first(values, self.lines, self.width)
    }

    /// The same, each uncut: calls and commands.
    pub(crate) fn whole(self, values: &[String]) -> Vec<String> {
        first(values, self.lines, usize::MAX)
    }

    /// Which of `count` things to show: the first and the last, and one in between that `matters`, where there is one.
    pub(crate) fn chosen(self, count: usize, matters: impl Fn(usize) -> bool) -> Vec<usize> {
        if count <= self.examples {
            return (0..count).collect();
        }
        let ends = self.examples.saturating_sub(1) / 2;
        let (head, tail) = (ends, count.saturating_sub(ends));
        let between = (head..tail).find(|index| matters(*index)).unwrap_or(head);
        (0..head).chain([between]).chain(tail..count).collect()
    }
}

fn first(values: &[String], most: usize, width: usize) -> Vec<String> {
    // The note takes a line itself, so one value too many is shown rather than counted.
    let shown = if values.len() > most.saturating_add(1) { most } else { values.len() };
    let more = values.len().saturating_sub(shown);
    let shown = values.iter().take(shown).map(|value| shorten(value, width));
    shown.chain((more > 0).then(|| format!("and {more} more"))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(count: usize) -> Vec<String> {
        (1..=count).map(|n| n.to_string()).collect()
    }

    #[test]
    fn what_is_left_out_is_counted() {
        assert_eq!(Limits::READ.some(&values(6)), values(6), "a note would take as much room");
        assert_eq!(Limits::READ.some(&values(7)), ["1", "2", "3", "4", "5", "and 2 more"]);
        let narrow = Limits { width: 3, ..Limits::READ };
        assert_eq!(narrow.some(&["abcdef".to_owned()]), ["ab…"]);
        assert_eq!(narrow.whole(&["abcdef".to_owned()]), ["abcdef"]);
    }

    #[test]
    fn of_events_the_ends_are_shown_and_what_matters() {
        assert_eq!(Limits::READ.chosen(5, |_| false), [0, 1, 2, 3, 4]);
        assert_eq!(Limits::READ.chosen(12, |_| false), [0, 1, 2, 10, 11]);
        assert_eq!(Limits::READ.chosen(12, |index| index >= 7), [0, 1, 7, 10, 11]);
    }

    #[test]
    fn each_step_shows_less() {
        let steps: Vec<Limits> = Limits::FULL.shrinking().collect();
        assert_eq!(steps[0], Limits::FULL);
        assert_eq!(steps.last(), Some(&Limits::FULL.least()));
        assert!(steps.windows(2).all(|two| two[1].lines < two[0].lines && two[1].width <= two[0].width));
    }

    proptest! {
        #[test]
        fn no_more_is_chosen_than_there_is_room_for(count in 0..100_usize, examples in 3..30_usize, matters in 0..100_usize) {
            let chosen = Limits { examples, ..Limits::READ }.chosen(count, |index| index == matters);
            prop_assert!(chosen.len() <= examples.max(3) && chosen.len() <= count);
            prop_assert!(chosen.is_sorted_by(|a, b| a < b));
            prop_assert!(chosen.iter().all(|index| *index < count));
        }
    }
}
