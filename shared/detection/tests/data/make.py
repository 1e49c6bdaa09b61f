"""Makes the two test databases: pip install mmdb_writer==0.2.7 netaddr==1.3.0 && python make.py"""

from netaddr import IPSet
from mmdb_writer import MMDBWriter

country = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-Country")
country.insert_network(IPSet(["198.51.100.0/24"]), {"country": {"iso_code": "DE"}})
country.insert_network(IPSet(["203.0.113.0/24"]), {"registered_country": {"iso_code": "NL"}})
country.insert_network(IPSet(["2001:db8:1::/48"]), {"country": {"iso_code": "FR"}})
country.to_db_file("country.mmdb")

asn = MMDBWriter(ip_version=4, database_type="Test-ASN", int_type="u32")
asn.insert_network(
    IPSet(["198.51.100.0/24"]),
    {"autonomous_system_number": 64496, "autonomous_system_organization": "Example Carrier"},
)
asn.insert_network(IPSet(["203.0.113.0/24"]), {"autonomous_system_number": 64511, "autonomous_system_organization": ""})
asn.to_db_file("asn.mmdb")
