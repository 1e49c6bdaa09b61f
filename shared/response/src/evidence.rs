//! The links of the chain are kept elsewhere too, where whoever may write the ledger cannot change them: each is handed on
//! once or more, in order, and none is skipped.

use crate::ports::{Chain, KeepEvidence, LedgerError, PortError};

/// Hands every link that was not kept yet to all `places`; answers with how many. A place that fails stops its account's
/// chain there, and the next call goes on from there.
///
/// # Errors
///
/// The first failure; the other accounts are dealt with all the same.
pub async fn keep_evidence(chain: &dyn Chain, places: &[&dyn KeepEvidence]) -> Result<usize, PortError> {
    if places.is_empty() {
        return Ok(0);
    }
    let (mut kept, mut failed) = (0, None);
    for (account, before) in chain.accounts().await? {
        match keep_account(chain, places, &account, before.item, before.version).await {
            Ok(count) => kept += count,
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(kept), Err)
}

async fn keep_account(
    chain: &dyn Chain,
    places: &[&dyn KeepEvidence],
    account: &str,
    before: u64,
    version: crate::ports::Version,
) -> Result<usize, PortError> {
    let (mut last, mut kept, mut failed) = (before, 0, None);
    'links: loop {
        let links = chain.links(account, last).await?;
        if links.is_empty() {
            break;
        }
        for link in links {
            for place in places {
                if let Err(error) = place.keep(&link).await {
                    failed = Some(error);
                    break 'links;
                }
            }
            last = link.number;
            kept += 1;
        }
    }
    if last > before {
        match chain.put_kept(account, last, version).await {
            // Another worker keeps the same links; they are kept twice at worst.
            Ok(_) | Err(LedgerError::Conflict) => {}
            Err(LedgerError::Port(error)) => return Err(error),
        }
    }
    failed.map_or(Ok(kept), Err)
}
