"""That every event a built-in rule is about reaches detect, and that little else does.

The rules are read as they stand in shared/detection/rules: the events that they name, and those of their cases. IAM and
the organization log in us-east-1; test_forward.py holds that what is sent from there is what IdentityRule lets in.
"""

import copy
import unittest

import yaml
from eventbridge import delivers, is_data_event, names_let_in
from pack import cases, files, is_read, named
from reading import TRANSLATED, Resolved

# Data events, which a trail records where its owner asks for it. Those of the buckets of settings and trail are let in
# by ObjectsRule; the others are left to the second intake. Each message in a queue and each write to a table would make
# an event that makes the next, and the objects of a whole account are too many.
DATA_EVENTS = {
    "dynamodb.amazonaws.com": {
        "BatchWriteItem", "DeleteItem", "ExecuteStatement", "PutItem", "TransactWriteItems", "UpdateItem",
    },
    "s3.amazonaws.com": {
        "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload", "DeleteObject", "DeleteObjects", "PutObject",
    },
    "sqs.amazonaws.com": {
        "ChangeMessageVisibility", "DeleteMessage", "DeleteMessageBatch", "ReceiveMessage", "SendMessage",
        "SendMessageBatch",
    },
}
# Lists that name no key or secret, so that no rule that is about one can be. See KeysRule.
NAME_NOTHING = {
    "kms.amazonaws.com": {"DescribeCustomKeyStores", "ListAliases", "ListKeys", "ListRetirableGrants"},
}


def is_excepted(record):
    source, name = record["eventSource"], record["eventName"]
    return name in DATA_EVENTS.get(source, ()) or name in NAME_NOTHING.get(source, ())


def documents():
    for file in files():
        yield from ((file, document) for document in yaml.safe_load_all(file.read_text()) if document)


def rules_of(t):
    return t.intake


class PatternTest(unittest.TestCase):
    """The matching that the other tests rest on."""

    record = {
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutBucketPolicy",
        "readOnly": False,
        "managementEvent": True,
        "requestParameters": {"bucketName": "logs"},
    }

    def let_in(self, detail, state="ENABLED", **record):
        return delivers({"State": state, "EventPattern": {"source": ["aws.s3"], "detail": detail}}, self.record | record)

    def test_what_matches_and_what_does_not(self):
        for detail, expected in [
            ({}, True),
            ({"eventName": ["PutBucketPolicy", "Other"]}, True),
            ({"eventName": ["PutBucket"]}, False),
            ({"eventName": [{"prefix": "PutBucket"}]}, True),
            ({"eventName": [{"prefix": "Delete"}]}, False),
            ({"eventName": [{"anything-but": ["GetObject"]}]}, True),
            ({"eventName": [{"anything-but": ["PutBucketPolicy"]}]}, False),
            ({"errorCode": [{"anything-but": ["AccessDenied"]}]}, False),
            ({"errorCode": [{"exists": False}]}, True),
            ({"errorCode": [{"exists": True}]}, False),
            ({"readOnly": [False]}, True),
            ({"readOnly": [True]}, False),
            ({"readOnly": [0]}, False),
            ({"requestParameters": {"bucketName": ["logs"]}}, True),
            ({"requestParameters": {"bucketName": ["other"]}}, False),
            ({"userIdentity": {"type": ["Root"]}}, False),
            ({"$or": [{"eventName": ["Other"]}, {"requestParameters": {"bucketName": ["logs"]}}]}, True),
            ({"$or": [{"eventName": ["Other"]}, {"readOnly": [True]}]}, False),
            ({"$or": [{"readOnly": [False]}, {"readOnly": [True]}], "eventName": ["Other"]}, False),
        ]:
            with self.subTest(detail=detail):
                self.assertEqual(self.let_in(detail), expected)

    def test_states(self):
        self.assertFalse(self.let_in({}, readOnly=True))
        self.assertTrue(self.let_in({}, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", readOnly=True))
        self.assertTrue(self.let_in({}, readOnly=True, eventCategory="Data"), "a data event, which is not withheld")
        self.assertFalse(self.let_in({}, "DISABLED"))
        self.assertFalse(self.let_in({}, eventSource="sqs.amazonaws.com"))


class EventTest(unittest.TestCase):
    # The names are the message.
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.rules = rules_of(Resolved(TRANSLATED, {}))

    def by(self, record):
        return [name for name, rule in self.rules.items() if delivers(rule, record)]

    def test_named_events_get_through(self):
        unseen = set()
        for file, document in documents():
            for record in named(document):
                if not is_excepted(record) and not self.by(record):
                    unseen.add(f"{record['eventSource']} {record['eventName']} of {file.stem}")
        self.assertEqual(sorted(unseen), [])

    def test_the_events_of_the_cases_get_through(self):
        unseen = set()
        for file in files():
            for case, records in cases(file):
                for record in records:
                    if not is_excepted(record) and not self.by(record):
                        unseen.add(f"{record['eventSource']} {record['eventName']} of {file.stem}: {case}")
        self.assertEqual(sorted(unseen), [])

    def test_nothing_is_let_in_that_no_rule_is_about(self):
        for rule, properties in self.rules.items():
            # What ObjectsRule lets in depends on the names of the buckets; see test_rules.py.
            for let_in in names_let_in(properties) if rule != "ObjectsRule" else ():
                with self.subTest(rule=rule, let_in=let_in):
                    without = copy.deepcopy(properties)
                    drop(without["EventPattern"]["detail"], let_in)
                    self.assertTrue(self.lost(rule, without), "no rule is about what this lets in")

    def test_each_rule_is_needed_in_its_state(self):
        for rule, properties in self.rules.items():
            weaker = "ENABLED" if properties["State"] != "ENABLED" else "DISABLED"
            with self.subTest(rule=rule, state=weaker):
                lost = self.lost(rule, properties | {"State": weaker})
                self.assertTrue(lost or rule == "ObjectsRule", "no event would be missed")

    def lost(self, rule, changed):
        """An event that gets through, and does not if a rule is changed like this."""
        left = [changed, *(properties for name, properties in self.rules.items() if name != rule)]
        let_in = (record for record in self.all_records() if delivers(self.rules[rule], record))
        return next((record for record in let_in if not any(delivers(p, record) for p in left)), None)

    def all_records(self):
        if not hasattr(type(self), "records"):
            everything = [record for _, document in documents() for record in named(document)]
            everything += [record for file in files() for _, records in cases(file) for record in records]
            type(self).records = everything
        return self.records

    def test_the_exceptions_are_data_events_that_a_rule_is_about(self):
        about = {(record["eventSource"], record["eventName"]) for record in self.all_records()}
        excepted = {(source, name) for source, names in DATA_EVENTS.items() for name in names}
        self.assertEqual(sorted(excepted - about), [], "no rule is about these any more")
        for file in files():
            for case, records in cases(file):
                for record in records:
                    pair = (record["eventSource"], record["eventName"])
                    with self.subTest(rule=file.stem, case=case, event=pair):
                        self.assertEqual(is_data_event(record), pair in excepted)

    def test_reads_are_known_by_their_names(self):
        # What named() takes for a read is what CloudTrail calls one in the cases.
        for file in files():
            for case, records in cases(file):
                for record in records:
                    with self.subTest(rule=file.stem, case=case, event=record["eventName"]):
                        self.assertEqual(is_read(record["eventSource"], record["eventName"]), record["readOnly"])

    def test_parameter_store_is_all_that_its_parameter_switches_off(self):
        left = rules_of(Resolved(TRANSLATED, {"WatchParameterStore": "false"}))
        self.assertEqual(set(self.rules) - set(left), {"ParametersRule"})
        lost = {r["eventSource"] for r in self.all_records() if self.by(r)}
        lost -= {r["eventSource"] for r in self.all_records() if any(delivers(p, r) for p in left.values())}
        self.assertEqual(lost, {"ssm.amazonaws.com"})


def drop(pattern, let_in):
    """Takes a name or a prefix out of a pattern."""
    for branch in pattern.get("$or", [pattern]):
        names = branch.get("eventName", [])
        branch["eventName"] = [one for one in names if one != let_in and one != {"prefix": let_in.rstrip("*")}]


if __name__ == "__main__":
    unittest.main()
