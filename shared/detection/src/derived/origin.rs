//! A stable word for where a call came from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use portcullis_domain::{Network, Origin, Source};

use crate::geo::Geo;

/// A word for where a call came from, stable enough to count places by (`portcullis.origin.id`): `named`, the network of
/// the settings; else the VPC endpoint; else the autonomous system, `AS64496`, where a database tells; else the address's
/// /24 (IPv4) or /48 (IPv6), since people's addresses change within a provider's block. Absent for calls that AWS makes
/// and where the record tells no place.
pub fn origin_id(origin: &Origin, named: Option<&str>, geo: Option<&Geo>) -> Option<String> {
    if origin.network() == Network::Aws {
        return None;
    }
    if let Some(word) = named.or(origin.vpc_endpoint.as_deref()) {
        return Some(word.to_owned());
    }
    let Source::Ip(ip) = &origin.source else { return None };
    let asn = geo.filter(|_| origin.network() == Network::Public).and_then(|geo| geo.asn(*ip));
    Some(asn.map_or_else(|| block(*ip), |asn| format!("AS{asn}")))
}

fn block(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use test_case::test_case;

    use super::*;

    fn origin(source: &str, vpc_endpoint: Option<&str>) -> Origin {
        let source = match source {
            "" => Source::Missing,
            "AWS Internal" => Source::AwsInternal,
            text => text.parse().map_or_else(|_| Source::Service(text.to_owned()), Source::Ip),
        };
        Origin { source, user_agent: None, vpc_endpoint: vpc_endpoint.map(str::to_owned) }
    }

    #[test_case("198.51.100.7", None, Some("office"), Some("office") ; "a named network")]
    #[test_case("10.0.0.1", Some("vpce-1"), Some("build"), Some("build") ; "a named endpoint")]
    #[test_case("10.0.0.1", Some("vpce-1"), None, Some("vpce-1") ; "an endpoint")]
    #[test_case("198.51.100.7", None, None, Some("AS64496") ; "an autonomous system")]
    #[test_case("192.0.2.7", None, None, Some("192.0.2.0/24") ; "an IPv4 block")]
    #[test_case("::ffff:192.0.2.7", None, None, Some("192.0.2.0/24") ; "an IPv4 address in IPv6's clothes")]
    #[test_case("2001:db8:1:2::7", None, None, Some("2001:db8:1::/48") ; "an IPv6 block")]
    #[test_case("10.1.2.3", None, None, Some("10.1.2.0/24") ; "a private block")]
    #[test_case("secretsmanager.amazonaws.com", Some("vpce-1"), None, None ; "a service, whatever endpoint it uses")]
    #[test_case("AWS Internal", None, None, None ; "AWS itself")]
    #[test_case("", None, None, None ; "not told")]
    fn ids(source: &str, endpoint: Option<&str>, named: Option<&str>, expected: Option<&str>) {
        let geo = crate::geo::tests::geo();
        assert_eq!(origin_id(&origin(source, endpoint), named, Some(&geo)).as_deref(), expected);
    }

    #[test]
    fn without_databases_addresses_are_counted_by_block() {
        assert_eq!(origin_id(&origin("198.51.100.7", None), None, None).as_deref(), Some("198.51.100.0/24"));
    }
}
