"""The source identity of a role session.

`AssumeRole` takes a `SourceIdentity`, which sticks to the session, is handed on to
every session made from it, and is written into the records of its calls.
Source: IAM User Guide, "Monitor and control actions taken with assumed roles".

MiniStack 1.5.33 ignores the parameter.

Wrapped: `ministack.services.sts.register_session`, which AssumeRole calls before
it answers, and `handle_request`, to see the parameter. The permission
`sts:SetSourceIdentity` is not checked.
"""

import contextvars
from urllib.parse import parse_qs

from ministack.services import sts

from portcullis_emulator.wrapping import Function, wrap

_requested: contextvars.ContextVar[str] = contextvars.ContextVar("portcullis_source_identity", default="")


def install() -> None:
    def around_request(original: Function) -> Function:
        async def handle_request(method, path, headers, body, query_params):
            form = parse_qs(body.decode("utf-8", errors="replace")) if body else {}
            _requested.set(form.get("SourceIdentity", [""])[0])
            return await original(method, path, headers, body, query_params)

        return handle_request

    def around_session(original: Function) -> Function:
        def register_session(access_key, session):
            parent = sts._sessions.get(session.get("SourceAccessKeyId", ""), {})
            source_identity = parent.get("SourceIdentity") or _requested.get()
            if source_identity:
                session["SourceIdentity"] = source_identity
            original(access_key, session)

        return register_session

    wrap(sts, "handle_request", ("method", "path", "headers", "body", "query_params"), around_request)
    wrap(sts, "register_session", ("access_key", "session"), around_session)
