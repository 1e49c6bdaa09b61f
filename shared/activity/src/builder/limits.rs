//! How much of the accesses is kept.

/// How much is kept while reading, and how much of that is shown: the memory that an [`Overview`] takes to make does not grow
/// with what is read.
///
/// [`Overview`]: crate::Overview
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Slices of the timeline, at least 2.
    pub slices: usize,
    /// Actors that are counted at the same time.
    pub actors: usize,
    /// Actors that are shown in `hours`.
    pub shown_actors: usize,
    /// Pairs of an actor and an asset that are counted at the same time.
    pub pairs: usize,
    /// Pairs that are shown in `uses`.
    pub shown_pairs: usize,
    /// Aliases of which it is kept which keys they stood for; those that come first.
    pub aliases: usize,
    /// Handovers that are shown.
    pub handovers: usize,
    /// Actors that are shown in each handover.
    pub handover_actors: usize,
    /// Slices of each handover, at least 2.
    pub handover_slices: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            slices: 400,
            actors: 2_000,
            shown_actors: 40,
            pairs: 20_000,
            shown_pairs: 400,
            aliases: 10_000,
            handovers: 20,
            handover_actors: 20,
            handover_slices: 60,
        }
    }
}
