//! Places that calls come from, and places that audit logs go to, by the names that people gave them.

use std::net::IpAddr;

use ipnet::IpNet;
use portcullis_domain::{Network, Origin, Source};

use crate::{Glob, Settings};

/// An entry of `networks:`: a place that people know by name.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedNetwork {
    /// What people call it; no two entries share a name.
    pub name: String,
    /// The public addresses that calls from it bear.
    pub cidrs: Vec<IpNet>,
    /// The VPC endpoints that calls from it pass: `vpce-…`.
    pub vpc_endpoints: Vec<String>,
    /// The line of the file on which the entry starts, from 1.
    pub line: usize,
}

/// `audit:`: where the audit logs are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditStores {
    /// S3 buckets, by name.
    pub buckets: Vec<Glob>,
    /// Log groups of CloudWatch Logs, by name.
    pub log_groups: Vec<Glob>,
}

impl NamedNetwork {
    /// Whether a call from `origin` came from here. Addresses count for calls that passed no VPC endpoint only: behind
    /// an endpoint they are those of a VPC, which whoever owns it chooses as they like (IAM User Guide, *AWS global
    /// condition context keys*, `aws:VpcSourceIp`). A call that AWS made comes from nowhere in particular.
    pub fn contains(&self, origin: &Origin) -> bool {
        if origin.network() == Network::Aws {
            return false;
        }
        match (&origin.vpc_endpoint, &origin.source) {
            (Some(endpoint), _) => self.vpc_endpoints.contains(endpoint),
            (None, Source::Ip(ip)) => self.has_address(*ip),
            (None, _) => false,
        }
    }

    fn has_address(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.cidrs.iter().any(|cidr| cidr.contains(&ip))
    }
}

impl AuditStores {
    /// Whether the settings name the bucket.
    pub fn has_bucket(&self, name: &str) -> bool {
        self.buckets.iter().any(|bucket| bucket.matches(name))
    }

    /// Whether the settings name the log group.
    pub fn has_log_group(&self, name: &str) -> bool {
        self.log_groups.iter().any(|group| group.matches(name))
    }
}

impl Settings {
    /// The first network that a call from `origin` came from.
    pub fn network(&self, origin: &Origin) -> Option<&NamedNetwork> {
        self.networks.iter().find(|network| network.contains(origin))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use test_case::test_case;

    use super::*;

    const SETTINGS: &str = "
networks:
  - {name: office, cidrs: [198.51.100.0/24, '2001:db8:1::/48']}
  - {name: desk, cidrs: [198.51.100.7/32]}
  - {name: build, vpc_endpoints: [vpce-0123], cidrs: [203.0.113.0/28]}
audit: {buckets: [org-trail-logs, 'audit-*'], log_groups: [org-trail, '/aws/cloudtrail/*']}
";

    fn settings() -> Settings {
        crate::parse(SETTINGS).unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn from(source: Source, endpoint: Option<&str>) -> Origin {
        Origin { source, user_agent: None, vpc_endpoint: endpoint.map(str::to_owned) }
    }

    fn ip(address: &str) -> Source {
        Source::Ip(address.parse().unwrap())
    }

    #[test_case(ip("198.51.100.0"), None, Some("office") ; "the first address")]
    #[test_case(ip("198.51.100.255"), None, Some("office") ; "the last address")]
    #[test_case(ip("198.51.101.0"), None, None ; "the address behind")]
    #[test_case(ip("198.51.100.7"), None, Some("office") ; "the first of two networks")]
    #[test_case(ip("::ffff:198.51.100.7"), None, Some("office") ; "an IPv4 address in IPv6's clothes")]
    #[test_case(ip("2001:db8:1:2::3"), None, Some("office") ; "IPv6")]
    #[test_case(ip("2001:db8:2::3"), None, None ; "another prefix")]
    #[test_case(ip("10.0.0.1"), Some("vpce-0123"), Some("build") ; "an endpoint")]
    #[test_case(Source::Missing, Some("vpce-0123"), Some("build") ; "an endpoint without address")]
    #[test_case(ip("203.0.113.1"), None, Some("build") ; "an address of a network that has endpoints too")]
    #[test_case(ip("198.51.100.7"), Some("vpce-9999"), None ; "an address behind the endpoint of another")]
    #[test_case(Source::Service("kms.amazonaws.com".to_owned()), Some("vpce-0123"), None ; "a service")]
    #[test_case(Source::AwsInternal, None, None ; "AWS itself")]
    #[test_case(Source::Other("198.51.100.7 ".to_owned()), None, None ; "what is no address")]
    fn networks(source: Source, endpoint: Option<&str>, expected: Option<&str>) {
        let settings = settings();
        let found = settings.network(&from(source, endpoint));
        assert_eq!(found.map(|network| network.name.as_str()), expected);
    }

    #[test]
    fn audit_stores_are_known_by_name() {
        let audit = settings().audit;
        assert!(audit.has_bucket("org-trail-logs") && audit.has_bucket("audit-eu"));
        assert!(!audit.has_bucket("org-trail-logs-old") && !audit.has_bucket("org-trail"));
        assert!(audit.has_log_group("org-trail") && audit.has_log_group("/aws/cloudtrail/eu"));
        assert!(!audit.has_log_group("org-trail-logs"));
    }

    proptest! {
        /// A network holds the addresses that share its first bits.
        #[test]
        fn prefixes(address: u32, other: u32, length in 1..=32_u8) {
            let base = address.checked_shr(32 - u32::from(length)).unwrap_or_default();
            let cidr = IpNet::new(std::net::Ipv4Addr::from(address).into(), length).unwrap().trunc();
            let network = NamedNetwork { name: "n".to_owned(), cidrs: vec![cidr], vpc_endpoints: Vec::new(), line: 1 };
            let origin = from(Source::Ip(std::net::Ipv4Addr::from(other).into()), None);
            let shared = other.checked_shr(32 - u32::from(length)).unwrap_or_default() == base;
            prop_assert_eq!(network.contains(&origin), shared);
            let origin = from(Source::Ip(std::net::Ipv4Addr::from(address).into()), None);
            prop_assert!(network.contains(&origin));
        }
    }
}
