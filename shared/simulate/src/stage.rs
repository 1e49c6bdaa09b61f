//! Where activities write what they do.

use crate::clock::Moment;
use crate::organization::{Account, Network, Organization};
use crate::record::{Call, Home, render};
use crate::rng::Rng;

/// A record, and where it belongs.
#[derive(Clone, Debug)]
pub(crate) struct Written<'w> {
    /// The account and Region whose log it stands in.
    pub(crate) account: &'w str,
    pub(crate) region: &'static str,
    pub(crate) at: i64,
    pub(crate) relevant: bool,
    pub(crate) event_id: String,
    pub(crate) json: String,
}

/// An account in a Region, at a time.
#[derive(Debug)]
pub(crate) struct Stage<'w> {
    pub(crate) organization: &'w Organization,
    pub(crate) account: &'w Account,
    pub(crate) region: &'static str,
    pub(crate) network: &'w Network,
    pub(crate) rng: Rng,
    /// What time of day it is for people.
    pub(crate) moment: Moment,
    /// When the next call is made, in seconds since 1970.
    pub(crate) at: i64,
    pub(crate) written: Vec<Written<'w>>,
}

impl<'w> Stage<'w> {
    pub(crate) fn new(
        organization: &'w Organization,
        account: &'w Account,
        (region, network): (&'static str, &'w Network),
        moment: Moment,
        rng: Rng,
    ) -> Self {
        let at = moment.start;
        Self { organization, account, region, network, rng, moment, at, written: Vec::new() }
    }

    /// Records a call.
    pub(crate) fn say(&mut self, call: &Call<'_>) {
        self.say_in(&self.account.id, self.region, call);
    }

    /// Records a call in the log of another account or Region.
    pub(crate) fn say_in(&mut self, account: &'w str, region: &'static str, call: &Call<'_>) {
        let at = self.at;
        let (json, event_id) = render(call, Home { account, region }, at, &mut self.rng);
        self.written.push(Written { account, region, at, relevant: call.is_relevant(), event_id, json });
    }

    /// Lets some seconds pass: at least one, and less than `most`.
    pub(crate) fn wait(&mut self, most: i64) {
        self.at += 1 + self.rng.seconds(most - 1);
    }
}
