//! Why a record lacks a field, where that can be told.

use portcullis_cloudtrail::Json;
use portcullis_detection::{Pipeline, origin_id};
use portcullis_domain::{Network, Outcome};
use portcullis_settings::Settings;

use super::explainer::Known;

/// Why a field is absent that depends on what was seen before.
pub(super) const NEEDS_HISTORY: &str = "needs history, which `portcullis replay` gathers and this command does not";

/// Why `field` is absent; nothing where no more can be said.
pub(super) fn why(field: &str, known: &Known<'_>, pipeline: &Pipeline) -> Option<String> {
    match field.strip_prefix("portcullis.") {
        Some(derived) => of_derived(derived, known, pipeline),
        None => of_record(field, known),
    }
}

fn of_record(field: &str, known: &Known<'_>) -> Option<String> {
    let record = &known.record;
    let (root, inside) = field.split_once('.').map_or((field, false), |(root, _)| (root, true));
    if matches!(root, "errorCode" | "errorMessage") && record.error_code.is_none() {
        return Some("the call succeeded".to_owned());
    }
    if root == "responseElements" && known.access.outcome != Outcome::Success {
        return Some("a call that did not succeed answers nothing".to_owned());
    }
    let whole = record.whole();
    match whole.get(root) {
        None | Some(Json::Null) if inside => match (root, known.access.outcome) {
            ("requestParameters", Outcome::Denied) => {
                Some("the record has no requestParameters, as is the case for some denied calls".to_owned())
            }
            _ => Some(format!("the record has no {root}")),
        },
        _ => None,
    }
}

fn of_derived(field: &str, known: &Known<'_>, pipeline: &Pipeline) -> Option<String> {
    let Known { access, judgement, .. } = known;
    let settings = &pipeline.settings;
    let actor = access.actor.kind().as_str();
    let answer = match field {
        "actor.arn" => format!("the actor is of kind {actor}, which has no ARN to act on"),
        "actor.role" => format!("the actor is of kind {actor}"),
        "actor.name" => "the record does not say who called".to_owned(),
        "actor.authorized" => of_asset(known, pipeline)
            .unwrap_or_else(|| format!("{}, and says nothing of `authorized`", entries(&judgement.matched))),
        "actor.issued_to" => "the record has no `inScopeOf` that tells".to_owned(),
        "actor.quarantined" => "only the deployment's ledger knows who is in quarantine".to_owned(),
        "target.quarantined" if access.action.service != "iam" => "only calls of IAM name a role or user".to_owned(),
        "target.quarantined" => {
            "the call names no role or user, or one of which only the deployment's ledger knows whether it is contained"
                .to_owned()
        }
        "asset.arn" | "asset.name" | "asset.kind" => NO_ASSET.to_owned(),
        "asset.tier" => {
            of_asset(known, pipeline).unwrap_or_else(|| format!("{}, and gives no `tier`", entries(&judgement.matched)))
        }
        "asset.decoy" => {
            of_asset(known, pipeline).unwrap_or_else(|| format!("{}, not as a decoy", entries(&judgement.matched)))
        }
        "first_seen" | "asset.first_use" if access.assets.is_empty() => NO_ASSET.to_owned(),
        "origin.id" | "origin.first_seen"
            if origin_id(&access.origin, judgement.network.as_deref(), pipeline.context.geo.as_ref()).is_none() =>
        {
            "calls by AWS services come from no place of their own".to_owned()
        }
        "first_seen" | "asset.first_use" | "origin.first_seen" | "origin.first_use" | "learning" | "rate.level" => {
            of_history(known)
        }
        "via" => "a direct call".to_owned(),
        "origin.ip" => "the call came from no address, but from AWS or a service of it".to_owned(),
        "origin.name" if settings.networks.is_empty() => "the settings name no networks".to_owned(),
        "origin.name" => "the call came from none of the networks in the settings".to_owned(),
        "origin.country" | "origin.asn" | "origin.organization" => of_place(known, pipeline),
        "time.off_hours" => of_hours(known, settings),
        "time.change" if settings.changes.is_empty() => "the settings name no planned work".to_owned(),
        "time.change" => {
            "the call falls in none of the `changes` in the settings that the actor takes part in".to_owned()
        }
        "exposes_to" => "the call lets nobody new in".to_owned(),
        "audit.store" => "the call is about no bucket or log group that keeps audit logs".to_owned(),
        "self" if pipeline.context.stack.is_empty() => {
            "the call is not about the deny policy, and which stack is Portcullis's own is known to the deployment only"
                .to_owned()
        }
        "self" => "the call is not about Portcullis's own resources".to_owned(),
        "trail.lost" => "the call leaves nothing unrecorded".to_owned(),
        _ => return None,
    };
    Some(answer)
}

const NO_ASSET: &str = "the record names no key or secret";

/// Why the settings say nothing of the assets; nothing when an entry names one.
fn of_asset(known: &Known<'_>, pipeline: &Pipeline) -> Option<String> {
    if known.access.assets.is_empty() {
        return Some(NO_ASSET.to_owned());
    }
    if !known.judgement.matched.is_empty() {
        return None;
    }
    let assets: Vec<String> = known.access.assets.iter().map(ToString::to_string).collect();
    let unresolved = pipeline.settings.unresolved(&pipeline.inventory).len();
    let unresolved = if unresolved == 0 {
        ""
    } else {
        "; entries by alias or tag are matched in the deployment only, where it can be looked up what they stand for"
    };
    Some(format!("no entry of the settings names the asset {}{unresolved}", assets.join(", ")))
}

fn entries(matched: &[String]) -> String {
    format!("the settings name the asset in `{}`", matched.join("`, `"))
}

fn of_history(known: &Known<'_>) -> String {
    match known.access.time {
        None => "the record has no time that can be read, so it has no history".to_owned(),
        Some(_) => NEEDS_HISTORY.to_owned(),
    }
}

fn of_place(known: &Known<'_>, pipeline: &Pipeline) -> String {
    match (&pipeline.context.geo, known.access.origin.network()) {
        (_, network) if network != Network::Public => {
            format!("the call came from no public address ({})", network.as_str())
        }
        (None, _) => "no database tells where addresses are; see `geoip` in the settings".to_owned(),
        (Some(_), _) => "the databases do not know the address".to_owned(),
    }
}

fn of_hours(known: &Known<'_>, settings: &Settings) -> String {
    if known.access.time.is_none() {
        return "the record has no time that can be read".to_owned();
    }
    if settings.hours.is_empty() {
        return "the settings name no working hours".to_owned();
    }
    "none of the working hours in the settings hold for the actor or the asset".to_owned()
}
