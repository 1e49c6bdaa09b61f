"""Metrics that AWS services write themselves, and the lock that everything about metrics is done under.

MiniStack answers requests in one thread and runs functions in others; what a function
logs becomes metrics here, while the first thread may be clearing out old ones.
"""

import threading
from collections.abc import Sequence

from ministack.services import cloudwatch

# The state of an alarm may change while another is being judged, in the same thread.
LOCK = threading.RLock()


def put(
    namespace: str, name: str, dimensions: dict[str, str], time: float, unit: str, values: Sequence[float]
) -> None:
    """Adds the values of one metric at a time, in seconds since 1970, in the account and Region of the caller."""
    with LOCK:
        cloudwatch._store_datum(namespace, name, dimensions, time, unit, None, list(values), None, None)


def evaluate_alarms() -> None:
    """Judges the alarms of the account and Region of the caller, because data has arrived."""
    with LOCK:
        cloudwatch._evaluate_all_alarms()
