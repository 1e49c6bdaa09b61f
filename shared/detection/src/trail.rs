//! What a change of a trail's event selectors leaves unrecorded.
//!
//! A rule sees fields, not which selector they stand in; whether anything is lost depends on just that, so it is worked
//! out here. Sources: CloudTrail API Reference, *PutEventSelectors*, *EventSelector*, *AdvancedFieldSelector*.

use portcullis_cloudtrail::{Json, Record};

/// What one selector records of management events.
#[derive(Clone, Copy, Default)]
struct Recorded {
    reads: bool,
    writes: bool,
    kms_reads: bool,
}

/// What no selector of a `PutEventSelectors` call records any more: `management`, or of it `reads`, `writes` or `kms`.
/// Nothing for other calls, and when everything is still recorded.
pub(crate) fn lost(record: &Record<'_>) -> Vec<&'static str> {
    let is_selection = record.event_name.as_ref().is_some_and(|name| name.as_str() == "PutEventSelectors");
    let Some(parameters) = record.request_parameters.as_ref().filter(|_| is_selection) else { return Vec::new() };
    let classic = parameters.get("eventSelectors").map(Json::elements).unwrap_or_default();
    let advanced = parameters.get("advancedEventSelectors").map(Json::elements).unwrap_or_default();
    if classic.is_empty() && advanced.is_empty() {
        return Vec::new();
    }
    let each = classic.iter().map(of_classic).chain(advanced.iter().map(of_advanced));
    let all = each.fold(Recorded::default(), |a, b| Recorded {
        reads: a.reads || b.reads,
        writes: a.writes || b.writes,
        kms_reads: a.kms_reads || b.kms_reads,
    });
    match all {
        Recorded { reads: false, writes: false, .. } => vec!["management"],
        Recorded { reads, writes, kms_reads } => {
            let lost = [("reads", !reads), ("writes", !writes), ("kms", reads && !kms_reads)];
            lost.into_iter().filter(|(_, lost)| *lost).map(|(name, _)| name).collect()
        }
    }
}

fn of_classic(selector: &Json<'_>) -> Recorded {
    // Both members default to recording everything.
    if selector.get("includeManagementEvents").is_some_and(|include| is(include, "false")) {
        return Recorded::default();
    }
    let kind = selector.text("readWriteType").unwrap_or("All");
    let excluded = selector.get("excludeManagementEventSources").map(Json::elements).unwrap_or_default();
    let reads = matches!(kind, "All" | "ReadOnly");
    let kms = !excluded.iter().any(|source| is(source, "kms.amazonaws.com"));
    Recorded { reads, writes: matches!(kind, "All" | "WriteOnly"), kms_reads: reads && kms }
}

fn of_advanced(selector: &Json<'_>) -> Recorded {
    let fields = selector.get("fieldSelectors").map(Json::elements).unwrap_or_default();
    let with = |name: &str| fields.iter().find(|field| field.text("field") == Some(name));
    let equals = |field: &Json<'_>, value: &str| {
        field.get("equals").map(Json::elements).unwrap_or_default().iter().any(|equal| is(equal, value))
    };
    if !with("eventCategory").is_some_and(|category| equals(category, "Management")) {
        return Recorded::default();
    }
    // Any other condition narrows it to some events, of which nobody knows whether they are the ones that matter.
    let narrowed =
        fields.iter().any(|field| !matches!(field.text("field"), Some("eventCategory" | "readOnly" | "eventSource")));
    if narrowed {
        return Recorded::default();
    }
    let read_only = with("readOnly");
    let reads = read_only.is_none_or(|field| equals(field, "true"));
    let writes = read_only.is_none_or(|field| equals(field, "false"));
    let kms = with("eventSource").is_none_or(|source| {
        let excluded = source.get("notEquals").map(Json::elements).unwrap_or_default();
        !excluded.iter().any(|excluded| is(excluded, "kms.amazonaws.com"))
    });
    Recorded { reads, writes, kms_reads: reads && kms }
}

/// Whether a value is this word, as a string or as a boolean.
fn is(value: &Json<'_>, word: &str) -> bool {
    match value {
        Json::Bool(value) => (if *value { "true" } else { "false" }) == word,
        other => other.as_str() == Some(word),
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    const MANAGEMENT: &str = r#"{"field":"eventCategory","equals":["Management"]}"#;
    const DATA: &str = r#"{"field":"eventCategory","equals":["Data"]}"#;

    fn lost_by(parameters: &str) -> Vec<&'static str> {
        let json = format!(r#"{{"eventName":"PutEventSelectors","requestParameters":{{{parameters}}}}}"#);
        lost(&Record::parse(&json).unwrap())
    }

    #[test_case(r#"{"readWriteType":"All","includeManagementEvents":true}"#, &[] ; "everything")]
    #[test_case(r#"{"includeManagementEvents":false}"#, &["management"] ; "dropped")]
    #[test_case(r#"{"includeManagementEvents":false},{"includeManagementEvents":true}"#, &[] ; "dropped in one, kept in another")]
    #[test_case(r#"{"readWriteType":"WriteOnly"}"#, &["reads"] ; "writes only")]
    #[test_case(r#"{"readWriteType":"ReadOnly"}"#, &["writes"] ; "reads only")]
    #[test_case(r#"{"readWriteType":"WriteOnly"},{"readWriteType":"ReadOnly"}"#, &[] ; "both halves")]
    #[test_case(r#"{"excludeManagementEventSources":["kms.amazonaws.com"]}"#, &["kms"] ; "without KMS")]
    #[test_case(r#"{"excludeManagementEventSources":["rdsdata.amazonaws.com"]}"#, &[] ; "without another source")]
    fn classic(selectors: &str, expected: &[&str]) {
        assert_eq!(lost_by(&format!(r#""eventSelectors":[{selectors}]"#)), expected);
    }

    fn advanced(selectors: &[&[&str]]) -> Vec<&'static str> {
        let selectors: Vec<String> =
            selectors.iter().map(|fields| format!(r#"{{"fieldSelectors":[{}]}}"#, fields.join(","))).collect();
        lost_by(&format!(r#""advancedEventSelectors":[{}]"#, selectors.join(",")))
    }

    #[test]
    fn advanced_selectors() {
        let read_only = |value: &str| format!(r#"{{"field":"readOnly","equals":["{value}"]}}"#);
        let (reads, writes) = (read_only("true"), read_only("false"));
        let named = r#"{"field":"eventName","equals":["Management"]}"#;
        let no_kms = r#"{"field":"eventSource","notEquals":["rdsdata.amazonaws.com","kms.amazonaws.com"]}"#;
        assert_eq!(advanced(&[&[MANAGEMENT]]), [""; 0]);
        assert_eq!(advanced(&[&[DATA]]), ["management"]);
        assert_eq!(advanced(&[&[MANAGEMENT, &writes]]), ["reads"]);
        assert_eq!(advanced(&[&[MANAGEMENT, &reads]]), ["writes"]);
        assert_eq!(advanced(&[&[MANAGEMENT, no_kms]]), ["kms"]);
        assert_eq!(advanced(&[&[MANAGEMENT], &[DATA, &writes]]), [""; 0], "a narrow data selector takes nothing away");
        assert_eq!(advanced(&[&[DATA, named]]), ["management"], "a name that only looks like the category");
        assert_eq!(advanced(&[&[MANAGEMENT, named]]), ["management"], "narrowed to some events");
    }

    #[test]
    fn other_calls_lose_nothing() {
        let json = r#"{"eventName":"GetEventSelectors","requestParameters":{"eventSelectors":[{"includeManagementEvents":false}]}}"#;
        assert_eq!(lost(&Record::parse(json).unwrap()), [""; 0]);
    }
}
