//! Inputs of several places, in one order.

use std::iter::Peekable;

use jiff::Timestamp;

use crate::Input;

/// An input and its place in time.
#[derive(Debug)]
pub struct Timed {
    /// When it was delivered, or the time of its first record; absent when that is not known.
    pub time: Option<Timestamp>,
    /// The input.
    pub input: Input,
}

/// Inputs of one place, in the order of their times.
pub type Source = Box<dyn Iterator<Item = Timed> + Send>;

/// Puts several places in one order, holding one input of each.
pub struct Merged(Vec<Peekable<Source>>);

impl Merged {
    /// What is in the same order already stays in it.
    pub fn new(sources: Vec<Source>) -> Self {
        Self(sources.into_iter().map(Iterator::peekable).collect())
    }
}

impl Iterator for Merged {
    type Item = Timed;

    fn next(&mut self) -> Option<Timed> {
        let heads = self.0.iter_mut().enumerate();
        // What has no time waits for nothing.
        let next = heads.filter_map(|(number, source)| source.peek().map(|timed| (timed.time, number))).min()?.1;
        self.0.get_mut(next)?.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(times: &[Option<i64>]) -> Source {
        let timed: Vec<Timed> = times.iter().map(|second| timed(*second)).collect();
        Box::new(timed.into_iter())
    }

    fn timed(second: Option<i64>) -> Timed {
        let input = Input::Fetched { name: String::new(), bytes: Vec::new() };
        Timed { time: second.map(|second| Timestamp::from_second(second).unwrap()), input }
    }

    #[test]
    fn one_order() {
        let merged =
            Merged::new(vec![source(&[Some(1), Some(5), None]), source(&[None, Some(2), Some(9)]), source(&[])]);
        let seconds: Vec<Option<i64>> = merged.map(|timed| timed.time.map(Timestamp::as_second)).collect();
        assert_eq!(seconds, [None, Some(1), Some(2), Some(5), None, Some(9)]);
    }
}
