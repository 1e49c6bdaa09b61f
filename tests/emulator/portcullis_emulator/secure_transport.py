"""`aws:SecureTransport` of a call.

AWS sets the key to `true` for a call by TLS, as all its endpoints offer, and
policies deny whatever came without: queues, topics and buckets say `Deny` under
`Bool: {aws:SecureTransport: "false"}`.
Source: IAM User Guide, "AWS global condition context keys".

MiniStack 1.5.33 answers by the scheme of the request. `launch.py` serves plain HTTP
on the loopback address, so that such a policy would deny everybody, the functions
included. The emulator plays endpoints that are reached by TLS.

Wrapped: `ministack.core.iam_evaluator._resolve_condition_key`.
"""

from ministack.core import iam_evaluator

from portcullis_emulator.wrapping import Function, wrap


def install() -> None:
    def around(original: Function) -> Function:
        def resolve_condition_key(key, ctx):
            return "true" if key.lower() == "aws:securetransport" else original(key, ctx)

        return resolve_condition_key

    wrap(iam_evaluator, "_resolve_condition_key", ("key", "ctx"), around)
