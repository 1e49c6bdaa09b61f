"""Faults on order: calls that fail, and functions that die at a chosen call.

AWS throttles, answers with internal errors and loses answers, and it ends a
function's process at any moment. Code that must do a thing once, and finish what it
has begun, can be tested only where such a fault comes at a known place.

What AWS does to a function whose process dies: the invocation ends with the function
error `Runtime.ExitError`. Nothing is deleted from a queue that invoked it, so that
the messages come back once their visibility timeout is over.
Source: Lambda Developer Guide, "Understanding the Lambda execution environment
lifecycle" and "Handling errors for an SQS event source in Lambda"; IAM API Reference,
"Common Errors" (throttling).

MiniStack 1.5.33 never fails on order. How it ends the invocation of a function that
died, and what becomes of its messages, is as on AWS.

The file that `PORTCULLIS_FAULTS_FILE` names holds the orders; README.md describes it.

Wrapped: `ministack.app.app`, to see which connection a request came by and to
withhold or replace an answer; `ministack.app._dispatch_service_request`, inside of
CloudTrail's record of the call; and `ProvidedWorker.invoke` of
`ministack.core.lambda_runtime`, to know what a process is working on.

- `orders`: the file, what it may say, and which order a call meets;
- `caller`: which function's process made a request, and its end.
"""

import contextvars
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import iam_actions, lambda_runtime, responses, router

from portcullis_emulator.faults import caller
from portcullis_emulator.faults.orders import Call, Orders, UnreadableOrders
from portcullis_emulator.wrapping import Function, wrap


class _NeverArrived(Exception):
    """The caller died before its call took effect."""


@dataclass
class _Exchange:
    """One request and what is to become of its answer."""

    client_port: int | None
    withheld: bool = False
    # The answer that the caller gets in place of the true one: status, headers and body.
    instead: tuple[int, dict[str, str], bytes] | None = None


_exchange: contextvars.ContextVar[_Exchange | None] = contextvars.ContextVar("portcullis_exchange", default=None)


def install() -> None:
    file = os.environ.get("PORTCULLIS_FAULTS_FILE")
    if not file:
        return
    orders = Orders(Path(file))
    wrap(app, "app", ("scope", "receive", "send"), _around_app)
    wrap(
        app,
        "_dispatch_service_request",
        ("method", "path", "headers", "body", "query_params", "request_id"),
        lambda original: _around_dispatch(original, orders),
    )
    wrap(
        lambda_runtime.ProvidedWorker,
        "invoke",
        ("self", "event", "request_id", "trace_id", "invoked_function_arn"),
        caller.around_invoke,
    )


def _around_app(original: Function) -> Function:
    async def serve(scope, receive, send):
        if scope["type"] != "http":
            await original(scope, receive, send)
            return
        _, port = scope.get("client") or (None, None)
        exchange = _Exchange(port)

        async def send_what_is_left(message):
            if exchange.withheld:
                return
            if exchange.instead is None:
                await send(message)
                return
            (status, headers, body), exchange.withheld = exchange.instead, True
            await send({"type": "http.response.start", "status": status, "headers": app._asgi_header_list(headers)})
            await send({"type": "http.response.body", "body": body})

        token = _exchange.set(exchange)
        try:
            await original(scope, receive, send_what_is_left)
        except _NeverArrived:
            # The other end of the connection is gone with its process.
            pass
        finally:
            _exchange.reset(token)

    return serve


def _around_dispatch(original: Function, orders: Orders) -> Function:
    async def dispatch_service_request(method, path, headers, body, query_params, request_id):
        request = (method, path, headers, body, query_params, request_id)
        try:
            orders.read()
        except UnreadableOrders as fault:
            # Whoever ordered it is told at the next call: a fault that never comes would pass for a good result.
            return _error(request, "UnreadableFaultsFile", str(fault), 400)
        exchange = _exchange.get()
        call = _call_of(request, exchange) if orders and exchange is not None else None
        if call is None:
            return await original(*request)

        order = orders.next("before", call)
        if order and order["do"] == "kill":
            await caller.kill(call.process, order.get("visible_after"))
            exchange.withheld = True
            raise _NeverArrived
        if order:
            return _error(request, order["code"], order["message"], order["status"])

        response = await original(*request)
        order = orders.next("after", call)
        if order and order["do"] == "kill":
            await caller.kill(call.process, order.get("visible_after"))
            exchange.withheld = True
        elif order:
            # The record of the call tells what happened, whatever the caller gets to know.
            exchange.instead = _error(request, order["code"], order["message"], order["status"])
        return response

    return dispatch_service_request


def _call_of(request: tuple, exchange: _Exchange) -> Call | None:
    """What an order may name of a request, or None for one that is no call of an AWS service."""
    method, path, headers, body, query_params, request_id = request
    params = app._routing_params(method, path, headers, body, query_params)
    service = router.detect_service(method, path, headers, params)
    action = iam_actions.extract_iam_action(service, method, path, headers, body, params)
    if action is None:
        return None
    region, account = router.extract_region(headers), responses.get_account_id()
    resources = [iam_actions.extract_resource_arn(service, method, path, headers, body, params, region, account)]
    if service == "dynamodb":
        resources += iam_actions.dynamodb_resource_arns(body, region, account)
        resources += [table for _, table in iam_actions.dynamodb_transaction_checks(action, body, region, account)]
    return Call(action, frozenset(resources), caller.process_at(exchange.client_port), request_id)


def _error(request: tuple, code: str, message: str, status: int) -> tuple[int, dict[str, Any], bytes]:
    """An error in the form of the service that was called."""
    method, path, headers, body, query_params, request_id = request
    params = app._routing_params(method, path, headers, body, query_params)
    service = router.detect_service(method, path, headers, params)
    _, error_headers, error_body = iam_actions.access_denied_response(
        service, "", "", request_id, error_code=code, message=message, headers=headers
    )
    app.fix_error_content_type(service, status, error_headers)
    return status, {**error_headers, "x-amzn-requestid": request_id}, error_body
