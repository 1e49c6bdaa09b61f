"""Starts the emulator of AWS that the end-to-end tests run against.

    python tests/emulator/launch.py [--with-parent] [--log FILE] [--without ADDITION]

Prints `ready http://127.0.0.1:PORT` when requests are answered. The port is
GATEWAY_PORT, or a free one. README.md has the rest.
"""

import argparse
import logging
import os
import signal
import socket
import sys
import tempfile

# The tests run this file from a source tree, which is to stay as it is.
sys.dont_write_bytecode = True

HOST = "127.0.0.1"


def main() -> None:
    arguments = _arguments()
    _set_logging(arguments.log)
    # Until the server listens to signals: an exit removes the scratch directory.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # Taken before MiniStack is imported, which wants to know the port by then, and
    # kept: nobody can take the port in between.
    listener = socket.create_server((HOST, int(os.environ.get("GATEWAY_PORT") or 0)))
    with tempfile.TemporaryDirectory(prefix="portcullis-emulator-", ignore_cleanup_errors=True) as scratch:
        _set_environment(listener.getsockname()[1], scratch)
        _serve(listener, arguments)
    # MiniStack's worker threads may still wait for a function that has just been
    # ended: a regular exit would wait for them.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _serve(listener: socket.socket, arguments: argparse.Namespace) -> None:
    # MiniStack reads its configuration when it is imported, so not before this.
    from portcullis_emulator import wrapping

    try:
        wrapping.require_ministack()
        from portcullis_emulator import additions, server

        unknown = set(arguments.without) - set(additions.NAMES)
        if unknown:
            sys.exit(f"portcullis: no such addition: {', '.join(sorted(unknown))}")
        additions.install(arguments.without)
    except wrapping.EmulatorMismatch as mismatch:
        sys.exit(f"portcullis: {mismatch}")
    server.serve(listener, with_parent=arguments.with_parent)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input closes")
    parser.add_argument("--log", metavar="FILE", help="write MiniStack's log to FILE")
    parser.add_argument(
        "--without", metavar="ADDITION", action="append", default=[], help="leave an addition out, for its test"
    )
    return parser.parse_args()


def _set_environment(port: int, scratch: str) -> None:
    if os.environ.get("BIND_HOST", HOST) != HOST:
        sys.exit(f"portcullis: the emulator listens on {HOST} only, BIND_HOST asks for {os.environ['BIND_HOST']}")
    # The caller's own AWS settings must not reach MiniStack, which would take
    # AWS_ACCESS_KEY_ID for another root key, nor the functions it starts.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.pop("PERSIST_STATE", None)
    os.environ["BIND_HOST"] = HOST
    os.environ["GATEWAY_PORT"] = str(port)
    # Queue URLs and the like carry this name, which must not resolve to ::1.
    os.environ["MINISTACK_HOST"] = HOST
    os.environ["AWS_ENDPOINT_URL"] = f"http://{HOST}:{port}"
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    os.environ.setdefault("AUTH", "true")
    os.environ.setdefault("IOT_MTLS_ENABLED", "0")
    os.environ.setdefault("SFTP_ENABLED", "0")


def _set_logging(file: str | None) -> None:
    # MiniStack configures the root logger only if nobody has.
    handler = logging.FileHandler(file) if file else logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


if __name__ == "__main__":
    main()
