//! When attacks come, and what is known of them.

use super::{Attack, Outcome, Played};
use crate::clock::{Clock, timestamp};
use crate::organization::{HOME, Organization};
use crate::rng::Rng;
use crate::scenario::Scenario;
use crate::stage::Stage;
use crate::truth::{AttackTruth, Truth};

/// How long an account is watched before a first time means anything, and a day more.
const LEARNING: i64 = 8 * 86_400;

const HOUR: i64 = 3600;

/// Plays every attack of a scenario: what is known of them, and their records, the first to come last.
pub(crate) fn play_all(
    scenario: &Scenario,
    organization: &Organization,
    clock: &Clock,
    (start, end): (i64, i64),
) -> (Truth, Vec<Played>) {
    // Where the logs are long enough, attackers come to accounts that are known.
    let first = if end - start > LEARNING + 12 * HOUR { start + LEARNING } else { start + HOUR };
    let last = end - 2 * HOUR;
    let mut attacks = Vec::new();
    let mut played = Vec::new();
    let count = i64::try_from(scenario.attacks.len()).unwrap_or(1).max(1);
    for (number, attack) in (0_i64..).zip(&scenario.attacks) {
        let middle = first + (last - first) * (2 * number + 1) / (2 * count);
        let at = if *attack == Attack::OffHoursRead { night(middle, first) } else { middle };
        let accounts = &organization.accounts;
        let Some(account) = usize::try_from(number).ok().and_then(|number| accounts.get(number % accounts.len()))
        else {
            continue;
        };
        let Some((region, network)) = account.regions.iter().find(|(region, _)| *region == HOME) else { continue };
        let rng = Rng::named(scenario.seed, attack.as_str());
        let mut stage = Stage::new(organization, account, (region, network), clock.moment(at), rng);
        let Some(outcome) = attack.play(&mut stage) else { continue };
        attacks.push(truth(*attack, &account.id, &outcome, &stage, at - start > LEARNING - HOUR));
        played.extend(stage.written.into_iter().map(|written| Played {
            account: written.account.to_owned(),
            region: written.region,
            at: written.at,
            relevant: written.relevant,
            json: written.json,
        }));
    }
    attacks.sort_by_key(|attack| attack.first);
    played.sort_by_key(|played| std::cmp::Reverse(played.at));
    let accounts = organization.accounts.iter().map(|account| account.id.clone()).collect();
    let truth = Truth { seed: scenario.seed, start: timestamp(start), end: timestamp(end), accounts, attacks };
    (truth, played)
}

/// Two in the morning of the day, or of the next one if that comes too early.
fn night(middle: i64, first: i64) -> i64 {
    let night = middle.div_euclid(24 * HOUR) * 24 * HOUR + 2 * HOUR;
    if night < first { night + 24 * HOUR } else { night }
}

fn truth(attack: Attack, account: &str, outcome: &Outcome, stage: &Stage<'_>, is_learned: bool) -> AttackTruth {
    let times = || stage.written.iter().map(|written| written.at);
    let more = if is_learned { &outcome.once_learned } else { &outcome.while_learning };
    let mut rules: Vec<String> = outcome.rules.iter().chain(more).map(|rule| (*rule).to_owned()).collect();
    rules.sort();
    AttackTruth {
        name: attack.as_str().to_owned(),
        technique: attack.technique().to_owned(),
        description: attack.description().to_owned(),
        account: account.to_owned(),
        actor: outcome.actor.clone(),
        first: timestamp(times().min().unwrap_or(stage.at)),
        last: timestamp(times().max().unwrap_or(stage.at)),
        assets: outcome.assets.clone(),
        rules,
        events: stage.written.iter().map(|written| written.event_id.clone()).collect(),
    }
}
