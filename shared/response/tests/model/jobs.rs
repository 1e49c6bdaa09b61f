//! What is done by whom: messages, and what operators and schedules ask for.

use jiff::{SignedDuration, Timestamp};
use portcullis_domain::{Evidence, Finding, FindingId, Outcome, Severity, Tier};
use portcullis_response::{Answer, Watched};
use portcullis_testkit::{Faults, World, burst, finding_by};

use crate::cast::CAST;
use crate::steps::Act;

/// Something that is done, with everything chosen.
#[derive(Clone, Debug)]
pub(crate) enum Job {
    Respond { form: Box<Finding>, last_try: bool },
    Withdraw(FindingId),
    Answered { id: FindingId, last_try: bool },
    Answer { id: FindingId, approve: bool },
    Release(&'static str),
    Extend(&'static str, i64),
    Sweep,
    WatchAll,
    Watch(&'static str),
}

impl Job {
    /// Whether it is a message, which comes back until it is dealt with.
    pub(crate) fn is_message(&self) -> bool {
        matches!(self, Self::Respond { .. } | Self::Withdraw(_) | Self::Answered { .. })
    }

    /// Does it; answers with whether nothing is left to do.
    pub(crate) async fn run(self, world: &World, faults: &Faults, now: Timestamp) -> bool {
        let ports = world.ports(faults);
        let (responder, releaser) = (ports.responder(), ports.releaser());
        match self {
            Self::Respond { form, last_try } => responder.respond(&form, now, last_try).await.is_ok(),
            Self::Withdraw(id) => responder.withdraw(&id, now).await.is_ok(),
            Self::Answered { id, last_try } => responder.answer(&id, now, last_try).await.is_ok(),
            Self::Answer { id, approve } => {
                let answer = if approve { Answer::Approve } else { Answer::Reject };
                releaser.answer(&id, answer, "alice", "looked at it", now).await.is_ok()
            }
            Self::Release(arn) => releaser.release(arn, "alice", "known", now).await.is_ok(),
            Self::Extend(arn, hours) => {
                let further = SignedDuration::from_hours(hours);
                releaser.extend(arn, further, "alice", "not done yet", now).await.is_ok()
            }
            Self::Sweep => {
                let asks = releaser.sweep_asks(now).await.is_ok();
                let released = releaser.release_expired(now).await;
                asks && released.is_ok_and(|released| released.iter().all(Result::is_ok))
            }
            Self::WatchAll => {
                let looks = responder.watch_all(now).await;
                looks.is_ok_and(|looks| looks.iter().all(Result::is_ok))
            }
            Self::Watch(arn) => {
                let watched = Watched { principal: arn.to_owned(), by: None, event: None };
                responder.watch(&watched, now).await.is_ok()
            }
        }
    }
}

/// The findings so far, in their newest forms.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) forms: Vec<Finding>,
    revision: u64,
}

impl Findings {
    fn chosen(&self, which: usize) -> Option<usize> {
        (!self.forms.is_empty()).then(|| which % self.forms.len())
    }

    fn bursts(&self) -> Vec<usize> {
        (0..self.forms.len()).filter(|index| self.forms[*index].burst.is_some()).collect()
    }

    /// What comes of an act; `ids` are the unique ids that the cast has by now. `messages` are those that were ever sent.
    pub(crate) fn job(&mut self, act: &Act, ids: &[Option<String>], messages: &[Job], now: Timestamp) -> Option<Job> {
        let form = match *act {
            Act::Find { who, severity, tier, denied, burst } => {
                self.find(who, severity, tier, denied, burst, ids, now)?
            }
            Act::Grow { which, worse, denied } => self.grow(which, worse, denied, now)?,
            Act::Join { which, with } => self.join(which, with)?,
            Act::Deliver { which, last_try } => {
                let which = (!messages.is_empty()).then(|| which % messages.len())?;
                return Some(match messages[which].clone() {
                    Job::Respond { form, .. } => Job::Respond { form, last_try },
                    Job::Answered { id, .. } => Job::Answered { id, last_try },
                    other => other,
                });
            }
            Act::Withdraw { which } => {
                let bursts = self.bursts();
                let which = (!bursts.is_empty()).then(|| bursts[which % bursts.len()])?;
                return Some(Job::Withdraw(self.forms[which].id.clone()));
            }
            Act::Answer { which, approve } => {
                let id = self.forms[self.chosen(which)?].id.clone();
                return Some(Job::Answer { id, approve });
            }
            Act::Release { who } => return Some(Job::Release(CAST[who].arn)),
            Act::Extend { who, hours } => return Some(Job::Extend(CAST[who].arn, hours)),
            Act::Sweep => return Some(Job::Sweep),
            Act::WatchAll => return Some(Job::WatchAll),
            Act::Watch { who } => return Some(Job::Watch(CAST[who].arn)),
        };
        Some(Job::Respond { form: Box::new(form), last_try: false })
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of an act")]
    fn find(
        &mut self,
        who: usize,
        severity: u8,
        tier: u8,
        denied: bool,
        is_burst: bool,
        ids: &[Option<String>],
        now: Timestamp,
    ) -> Option<Finding> {
        let principal = CAST[who].principal(ids[who].as_ref()?);
        let first = format!("e{}", self.forms.len());
        self.revision += 1;
        let mut form =
            if is_burst { burst(principal, &first, self.revision, 1) } else { finding_by(principal, &first) };
        form.rule.severity = [Severity::Critical, Severity::High, Severity::Medium][usize::from(severity)];
        form.rule.id = format!("{}-{severity}", form.rule.id);
        form.tier = [Some(Tier::Critical), Some(Tier::Sensitive), Some(Tier::Standard), None][usize::from(tier)];
        form.actor.session.access_key_id = CAST[who].key().or(form.actor.session.access_key_id);
        let call = &mut form.evidence[0];
        call.time = Some(now);
        call.outcome = if denied { Outcome::Denied } else { Outcome::Success };
        if let Some(burst) = &mut form.burst {
            (burst.first, burst.last) = (now, now);
        }
        self.forms.push(form.clone());
        Some(form)
    }

    fn grow(&mut self, which: usize, worse: bool, denied: bool, now: Timestamp) -> Option<Finding> {
        let bursts = self.bursts();
        let which = (!bursts.is_empty()).then(|| bursts[which % bursts.len()])?;
        self.revision += 1;
        let form = &mut self.forms[which];
        if worse {
            form.tier = Some(form.tier.map_or(Tier::Standard, |tier| match tier {
                Tier::Standard => Tier::Sensitive,
                Tier::Sensitive | Tier::Critical => Tier::Critical,
            }));
        }
        let outcome = if denied { Outcome::Denied } else { Outcome::Success };
        form.evidence.push(Evidence { time: Some(now), outcome, ..form.evidence[0].clone() });
        let burst = form.burst.as_mut()?;
        burst.last = burst.last.max(now);
        burst.events += 1;
        burst.revision = self.revision;
        Some(form.clone())
    }

    fn join(&mut self, which: usize, with: usize) -> Option<Finding> {
        let bursts = self.bursts();
        let (which, with) = (bursts.get(which % bursts.len().max(1))?, bursts.get(with % bursts.len().max(1))?);
        let (whole, part) = (&self.forms[*which], self.forms[*with].clone());
        if whole.id == part.id || whole.actor.principal != part.actor.principal || whole.rule != part.rule {
            return None;
        }
        self.revision += 1;
        let mut whole = whole.clone();
        whole.evidence.extend(part.evidence.iter().cloned());
        whole.tier = whole.tier.max(part.tier);
        let burst = whole.burst.as_mut()?;
        let other = part.burst?;
        burst.last = burst.last.max(other.last);
        burst.revision = self.revision;
        burst.supersedes.extend(other.supersedes.into_iter().chain([part.id]));
        self.forms[*which] = whole.clone();
        self.forms.remove(*with);
        Some(whole)
    }
}
