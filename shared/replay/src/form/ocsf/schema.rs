//! The part of OCSF 1.5.0 that our events may have. From the schema's own text: <https://github.com/ocsf/ocsf-schema> at 1.5.0,
//! `events/findings/detection_finding.json` with what it extends, and the objects of the same names under `objects/`.

/// The type of an attribute.
#[derive(Clone, Copy)]
pub(super) enum Type {
    Integer,
    Text,
    Truth,
    Texts,
    /// Anything: `json_t`, and `object` without a name.
    Free,
    /// One of these numbers, whose caption is in the attribute beside it.
    Enum(&'static [(i64, &'static str)], &'static str),
    Object(&'static Object),
    Objects(&'static Object),
}

use Type::{Enum, Free, Integer, Object as One, Objects as Many, Text, Texts, Truth};

/// An object of the schema: its attributes, with whether they are required, and those of which at least one must be there.
pub(super) struct Object {
    pub(super) name: &'static str,
    pub(super) attributes: &'static [(&'static str, Type, bool)],
    pub(super) at_least_one: &'static [&'static str],
}

const SEVERITY: &[(i64, &str)] =
    &[(0, "Unknown"), (1, "Informational"), (2, "Low"), (3, "Medium"), (4, "High"), (5, "Critical"), (6, "Fatal")];
const STATUS: &[(i64, &str)] =
    &[(0, "Unknown"), (1, "New"), (2, "In Progress"), (3, "Suppressed"), (4, "Resolved"), (5, "Archived")];
const ACTIVITY: &[(i64, &str)] = &[(0, "Unknown"), (1, "Create"), (2, "Update"), (3, "Close")];
const USER: &[(i64, &str)] = &[(0, "Unknown"), (1, "User"), (2, "Admin"), (3, "System"), (99, "")];
const ANALYTIC: &[(i64, &str)] = &[(0, "Unknown"), (1, "Rule"), (2, "Behavioral"), (3, "Statistical")];
const ACCOUNT: &[(i64, &str)] = &[(0, "Unknown"), (10, "AWS Account"), (99, "")];

pub(super) static FINDING: Object = Object {
    name: "detection_finding",
    attributes: &[
        ("activity_id", Enum(ACTIVITY, "activity_name"), true),
        ("activity_name", Text, false),
        ("category_uid", Integer, true),
        ("category_name", Text, false),
        ("class_uid", Integer, true),
        ("class_name", Text, false),
        ("type_uid", Integer, true),
        ("type_name", Text, false),
        ("severity_id", Enum(SEVERITY, "severity"), true),
        ("severity", Text, false),
        ("status_id", Enum(STATUS, "status"), false),
        ("status", Text, false),
        ("time", Integer, true),
        ("start_time", Integer, false),
        ("end_time", Integer, false),
        ("count", Integer, false),
        ("is_alert", Truth, false),
        ("message", Text, false),
        ("metadata", One(&METADATA), true),
        // The profile `cloud` adds it and requires it.
        ("cloud", One(&CLOUD), true),
        ("finding_info", One(&FINDING_INFO), true),
        ("evidences", Many(&EVIDENCES), false),
        ("resources", Many(&RESOURCE), false),
        ("remediation", One(&REMEDIATION), false),
        ("unmapped", Free, false),
    ],
    at_least_one: &[],
};
static METADATA: Object = Object {
    name: "metadata",
    attributes: &[
        ("version", Text, true),
        ("product", One(&PRODUCT), true),
        ("uid", Text, false),
        ("event_code", Text, false),
        ("labels", Texts, false),
        ("log_name", Text, false),
        ("processed_time", Integer, false),
        ("profiles", Texts, false),
    ],
    at_least_one: &[],
};
static PRODUCT: Object = Object {
    name: "product",
    attributes: &[("name", Text, false), ("uid", Text, false), ("vendor_name", Text, false), ("version", Text, false)],
    at_least_one: &["name", "uid"],
};
static CLOUD: Object = Object {
    name: "cloud",
    attributes: &[("provider", Text, true), ("region", Text, false), ("account", One(&ACCOUNT_OBJECT), false)],
    at_least_one: &[],
};
static ACCOUNT_OBJECT: Object = Object {
    name: "account",
    attributes: &[
        ("uid", Text, false),
        ("name", Text, false),
        ("type", Text, false),
        ("type_id", Enum(ACCOUNT, "type"), false),
    ],
    at_least_one: &["name", "uid"],
};
static FINDING_INFO: Object = Object {
    name: "finding_info",
    attributes: &[
        ("uid", Text, true),
        ("title", Text, false),
        ("desc", Text, false),
        ("types", Texts, false),
        ("analytic", One(&ANALYTIC_OBJECT), false),
        ("attacks", Many(&ATTACK), false),
        ("data_sources", Texts, false),
        ("created_time", Integer, false),
        ("first_seen_time", Integer, false),
        ("last_seen_time", Integer, false),
        ("related_events_count", Integer, false),
    ],
    at_least_one: &[],
};
static ANALYTIC_OBJECT: Object = Object {
    name: "analytic",
    attributes: &[
        ("uid", Text, false),
        ("name", Text, false),
        ("type", Text, false),
        ("type_id", Enum(ANALYTIC, "type"), true),
    ],
    at_least_one: &["name", "uid"],
};
static ATTACK: Object = Object {
    name: "attack",
    attributes: &[
        ("tactic", One(&NAMED), false),
        ("technique", One(&NAMED), false),
        ("sub_technique", One(&NAMED), false),
    ],
    at_least_one: &["tactic", "technique", "sub_technique"],
};
/// `tactic`, `technique` and `sub_technique` are alike.
static NAMED: Object = Object {
    name: "technique",
    attributes: &[("name", Text, false), ("uid", Text, false), ("src_url", Text, false)],
    at_least_one: &["name", "uid"],
};
static EVIDENCES: Object = Object {
    name: "evidences",
    attributes: &[
        ("uid", Text, false),
        ("name", Text, false),
        ("actor", One(&ACTOR), false),
        ("api", One(&API), false),
        ("src_endpoint", One(&ENDPOINT), false),
        ("http_request", One(&HTTP_REQUEST), false),
        ("data", Free, false),
    ],
    at_least_one: &["actor", "api", "data", "src_endpoint"],
};
static ACTOR: Object = Object {
    name: "actor",
    attributes: &[("user", One(&USER_OBJECT), false), ("session", One(&SESSION), false), ("invoked_by", Text, false)],
    at_least_one: &["user", "session", "invoked_by"],
};
static USER_OBJECT: Object = Object {
    name: "user",
    attributes: &[
        ("uid", Text, false),
        ("uid_alt", Text, false),
        ("name", Text, false),
        ("type", Text, false),
        ("type_id", Enum(USER, "type"), false),
        ("credential_uid", Text, false),
        ("account", One(&ACCOUNT_OBJECT), false),
    ],
    at_least_one: &["account", "name", "uid"],
};
static SESSION: Object = Object {
    name: "session",
    attributes: &[
        ("uid", Text, false),
        ("is_mfa", Truth, false),
        ("credential_uid", Text, false),
        ("issuer", Text, false),
    ],
    at_least_one: &[],
};
static API: Object = Object {
    name: "api",
    attributes: &[("operation", Text, true), ("service", One(&SERVICE), false), ("response", One(&RESPONSE), false)],
    at_least_one: &[],
};
static SERVICE: Object = Object {
    name: "service",
    attributes: &[("name", Text, false), ("uid", Text, false)],
    at_least_one: &["name", "uid"],
};
static RESPONSE: Object = Object { name: "response", attributes: &[("error", Text, false)], at_least_one: &[] };
static ENDPOINT: Object = Object {
    name: "network_endpoint",
    attributes: &[("ip", Text, false), ("uid", Text, false), ("name", Text, false), ("svc_name", Text, false)],
    at_least_one: &["ip", "uid", "name", "hostname", "svc_name", "instance_uid", "interface_uid", "interface_name"],
};
static HTTP_REQUEST: Object =
    Object { name: "http_request", attributes: &[("user_agent", Text, false)], at_least_one: &[] };
static RESOURCE: Object = Object {
    name: "resource_details",
    attributes: &[
        ("uid", Text, false),
        ("name", Text, false),
        ("type", Text, false),
        ("region", Text, false),
        ("cloud_partition", Text, false),
        ("criticality", Text, false),
    ],
    at_least_one: &["name", "uid"],
};
static REMEDIATION: Object = Object { name: "remediation", attributes: &[("desc", Text, true)], at_least_one: &[] };
