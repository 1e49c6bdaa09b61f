"""An addition that no longer fits MiniStack ends the start-up."""

import types
import unittest
from unittest import mock

from portcullis_emulator import wrapping
from portcullis_emulator.wrapping import EmulatorMismatch, wrap


def same(original):
    return original


class WrapTest(unittest.TestCase):
    def setUp(self) -> None:
        self.module = types.ModuleType("ministack.services.sample")
        self.module.greet = lambda name: f"hello {name}"

    def test_the_replacement_calls_the_original(self) -> None:
        wrap(self.module, "greet", ("name",), lambda original: lambda name: original(name) + "!")
        self.assertEqual(self.module.greet("you"), "hello you!")

    def test_an_entry_of_a_dispatch_table(self) -> None:
        table = {"Greet": lambda p: p}
        wrap(table, "Greet", ("p",), lambda original: lambda p: original(p) + 1)
        self.assertEqual(table["Greet"](1), 2)

    def test_a_missing_function_is_named(self) -> None:
        with self.assertRaisesRegex(EmulatorMismatch, r"ministack\.services\.sample .* no function depart"):
            wrap(self.module, "depart", ("name",), same)

    def test_a_changed_signature_is_named(self) -> None:
        with self.assertRaisesRegex(EmulatorMismatch, r"sample\.greet .* takes \(name\).* expects \(name, title\)"):
            wrap(self.module, "greet", ("name", "title"), same)


class VersionTest(unittest.TestCase):
    def test_another_release_is_refused(self) -> None:
        with mock.patch("importlib.metadata.version", return_value="1.6.0"):
            with self.assertRaisesRegex(EmulatorMismatch, "1.6.0 is installed"):
                wrapping.require_ministack()

    def test_the_pinned_release_is_accepted(self) -> None:
        wrapping.require_ministack()
