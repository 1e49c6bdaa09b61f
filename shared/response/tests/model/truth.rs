//! IAM in the plainest words: what it would be if nobody had ever been contained. What is there beside, must be in the
//! ledger.

use std::collections::{BTreeMap, BTreeSet};

use portcullis_domain::PolicyArn;
use portcullis_response::{Identity, Quarantine, Step};
use portcullis_testkit::World;
use proptest::prelude::*;

use crate::cast::{CAST, QUOTA, is_ours, policy};
use crate::steps::Tampering;

/// IAM as outsiders made it.
#[derive(Debug)]
pub(crate) struct Truth {
    outside: Vec<Option<Identity>>,
    made: u32,
    /// Whose boundary outsiders changed while a containment replaced it, with all that it was since: any of these may come of
    /// it.
    boundaries: BTreeMap<usize, BTreeSet<Option<PolicyArn>>>,
}

impl Truth {
    pub(crate) fn new() -> Self {
        let outside = CAST.iter().map(|member| Some(member.made(0))).collect();
        Self { outside, made: 0, boundaries: BTreeMap::new() }
    }

    pub(crate) fn ids(&self) -> Vec<Option<String>> {
        self.outside.iter().map(|known| known.as_ref().map(|known| known.id.clone())).collect()
    }

    pub(crate) fn exists(&self, arn: &str) -> bool {
        self.outside.iter().flatten().any(|known| known.arn == arn)
    }

    pub(crate) fn identity(&self, arn: &str) -> Option<&Identity> {
        self.outside.iter().flatten().find(|known| known.arn == arn)
    }

    /// An outsider changes IAM; `known` is the containment of the principal that is in force.
    pub(crate) fn tamper(&mut self, world: &World, who: usize, how: Tampering, known: Option<&Quarantine>) {
        let arn = CAST[who].arn;
        let (Some(mut found), Some(mut outside)) = (world.iam.identity(arn), self.outside[who].clone()) else {
            if matches!(how, Tampering::Recreate) {
                self.recreate(world, who);
            }
            return;
        };
        match how {
            Tampering::DetachOurs => found.attached.retain(|policy| !is_ours(policy)),
            Tampering::DetachOther => {
                let Some(gone) = outside.attached.pop() else { return };
                found.attached.retain(|policy| *policy != gone);
            }
            Tampering::Attach => {
                let Some(new) = "defg".chars().map(policy).find(|new| !outside.attached.contains(new)) else { return };
                if found.attached.len() >= QUOTA {
                    return;
                }
                found.attached.push(new.clone());
                outside.attached.push(new);
            }
            Tampering::Boundary(some) => {
                let new = some.then(|| policy('y'));
                let since = self.boundaries.entry(who).or_default();
                since.insert(outside.boundary.clone());
                since.insert(new.clone());
                if known.is_none() {
                    self.boundaries.remove(&who);
                }
                found.boundary.clone_from(&new);
                outside.boundary = new;
            }
            Tampering::ActivateKeys => {
                for key in found.keys.iter_mut().chain(&mut outside.keys) {
                    key.active = true;
                }
            }
            Tampering::Protect => {
                let tag = ("portcullis:protected".to_owned(), "true".to_owned());
                found.tags.push(tag.clone());
                outside.tags.push(tag);
            }
            Tampering::Delete => {
                world.iam.delete(arn);
                self.boundaries.remove(&who);
                self.outside[who] = None;
                return;
            }
            Tampering::Recreate => return self.recreate(world, who),
        }
        world.iam.set(found);
        self.outside[who] = Some(outside);
    }

    fn recreate(&mut self, world: &World, who: usize) {
        self.made += 1;
        let new = CAST[who].made(self.made);
        world.iam.set(new.clone());
        self.boundaries.remove(&who);
        self.outside[who] = Some(new);
    }

    /// Whether IAM is as outsiders made it, but for what the containments that are in force say.
    pub(crate) fn check(
        &mut self,
        world: &World,
        in_force: &BTreeMap<String, Quarantine>,
    ) -> Result<(), TestCaseError> {
        for (who, member) in CAST.iter().enumerate() {
            let found = world.iam.identity(member.arn);
            let (Some(found), Some(outside)) = (&found, &mut self.outside[who]) else {
                prop_assert!(found.is_none() && self.outside[who].is_none(), "{} came into being", member.arn);
                continue;
            };
            // The containment of one that was there before under this name is none of this one.
            let known = in_force.get(member.arn).filter(|known| known.target.id() == Some(&outside.id));
            let Some(known) = known else {
                if let Some(since) = self.boundaries.remove(&who) {
                    prop_assert!(
                        since.contains(&found.boundary),
                        "{} has a boundary that nobody put there",
                        member.arn
                    );
                    outside.boundary.clone_from(&found.boundary);
                }
                prop_assert_eq!(found, outside, "{} is not as it was", member.arn);
                continue;
            };
            let mut expected = expected(outside, found, known);
            // Half released, it is one of those that it was.
            if self.boundaries.get(&who).is_some_and(|since| since.contains(&found.boundary)) {
                expected.boundary.clone_from(&found.boundary);
            }
            prop_assert_eq!(found, &expected, "{} is not as the ledger says", member.arn);
        }
        Ok(())
    }
}

/// What is found, where all that differs from what outsiders made is by a step of the containment.
fn expected(outside: &Identity, found: &Identity, known: &Quarantine) -> Identity {
    let mut expected = outside.clone();
    let attached = found.attached.iter().filter(|policy| {
        known.steps.iter().any(|step| matches!(step, Step::AttachPolicy { policy: ours } if ours == *policy))
    });
    // Ours stand wherever they were attached; the others keep their order.
    for ours in attached {
        let index = found.attached.iter().position(|policy| policy == ours).unwrap_or_default();
        expected.attached.insert(index.min(expected.attached.len()), ours.clone());
    }
    for step in &known.steps {
        match step {
            Step::PutBoundary { policy, .. } if found.boundary.as_ref() == Some(policy) => {
                expected.boundary.clone_from(&found.boundary);
            }
            Step::DeactivateKey { key } => {
                for key in expected.keys.iter_mut().filter(|known| known.id == *key) {
                    key.active = found.keys.iter().any(|known| known.id == key.id && known.active);
                }
            }
            Step::PutBoundary { .. } | Step::AttachPolicy { .. } => {}
        }
    }
    expected
}
