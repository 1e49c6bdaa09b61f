"""Runs the AWS CLI again and again without its start, which is most of what a call costs.

`aws.py SOCKET SERVICE...` loads the CLI and the models of these services once, prints `ready`, and makes each call that
comes by the socket in a process of its own, forked from there: the CLI's own `main`, with the caller's words, folder,
environment and file descriptors. It ends when its standard input closes.
"""

import json
import os
import signal
import socket
import sys
import threading

from awscli import clidriver

# What the CLI reads of a service for most calls.
KINDS = ("service-2", "paginators-1", "waiters-2", "endpoint-rule-set-1")


def load(services):
    driver = clidriver.create_clidriver()
    loader = driver.session.get_component("data_loader")
    loader.load_data("endpoints")
    for kind in KINDS:
        for service in set(loader.list_available_services(kind)) & set(services):
            loader.load_service_model(service, kind)
    return driver


def call(driver, connection):
    """Makes one call; never returns, since this is the process of that call."""
    code = 255
    try:
        _, descriptors, _, _ = socket.recv_fds(connection, 1, 3)
        with connection.makefile("rb") as asked:
            asked = json.load(asked)
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["names"])
        with open(os.environ["SHELL_CALLS"], "a") as calls:
            print(json.dumps(asked["words"]), file=calls)
        code = driver.main(asked["words"])
    except SystemExit as ended:
        code = ended.code
    except BaseException as error:  # noqa: BLE001 - the caller must hear of it, whatever it is
        print(f"aws.py: {error!r}", file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(str(code).encode())
        os._exit(0)


def end_with_parent():
    # The parent holds the other end of the pipe: it closes when the parent ends, however it ends.
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main():
    path, *services = sys.argv[1:]
    driver = load(services)
    # No call is waited for here; its caller gets the code by the socket.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    threading.Thread(target=end_with_parent, daemon=True).start()
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            call(driver, connection)
        connection.close()


if __name__ == "__main__":
    main()
