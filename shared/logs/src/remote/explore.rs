//! From what somebody names to what is to be listed.

use futures_util::future::join_all;
use portcullis_response::PortError;

use super::layout::{Place, is_account, is_kind, is_organization, last, place};
use super::ports::{Bucket, Object};
use crate::{Selection, Tally, left_out_folder};

/// What is to be listed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Prefixes of log files of one account and Region, with the length of the Region's: their keys are in the order of time.
    pub(super) streams: Vec<(String, usize)>,
    /// Prefixes under which anything may be, in any order.
    pub(super) others: Vec<String>,
    /// Objects that were met on the way.
    pub(super) objects: Vec<Object>,
}

impl Plan {
    /// Whether there is nothing to list.
    pub(super) const fn is_empty(&self) -> bool {
        self.streams.is_empty() && self.others.is_empty() && self.objects.is_empty()
    }
}

/// So far down logs of accounts are looked for by themselves; what lies deeper is listed as it comes.
const DEEPEST: usize = 2;

/// So many listings are under way at a time.
pub(super) const AT_ONCE: usize = 16;

/// A bucket with more folders side by side is no place to look for logs folder by folder.
const MOST: usize = 200;

/// Finds out what is to be listed for `prefix`, which may be an object's key or the beginning of some.
pub(super) async fn explore(
    bucket: &dyn Bucket,
    prefix: &str,
    selection: &Selection,
    tally: &mut Tally,
) -> Result<Plan, PortError> {
    let mut plan = Plan::default();
    let mut open: Vec<(String, usize)> = Vec::new();
    if prefix.is_empty() || prefix.ends_with('/') {
        open.push((prefix.to_owned(), 0));
    } else {
        // As people write it: the folder `logs`, if there is one, and not what else begins so.
        let found = bucket.folder(prefix).await?;
        let exact = format!("{prefix}/");
        let is_folder = found.folders.contains(&exact);
        plan.objects.extend(found.objects.into_iter().filter(|object| !is_folder || object.key == prefix));
        let folders = found.folders.into_iter().filter(|folder| !is_folder || *folder == exact);
        open.extend(folders.map(|folder| (folder, 0)));
    }
    while !open.is_empty() {
        let level = std::mem::take(&mut open);
        let (to_list, known): (Vec<_>, Vec<_>) = level.into_iter().partition(|(prefix, depth)| match place(prefix) {
            Place::Files(_) => false,
            Place::Elsewhere => *depth < DEEPEST,
            _ => true,
        });
        for (prefix, _) in known {
            match place(&prefix) {
                Place::Files(region) => plan.streams.push((prefix, region)),
                _ => plan.others.push(prefix),
            }
        }
        for some in to_list.chunks(AT_ONCE) {
            let found = join_all(some.iter().map(|(prefix, _)| bucket.folder(prefix))).await;
            for ((prefix, depth), found) in some.iter().zip(found) {
                let here = place(prefix);
                let found = found?;
                if here == Place::Elsewhere && found.folders.len() > MOST {
                    plan.others.push(prefix.clone());
                    continue;
                }
                plan.objects.extend(found.objects);
                let depth = if here == Place::Elsewhere { depth + 1 } else { *depth };
                let folders = found.folders.into_iter().filter(|folder| enters(here, last(folder), selection, tally));
                open.extend(folders.map(|folder| (folder, depth)));
            }
        }
    }
    plan.streams.sort();
    plan.others.sort();
    Ok(plan)
}

/// Whether there may be logs of interest in the folder `name` at `place`.
fn enters(place: Place, name: &str, selection: &Selection, tally: &mut Tally) -> bool {
    let left_out = match place {
        Place::Accounts if is_account(name) => return selection.wants_account(name),
        Place::Regions => return selection.wants_region(name),
        Place::Accounts if is_organization(name) => None,
        Place::Services if is_kind(name) => None,
        Place::Accounts | Place::Services => {
            left_out_folder(name).or_else(|| Some(format!("folder `{name}` of another service")))
        }
        Place::Elsewhere | Place::Files(_) => left_out_folder(name),
    };
    let enters = left_out.is_none();
    if let Some(why) = left_out {
        tally.leave_out(why);
    }
    enters
}
