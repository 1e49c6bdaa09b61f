"""The tags of alarms and dashboards.

Alarms and dashboards are tagged as they are made, by `Tags`, which an update ignores, or
later by `TagResource`. `GetResources` of the Resource Groups Tagging API finds them by
tag, as `cloudwatch:alarm` and `cloudwatch:dashboard`, a page at a time.
Source: CloudWatch API Reference, "TagResource", "PutMetricAlarm" and "PutDashboard";
Resource Groups Tagging API Reference, "GetResources".

MiniStack 1.5.33 tags alarms only, with the code `ResourceNotFound` for one that does not
exist in place of `ResourceNotFoundException`; `GetResources` knows neither of them, takes
`alarm:team/name` for another type, and answers everything on one page.

Wrapped: `ministack.services.cloudwatch._validate_alarm_tag_arn` and `_put_dashboard`,
`ministack.services.tagging._matches_type_filters` and `GetResources` in
`ministack.services.tagging._HANDLERS`; added: `cloudwatch` to
`ministack.services.tagging._COLLECTORS`.
"""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from ministack.core import arn as arns
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch, tagging

from portcullis_emulator.wrapping import Function, add, wrap

_TYPE = re.compile(r"[:/]")


def dashboard_arn(name: str) -> str:
    return f"arn:aws:cloudwatch::{get_account_id()}:dashboard/{name}"


def exists(arn: str) -> bool:
    """Whether it is the ARN of an alarm or dashboard here."""
    if any(arn == dashboard["DashboardArn"] for dashboard in cloudwatch._dashboards.values()):
        return True
    name = cloudwatch._alarm_name_from_local_arn(arn)
    return name in cloudwatch._alarms or name in cloudwatch._composite_alarms


def collect() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The alarms and dashboards of the account and Region that have or had tags, with their tags."""
    for arn, tags in cloudwatch._resource_tags.items():
        if arns.parse_arn(arn).region in ("", get_region()) and exists(arn):
            yield arn, [{"Key": key, "Value": value} for key, value in tags.items()]


def page(answer: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """One page of all resources that a request asks for."""
    found = sorted(answer["ResourceTagMappingList"], key=lambda resource: resource["ResourceARN"])
    token = request.get("PaginationToken")
    if token:
        first = base64.urlsafe_b64decode(token).decode()
        found = [resource for resource in found if resource["ResourceARN"] >= first]
    size = request.get("ResourcesPerPage") or (len(found) if request.get("ResourceARNList") else 50)
    rest = found[size:]
    following = base64.urlsafe_b64encode(rest[0]["ResourceARN"].encode()).decode() if rest else ""
    return {**answer, "ResourceTagMappingList": found[:size], "PaginationToken": following}


def install() -> None:
    def around_validation(_original: Function) -> Function:
        def validate_alarm_tag_arn(arn, is_json=False, is_cbor=False):
            if exists(arn):
                return None
            text = f"Resource {arn} does not exist."
            return cloudwatch._error("ResourceNotFoundException", text, 404, use_json=is_json, use_cbor=is_cbor)

        return validate_alarm_tag_arn

    def around_dashboard(original: Function) -> Function:
        def put_dashboard(params, cbor_data, is_cbor, is_json=False):
            name, tags = cbor_data.get("DashboardName", ""), cbor_data.get("Tags")
            is_new = name not in cloudwatch._dashboards
            answer = original(params, cbor_data, is_cbor, is_json)
            if answer[0] == 200 and tags and is_new:
                cloudwatch._resource_tags[dashboard_arn(name)] = {tag["Key"]: tag["Value"] for tag in tags}
            return answer

        return put_dashboard

    def around_types(original: Function) -> Function:
        def matches_type_filters(arn, type_filters):
            service, _, resource = arn.split(":", 2)[2].partition(":")
            if service != "cloudwatch" or not type_filters:
                return original(arn, type_filters)
            # The resource follows Region and account; its type ends at a colon or a slash.
            kind = _TYPE.split(resource.split(":", 2)[2], maxsplit=1)[0]
            return any(wanted in (service, f"{service}:{kind}") for wanted in type_filters)

        return matches_type_filters

    def around_resources(original: Function) -> Function:
        def get_resources(data):
            size = data.get("ResourcesPerPage")
            if size is not None and not 1 <= size <= 100:
                return tagging._invalid_parameter("ResourcesPerPage must be between 1 and 100")
            status, headers, body = original(data)
            if status == 200:
                body = json.dumps(page(json.loads(body), data)).encode()
            return status, headers, body

        return get_resources

    wrap(cloudwatch, "_validate_alarm_tag_arn", ("arn", "is_json", "is_cbor"), around_validation)
    wrap(cloudwatch, "_put_dashboard", ("params", "cbor_data", "is_cbor", "is_json"), around_dashboard)
    wrap(tagging, "_matches_type_filters", ("arn", "type_filters"), around_types)
    wrap(tagging._HANDLERS, "GetResources", ("data",), around_resources)
    add(tagging._COLLECTORS, "cloudwatch", collect)
