"""Tests that come with what would violate them.

Each property comes with the changes that would violate it: a test passes if the template has the property under every
set of parameters, and if each of those changes is noticed.
"""

from reading import PARAMETERS, TRANSLATED, Resolved


def given_everything(change):
    """A change to the template with all parameters given, rather than with the defaults."""
    change.parameters = PARAMETERS["everything"]
    return change


def tests_of(case, template=TRANSLATED, parameters=PARAMETERS, resolve=Resolved):
    """A decorator that puts tests into the test case `case`.

    It makes a test of a check, which yields what is wrong with a template; `resolve` makes what is checked out of the
    template and a set of parameters.
    """

    def violated_by(*changes):
        def decorate(check):
            def test(self):
                for title, values in parameters.items():
                    with self.subTest(parameters=title):
                        self.assertEqual(list(check(resolve(template, values))), [])
                for number, change in enumerate(changes):
                    with self.subTest(change=number):
                        spoilt = resolve(template, getattr(change, "parameters", {}))
                        change(spoilt)
                        self.assertNotEqual(list(check(spoilt)), [], "the change goes unnoticed")

            setattr(case, f"test_{check.__name__}", test)
            return check

        return decorate

    return violated_by
