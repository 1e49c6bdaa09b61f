"""Deployment packages of functions that the tests can read.

The packages are for `provided.al2023`, whose `bootstrap` is any executable: here a
Python script that speaks the Lambda Runtime API.
"""

import io
import sys
import zipfile

_BOOTSTRAP = '''#!{python}
import json
import os
import urllib.request

{source}

API = f"http://{{os.environ['AWS_LAMBDA_RUNTIME_API']}}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(f"{{API}}/next") as invocation:
        request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
        result = handle(json.load(invocation))
    body = json.dumps(result).encode()
    urllib.request.urlopen(urllib.request.Request(f"{{API}}/{{request_id}}/response", data=body)).close()
'''


def package(source: str) -> bytes:
    """A package whose function is the `handle(event)` that `source` defines."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        bootstrap = zipfile.ZipInfo("bootstrap")
        bootstrap.external_attr = 0o755 << 16
        files.writestr(bootstrap, _BOOTSTRAP.format(python=sys.executable, source=source))
    return archive.getvalue()
