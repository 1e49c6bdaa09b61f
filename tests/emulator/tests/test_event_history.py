"""The event history is answered in pages."""

from tests.emulator_case import EmulatorCase

SOURCE = [{"AttributeKey": "EventSource", "AttributeValue": "kms.amazonaws.com"}]


class EventHistoryCase(EmulatorCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.trails = cls.client("cloudtrail")
        kms = cls.client("kms")
        cls.key = kms.create_key()["KeyMetadata"]["KeyId"]
        for _ in range(119):
            kms.describe_key(KeyId=cls.key)

    def look_up(self, **more) -> list[list[str]]:
        """The names of the events, page by page, once all of them are there."""
        self.wait_for(lambda: len(self.records("DescribeKey")) == 119, "the records")
        pages = self.trails.get_paginator("lookup_events").paginate(LookupAttributes=SOURCE, **more)
        return [[event["EventId"] for event in page["Events"]] for page in pages]


class EventHistoryTest(EventHistoryCase):
    def test_all_of_it_in_pages(self) -> None:
        pages = self.look_up()
        self.assertEqual([len(page) for page in pages], [50, 50, 20])
        found = [event for page in pages for event in page]
        recorded = [record["eventID"] for name in ("CreateKey", "DescribeKey") for record in self.records(name)]
        self.assertEqual(found, recorded[::-1])

    def test_a_full_page_is_the_last_when_nothing_follows(self) -> None:
        self.look_up()
        pages = self.look_up(PaginationConfig={"PageSize": 40})
        self.assertEqual([len(page) for page in pages], [40, 40, 40])

    def test_a_token_of_ones_own(self) -> None:
        self.assert_error("InvalidNextTokenException", self.trails.lookup_events, NextToken="more")


class WithoutTheAdditionTest(EventHistoryCase):
    without = ("event_history",)

    def test_there_is_one_page(self) -> None:
        self.assertEqual([len(page) for page in self.look_up()], [50])
