"""Which function's process made a request, and its end.

All processes of a function share the credentials of its role, and a function may act
with those of another role, so that neither tells which process called. The
connection does: the kernel knows the process at its other end.
"""

import asyncio
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import sqs

from portcullis_emulator.wrapping import Function

# How long the kernel may take to end a process, in seconds.
_PATIENCE = 5


@dataclass(frozen=True)
class Process:
    """A live process of a function."""

    function: str
    process: subprocess.Popen
    worker: Any


def process_at(client_port: int | None) -> Process | None:
    """The function's process at the other end of a connection to this emulator, if it is one."""
    socket = _socket_at(client_port)
    if socket is None:
        return None
    with lambda_runtime._lock:
        workers = [worker for pool in lambda_runtime._workers.values() for worker in pool]
    for worker in workers:
        process = worker._proc
        if process is not None and process.poll() is None and socket in _open_files(process.pid):
            return Process(worker.func_name, process, worker)
    return None


async def kill(caller: Process, visible_after: float | None) -> None:
    """Ends the process as the kernel ends one that ran out of memory, and waits until it has gone.

    With `visible_after`, the messages that it was working on come back to their queue
    after so many seconds, whatever its visibility timeout.
    """
    event = getattr(caller.worker, "portcullis_event", None)
    caller.process.kill()
    await asyncio.to_thread(caller.process.wait, _PATIENCE)
    if visible_after is not None and isinstance(event, dict):
        for record in event.get("Records", []):
            _make_visible(record, time.time() + visible_after)


def around_invoke(original: Function) -> Function:
    def invoke(self, event, request_id, *, trace_id=None, invoked_function_arn=None):
        self.portcullis_event = event
        return original(self, event, request_id, trace_id=trace_id, invoked_function_arn=invoked_function_arn)

    return invoke


def _make_visible(record: dict[str, Any], moment: float) -> None:
    queue = sqs._queue_by_arn(record.get("eventSourceARN", ""))
    if queue is None:
        return
    with sqs._queues_lock:
        for message in queue["messages"]:
            if message.get("receipt_handle") == record["receiptHandle"]:
                message["visible_at"] = moment


def _socket_at(client_port: int | None) -> str | None:
    """The link in `/proc` of the client's socket of a connection on the loopback address."""
    if client_port is None:
        return None
    ends = (client_port, int(os.environ["GATEWAY_PORT"]))
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        local, remote = (int(end.rpartition(":")[2], 16) for end in fields[1:3])
        if (local, remote) == ends:
            return f"socket:[{fields[9]}]"
    return None


def _open_files(pid: int) -> set[str]:
    found = set()
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            try:
                found.add(os.readlink(entry.path))
            except OSError:
                # Closed in between.
                continue
    except OSError:
        # Ended in between.
        return set()
    return found
