//! Places: `networks:`, `audit:`, `accounts:` and `geoip:`.

use std::net::IpAddr;

use ipnet::IpNet;
use portcullis_domain::AccountId;

use super::entries::{Entry, at_least_one, entries};
use crate::reader::{Node, Report};
use crate::{AuditStores, Glob, NamedNetwork};

/// Addresses that do not tell one network from another, since anybody may use them within: RFC 1918, RFC 6598, RFC
/// 4193, and the loopback and link-local ranges of RFC 6890.
const PRIVATE: [&str; 9] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
];

pub(super) fn networks(node: &Node<'_>, report: &mut Report) -> Vec<NamedNetwork> {
    entries(node, report, &["name", "cidrs", "vpc_endpoints"], network)
}

fn network(entry: &Entry<'_>, report: &mut Report) -> Option<NamedNetwork> {
    let Entry { node, map, name } = entry;
    let cidrs = map.get("cidrs").map(|node| at_least_one(node, report, "range of addresses", cidr));
    let vpc_endpoints = map.get("vpc_endpoints").map(|node| at_least_one(node, report, "VPC endpoint id", endpoint));
    if cidrs.is_none() && vpc_endpoints.is_none() {
        report.add(node, "expected `cidrs` or `vpc_endpoints` or both, found neither", None);
    }
    Some(NamedNetwork {
        name: name.clone()?,
        cidrs: cidrs.unwrap_or_default(),
        vpc_endpoints: vpc_endpoints.unwrap_or_default(),
        line: node.line(),
    })
}

fn cidr(node: &Node<'_>, report: &mut Report) -> Option<IpNet> {
    let expected = "a range of public addresses such as 198.51.100.0/24";
    let text = node.text(report, expected)?;
    let found: Option<IpNet> = text.parse().ok();
    let is_within =
        |cidr: &IpNet| PRIVATE.iter().filter_map(|range| range.parse().ok()).any(|range: IpNet| range.contains(cidr));
    let help = match found {
        Some(cidr) if cidr.trunc() != cidr => {
            format!("did you mean {} or {}/{}?", cidr.trunc(), cidr.addr(), cidr.max_prefix_len())
        }
        Some(cidr) if cidr.prefix_len() == 0 => "every address is in it, so that its name would say nothing".to_owned(),
        Some(cidr) if is_within(&cidr) => {
            "anybody may use these addresses in a network of their own; calls from a VPC pass \
             its endpoints, which can be named under `vpc_endpoints`"
                .to_owned()
        }
        Some(cidr) => return Some(cidr),
        None => text.parse::<IpAddr>().map_or_else(
            |_| "write the first address, a slash, and how many bits all its addresses share".to_owned(),
            |ip| format!("for this address alone write {}", IpNet::from(ip)),
        ),
    };
    report.add(node, node.mismatch(expected), Some(help));
    None
}

fn endpoint(node: &Node<'_>, report: &mut Report) -> Option<String> {
    let expected = "the id of a VPC endpoint, `vpce-` and hexadecimal digits";
    let text = node.text(report, expected)?;
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if text.strip_prefix("vpce-").is_some_and(is_id) {
        return Some(text.to_owned());
    }
    report.add(node, node.mismatch(expected), None);
    None
}

pub(super) fn audit(node: &Node<'_>, report: &mut Report) -> AuditStores {
    let map = node.map(report, "a map", &["buckets", "log_groups"]);
    // Amazon S3 User Guide, *General purpose bucket naming rules*; older names may hold capitals and underscores.
    let buckets = named(map.get("buckets"), report, "the name of a bucket, `*` and `?` allowed", "._-");
    // CloudWatch Logs API Reference, *CreateLogGroup*, `logGroupName`.
    let log_groups = named(map.get("log_groups"), report, "the name of a log group, `*` and `?` allowed", "_-/.#");
    AuditStores { buckets, log_groups }
}

/// Names, of letters, digits and the characters `others`.
fn named(node: Option<&Node<'_>>, report: &mut Report, expected: &str, others: &str) -> Vec<Glob> {
    let items = node.map(|node| node.list(report, "a list of names")).unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || others.contains(c) || "*?".contains(c);
    let mut name = |node: &Node<'_>| {
        let text = node.text(report, expected)?;
        if !text.is_empty() && text.chars().all(fits) {
            return text.parse().ok();
        }
        let help = text.starts_with("arn:").then(|| "write the name alone, without the ARN around it".to_owned());
        report.add(node, node.mismatch(expected), help);
        None
    };
    items.iter().filter_map(&mut name).collect()
}

pub(super) fn accounts(node: &Node<'_>, report: &mut Report) -> Vec<AccountId> {
    let items = node.list(report, "a list of account ids");
    items.iter().filter_map(|node| account(node, report)).collect()
}

pub(super) fn account(node: &Node<'_>, report: &mut Report) -> Option<AccountId> {
    node.parsed(report, "an account id of twelve digits, in quotes")
}

/// The names of databases. They lie beside the settings file, so that a path would lead nowhere.
pub(super) fn geoip(node: &Node<'_>, report: &mut Report) -> Vec<String> {
    let expected = "the name of a MaxMind database beside this file, such as GeoLite2-ASN.mmdb";
    let items = node.list(report, "a list of file names");
    let mut name = |node: &Node<'_>| {
        let text = node.text(report, expected)?;
        let fits =
            |stem: &str| !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if text.strip_suffix(".mmdb").is_some_and(fits) {
            return Some(text.to_owned());
        }
        let help = text.contains(['/', '\\']).then(|| "put it beside this file, and write its name alone".to_owned());
        report.add(node, node.mismatch(expected), help);
        None
    };
    items.iter().filter_map(&mut name).collect()
}
