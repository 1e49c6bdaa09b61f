"""The models behind anomaly bands.

`PutAnomalyDetector` makes a model of one metric and statistic, and so does an alarm on a
band of which there is none yet; the model stays when the alarm is deleted, until
`DeleteAnomalyDetector`. `DescribeAnomalyDetectors` lists them, by namespace, metric and
dimensions.
Source: CloudWatch API Reference, "PutAnomalyDetector", "DescribeAnomalyDetectors" and
"DeleteAnomalyDetector"; CloudWatch User Guide, "Using CloudWatch anomaly detection".

MiniStack 1.5.33 does not know these calls. Nothing is learned here either: a model is
`PENDING_TRAINING` for ever, and no alarm on a band changes its state by itself.

Wrapped: `handle_request` and `_put_metric_alarm` of `ministack.services.cloudwatch`.
"""

from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import cloudwatch

from portcullis_emulator import cloudwatch_calls
from portcullis_emulator.wrapping import Function, wrap

_MEMBERS = ("Namespace", "MetricName", "Dimensions", "Stat")

# By namespace, metric, dimensions and statistic.
_detectors = AccountRegionScopedDict()


class _Refused(Exception):
    """The call fails: the code, the message and the status."""


def put(request: dict[str, Any]) -> dict[str, Any]:
    metric = _metric(request)
    more = {name: request[name] for name in ("Configuration", "MetricCharacteristics") if name in request}
    _detectors[_key(metric)] = {
        **metric,
        "SingleMetricAnomalyDetector": metric,
        "StateValue": "PENDING_TRAINING",
        **more,
    }
    return {}


def delete(request: dict[str, Any]) -> dict[str, Any]:
    if _detectors.pop(_key(_metric(request)), None) is None:
        raise _Refused("ResourceNotFoundException", "The anomaly detector does not exist.", 404)
    return {}


def describe(request: dict[str, Any]) -> dict[str, Any]:
    found = [
        detector
        for _key, detector in sorted(_detectors.items())
        if all(request.get(member) in (None, detector[member]) for member in ("Namespace", "MetricName"))
        and all(dimension in detector["Dimensions"] for dimension in request.get("Dimensions") or [])
    ]
    types = request.get("AnomalyDetectorTypes")
    if types and "SINGLE_METRIC" not in types:
        found = []
    first, size = int(request.get("NextToken") or 0), request.get("MaxResults") or 100
    following = {"NextToken": str(first + size)} if len(found) > first + size else {}
    return {"AnomalyDetectors": found[first : first + size], **following}


def _metric(request: dict[str, Any]) -> dict[str, Any]:
    if "MetricMathAnomalyDetector" in request or "AnomalyDetectorId" in request:
        raise _Refused("InvalidParameterValue", "The emulator has detectors of single metrics only.", 400)
    given = request.get("SingleMetricAnomalyDetector") or request
    metric = {member: given[member] for member in _MEMBERS if given.get(member)}
    missing = [member for member in _MEMBERS if member not in metric and member != "Dimensions"]
    if missing:
        raise _Refused("MissingParameter", f"The parameter {missing[0]} is required.", 400)
    dimensions = [{"Name": one["Name"], "Value": one["Value"]} for one in metric.get("Dimensions", [])]
    return {**metric, "Dimensions": dimensions}


def _key(metric: dict[str, Any]) -> tuple[str, ...]:
    dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(metric["Dimensions"]))
    return metric["Namespace"], metric["MetricName"], dimensions, metric["Stat"]


def _put_for(metrics: list[dict[str, Any]]) -> None:
    """Makes the models of the bands that an alarm is about."""
    if any("ANOMALY_DETECTION_BAND" in one.get("Expression", "") for one in metrics):
        for stat in (one["MetricStat"] for one in metrics if "MetricStat" in one):
            metric = _metric({**stat["Metric"], "Stat": stat["Stat"]})
            if _key(metric) not in _detectors:
                put(metric)


_OPERATIONS = {
    "PutAnomalyDetector": put,
    "DeleteAnomalyDetector": delete,
    "DescribeAnomalyDetectors": describe,
}


def _answer(operation: str, body: bytes, is_cbor: bool):
    try:
        answer = _OPERATIONS[operation](cloudwatch_calls.parameters(body) or {})
    except _Refused as refused:
        return cloudwatch._error(*refused.args, use_json=not is_cbor, use_cbor=is_cbor)
    return cloudwatch._cbor_ok(answer) if is_cbor else cloudwatch._json_ok(answer)


def install() -> None:
    def around_requests(original: Function) -> Function:
        async def handle_request(method, path, headers, body, query_params):
            _, _, target = headers.get("x-amz-target", "").rpartition(".")
            operation = target or cloudwatch_calls.operation(path)
            if operation in _OPERATIONS:
                return _answer(operation, body, "cbor" in headers.get("content-type", "") or not target)
            return await original(method, path, headers, body, query_params)

        return handle_request

    def around_alarm(original: Function) -> Function:
        def put_metric_alarm(params, cbor_data, is_cbor, is_json=False):
            answer = original(params, cbor_data, is_cbor, is_json)
            if answer[0] == 200:
                _put_for(cbor_data.get("Metrics") or [])
            return answer

        return put_metric_alarm

    wrap(cloudwatch, "handle_request", ("method", "path", "headers", "body", "query_params"), around_requests)
    wrap(cloudwatch, "_put_metric_alarm", ("params", "cbor_data", "is_cbor", "is_json"), around_alarm)
