"""That CloudFormation can take the templates: their size, and the order in which it can make what is in them."""

import json
import re
import unittest
from graphlib import CycleError, TopologicalSorter

from reading import INFRA, TRANSLATED, source

PLAIN = ["member.yaml", "forward-global-events.yaml"]


def references(node):
    """The names that a part of a template refers to."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value.split(".")[0] if isinstance(value, str) else value[0]
            elif key == "DependsOn":
                yield from [value] if isinstance(value, str) else value
            elif key == "Fn::Sub":
                yield from (name.split(".")[0] for name in re.findall(r"\$\{([^!}]+)\}", value))
            else:
                yield from references(value)


def order(template):
    """The resources, each after what it refers to."""
    resources = template["Resources"]
    graph = {name: set(references(resource)) & set(resources) for name, resource in resources.items()}
    return list(TopologicalSorter(graph).static_order())


class TemplateTest(unittest.TestCase):
    def test_there_is_an_order(self):
        for title, template in (("template.yaml", TRANSLATED), *((name, source(name)) for name in PLAIN)):
            with self.subTest(template=title):
                self.assertEqual(sorted(order(template)), sorted(template["Resources"]))

    def test_a_circle_is_found(self):
        circle = {"A": {"Fn::GetAtt": ["B", "Arn"]}, "B": {"DependsOn": ["C"]}, "C": {"Fn::Sub": "${A.Arn}"}}
        self.assertRaises(CycleError, order, {"Resources": circle})

    def test_the_template_can_be_given_by_way_of_a_bucket(self):
        # CloudFormation User Guide, "Understand CloudFormation quotas": 1 MB in a bucket, where `sam deploy` puts it.
        # Half of it, so that what the translator makes of the functions has room, too.
        self.assertLessEqual(len((INFRA / "template.yaml").read_bytes()), 500_000)
        self.assertLessEqual(len(json.dumps(TRANSLATED)), 500_000)

    def test_the_others_can_be_given_in_a_request(self):
        for name in PLAIN:
            with self.subTest(template=name):
                self.assertLessEqual(len((INFRA / name).read_bytes()), 51_200)

    def test_names_that_the_templates_share_have_the_same_meaning(self):
        shared = source("template.yaml")["Parameters"]
        for name in PLAIN:
            for parameter, declared in source(name)["Parameters"].items():
                if parameter in shared and parameter != "ExternalId":
                    with self.subTest(template=name, parameter=parameter):
                        for member in ("Type", "AllowedPattern", "AllowedValues"):
                            self.assertEqual(declared.get(member), shared[parameter].get(member))


if __name__ == "__main__":
    unittest.main()
