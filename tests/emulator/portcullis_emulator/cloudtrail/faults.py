"""How a fault in making a record is told.

The API call has had its answer and must keep it, while a test that waits for the
record must find out why it never comes.
"""

import sys
import traceback


def report(what: str) -> None:
    """Writes the fault under way to standard error."""
    print(f"portcullis: {what}", file=sys.stderr)
    traceback.print_exc()
