//! What ought to come of forms of bursts, in the plainest words: no ledger, no crashes, one worker.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::{Finding, FindingId, Tier};
use portcullis_settings::Response;
use portcullis_testkit::{burst, role};
use proptest::prelude::*;

/// What happens to the events of two roles: each is told as a form of a burst.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// A new burst.
    Begin { role: usize, tier: u8, shadow: bool },
    /// One has more events, and is worse for it or not.
    Grow { which: usize, worse: bool },
    /// A late event shows that two are one: the earlier, or one that begins earlier still.
    Join { which: usize, with: usize, earlier: bool },
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let begin = (0..2_usize, 0..3_u8, prop::bool::weighted(0.1)).prop_map(|(role, tier, shadow)| Step::Begin {
        role,
        tier,
        shadow,
    });
    let grow = (0..8_usize, prop::bool::weighted(0.3)).prop_map(|(which, worse)| Step::Grow { which, worse });
    let join =
        (0..8_usize, 0..8_usize, any::<bool>()).prop_map(|(which, with, earlier)| Step::Join { which, with, earlier });
    prop::collection::vec(prop_oneof![2 => begin, 3 => grow, 2 => join], 1..14)
}

/// One burst as it stands.
#[derive(Clone)]
struct Standing {
    role: usize,
    name: String,
    tier: u8,
    shadow: bool,
    parts: BTreeSet<FindingId>,
}

pub(crate) fn arn(role: usize) -> String {
    format!("arn:aws:iam::111122223333:role/team/app-{role}")
}

impl Standing {
    fn form(&self, revision: u64) -> Finding {
        let mut form = burst(role(&arn(self.role)), &self.name, revision, 3);
        form.tier = [None, Some(Tier::Sensitive), Some(Tier::Critical)][usize::from(self.tier)];
        form.shadow = self.shadow;
        form.burst.as_mut().unwrap().supersedes = self.parts.iter().cloned().collect();
        form
    }
}

/// The forms that are told, in the order of their revisions.
pub(crate) fn forms(steps: &[Step]) -> Vec<Finding> {
    let mut standing: Vec<Standing> = Vec::new();
    let mut forms: Vec<Finding> = Vec::new();
    for step in steps {
        let revision = forms.len() as u64 + 1;
        let name = format!("e-{revision}");
        let told = match *step {
            Step::Begin { role, tier, shadow } => {
                standing.push(Standing { role, name, tier, shadow, parts: BTreeSet::new() });
                standing.len() - 1
            }
            Step::Grow { .. } | Step::Join { .. } if standing.is_empty() => continue,
            Step::Grow { which, worse } => {
                let which = which % standing.len();
                standing[which].tier = (standing[which].tier + u8::from(worse)).min(2);
                which
            }
            Step::Join { which, with, earlier } => {
                let (which, with) = (which % standing.len(), with % standing.len());
                if which == with || standing[which].role != standing[with].role {
                    continue;
                }
                let (mut whole, part) = (standing[which].clone(), standing[with].clone());
                whole.parts.extend(part.parts.iter().cloned().chain([part.form(0).id]));
                whole.tier = whole.tier.max(part.tier);
                if earlier {
                    whole.parts.insert(whole.form(0).id);
                    whole.name = name;
                }
                standing[which] = whole;
                standing.remove(with);
                which - usize::from(with < which)
            }
        };
        forms.push(standing[told].form(revision));
    }
    forms
}

/// What remains in the end: of each finding the newest form, and which ones are part of another.
pub(crate) fn remains(forms: &[Finding]) -> (BTreeMap<FindingId, Finding>, BTreeSet<FindingId>) {
    let parts: BTreeSet<FindingId> = forms.iter().flat_map(parts).collect();
    let mut newest = BTreeMap::new();
    for form in forms.iter().filter(|form| !parts.contains(&form.id)) {
        newest.insert(form.id.clone(), form.clone());
    }
    (newest, parts)
}

pub(crate) fn parts(form: &Finding) -> Vec<FindingId> {
    form.burst.iter().flat_map(|burst| burst.supersedes.clone()).collect()
}

pub(crate) fn wanted(form: &Finding) -> Response {
    match form.tier {
        _ if form.shadow => Response::Observe,
        Some(Tier::Critical) => Response::Quarantine,
        _ => Response::Page,
    }
}

/// The plain model: what each finding was answered with, who is contained, which pages went out.
#[derive(Default)]
pub(crate) struct Model {
    answered: BTreeMap<FindingId, (u64, Response)>,
    gone: BTreeSet<FindingId>,
    pub(crate) contained: BTreeSet<String>,
    pub(crate) pages: Vec<(FindingId, Response)>,
}

impl Model {
    pub(crate) fn deliver(&mut self, form: &Finding) {
        let revision = form.burst.as_ref().unwrap().revision;
        if self.gone.contains(&form.id) || self.answered.get(&form.id).is_some_and(|(known, _)| *known >= revision) {
            return;
        }
        let ids = parts(form).into_iter().chain([form.id.clone()]);
        let before = ids.filter_map(|id| self.answered.get(&id)).map(|(_, response)| *response).max();
        let before = before.unwrap_or(Response::Observe);
        self.gone.extend(parts(form));
        let actor = form.actor.principal.to_string();
        // Who is contained for one burst is paged about for another.
        let most = if self.contained.contains(&actor) { Response::Page } else { Response::Quarantine };
        let answer = wanted(form).min(most);
        if answer > before {
            self.pages.push((form.id.clone(), answer));
            if answer == Response::Quarantine {
                self.contained.insert(actor);
            }
        }
        self.answered.insert(form.id.clone(), (revision, answer.max(before)));
    }
}
