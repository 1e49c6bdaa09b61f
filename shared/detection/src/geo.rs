//! Where an address is, from MaxMind databases that whoever runs this has got a licence for.
//!
//! Format: MaxMind DB File Format Specification 2.0. Members: MaxMind, *GeoIP and GeoLite City and Country databases*
//! and *ASN database*.

use std::fmt;
use std::net::IpAddr;

use maxminddb::{LookupResult, MaxMindDbError, PathElement, Reader, path};

/// One or several databases. What one does not tell, the next may: countries are in one file, networks in another.
pub struct Geo {
    databases: Vec<Reader<Vec<u8>>>,
}

/// A file is not a MaxMind database.
#[derive(Debug, thiserror::Error)]
#[error("{name} is not a MaxMind database: put the .mmdb file itself there, unpacked, or take it off `geoip:`")]
pub struct GeoError {
    name: String,
    source: MaxMindDbError,
}

impl Geo {
    /// Opens databases from their bytes; each comes with the name to call it by in errors. No database is an empty
    /// answer to everything.
    ///
    /// # Errors
    ///
    /// When one of them is not a MaxMind database; the error names it.
    pub fn open(databases: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, GeoError> {
        let open = |(name, bytes)| Reader::from_source(bytes).map_err(|source| GeoError { name, source });
        Ok(Self { databases: databases.into_iter().map(open).collect::<Result<_, _>>()? })
    }

    /// ISO 3166-1 code of the country that the address is in, `DE`; where the database knows none, of the country that
    /// it is registered in.
    pub fn country(&self, ip: IpAddr) -> Option<String> {
        self.text(ip, &path!["country", "iso_code"]).or_else(|| self.text(ip, &path!["registered_country", "iso_code"]))
    }

    /// Number of the autonomous system that announces the address, `64496`.
    pub fn asn(&self, ip: IpAddr) -> Option<u32> {
        self.first(ip, |found| found.decode_path(&path!["autonomous_system_number"]).ok().flatten())
    }

    /// Name of the organization that runs it, as registered.
    pub fn organization(&self, ip: IpAddr) -> Option<String> {
        self.text(ip, &path!["autonomous_system_organization"])
    }

    fn text(&self, ip: IpAddr, path: &[PathElement<'_>]) -> Option<String> {
        let found = self.first(ip, |found| found.decode_path::<String>(path).ok().flatten());
        found.filter(|text| !text.is_empty())
    }

    /// The first answer. A database that cannot answer, as one of IPv4 addresses cannot about IPv6 or a damaged one about
    /// anything, is passed over: an event is worth examining without it.
    fn first<T>(&self, ip: IpAddr, read: impl Fn(&LookupResult<'_, Vec<u8>>) -> Option<T>) -> Option<T> {
        let ip = ip.to_canonical();
        self.databases.iter().find_map(|database| read(&database.lookup(ip).ok()?))
    }
}

/// Their types: the bytes would fill pages.
impl fmt::Debug for Geo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.databases.iter().map(|database| &database.metadata().database_type)).finish()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use test_case::test_case;

    use super::*;

    const COUNTRY: &[u8] = include_bytes!("../tests/data/country.mmdb");
    const ASN: &[u8] = include_bytes!("../tests/data/asn.mmdb");

    /// Both test databases; `tests/data/README.md` says what is in them.
    pub(crate) fn geo() -> Geo {
        Geo::open([("country.mmdb".to_owned(), COUNTRY.to_vec()), ("asn.mmdb".to_owned(), ASN.to_vec())]).unwrap()
    }

    #[test_case("198.51.100.7", Some("DE"), Some(64496), Some("Example Carrier") ; "in both")]
    #[test_case("::ffff:198.51.100.7", Some("DE"), Some(64496), Some("Example Carrier") ; "an IPv4 address in IPv6's clothes")]
    #[test_case("203.0.113.7", Some("NL"), Some(64511), None ; "registered somewhere, and a network without a name")]
    #[test_case("192.0.2.7", None, None, None ; "in neither")]
    #[test_case("2001:db8:1::7", Some("FR"), None, None ; "IPv6, which one of the databases does not cover")]
    fn places(ip: &str, country: Option<&str>, asn: Option<u32>, organization: Option<&str>) {
        let (geo, ip) = (geo(), ip.parse().unwrap());
        assert_eq!(geo.country(ip).as_deref(), country);
        assert_eq!(geo.asn(ip), asn);
        assert_eq!(geo.organization(ip).as_deref(), organization);
    }

    #[test]
    fn what_is_no_database_is_refused_by_name() {
        let error = Geo::open([("GeoLite2-City.tar.gz".to_owned(), b"\x1f\x8b".to_vec())]).unwrap_err();
        assert!(error.to_string().starts_with("GeoLite2-City.tar.gz is not a MaxMind database"), "{error}");
    }

    #[test]
    fn a_damaged_database_answers_nothing_and_stops_nothing() {
        for at in 0..COUNTRY.len() {
            let mut bytes = COUNTRY.to_vec();
            bytes[at] ^= 0xff;
            let Ok(geo) = Geo::open([("country.mmdb".to_owned(), bytes)]) else { continue };
            for ip in ["198.51.100.7", "203.0.113.7", "192.0.2.7", "2001:db8:1::7"] {
                let ip = ip.parse().unwrap();
                // Whatever they say, they come back.
                let _ = (geo.country(ip), geo.asn(ip), geo.organization(ip));
            }
        }
    }

    #[test]
    fn no_database_knows_nothing() {
        let geo = Geo::open([]).unwrap();
        assert_eq!(geo.country("198.51.100.7".parse().unwrap()), None);
    }
}
