"""Runs the gateway until it is told to stop, and leaves no process behind."""

import asyncio
import logging
import signal
import socket
import sys
import threading
import urllib.request
from collections.abc import Callable

import hypercorn.asyncio
import hypercorn.config
from ministack import app
from ministack.core import lambda_runtime


def serve(listener: socket.socket, *, with_parent: bool) -> None:
    """Serves until a signal arrives or, with a parent, until standard input closes."""
    host, port = listener.getsockname()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def ask_to_stop() -> None:
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if with_parent:
        threading.Thread(target=_wait_for_parent, args=(ask_to_stop,), daemon=True).start()
    threading.Thread(target=_announce, args=(f"http://{host}:{port}", ask_to_stop), daemon=True).start()

    config = hypercorn.config.Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    config.keep_alive_timeout = 75
    # A long poll of a client that is still there must not hold up the end.
    config.graceful_timeout = 0.2
    try:
        loop.run_until_complete(hypercorn.asyncio.serve(app.app, config, shutdown_trigger=stop.wait))
    finally:
        # MiniStack leaves the processes of its functions to themselves.
        lambda_runtime.reset()


def _wait_for_parent(ask_to_stop: Callable[[], None]) -> None:
    # The parent holds the other end of the pipe: it closes when the parent ends,
    # however it ends.
    while sys.stdin.buffer.read(4096):
        pass
    ask_to_stop()


def _announce(url: str, ask_to_stop: Callable[[], None]) -> None:
    """Prints the line that tells a caller that requests are answered from now on."""
    # A proxy in the tester's environment has no part in this.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(200):
        try:
            with opener.open(f"{url}/_ministack/health", timeout=5):
                print(f"ready {url}", flush=True)
                return
        except OSError:
            threading.Event().wait(0.05)
    print(f"portcullis: the emulator does not answer at {url}", file=sys.stderr)
    ask_to_stop()
