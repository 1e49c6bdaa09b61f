"""An organization of several accounts.

Accounts belong to one organization, whose id policies compare with
`aws:PrincipalOrgID`: a resource lets all accounts of the organization in by it,
without naming them.
Source: IAM User Guide, "AWS global condition context keys"; Organizations API
Reference, "DescribeOrganization".

MiniStack 1.5.33 gives each account an organization of its own, once it has asked for
it, and knows no invitation into another's.

`PORTCULLIS_ORGANIZATION` makes an organization at the start: its id, a colon, and
its accounts, the management account first, with commas between them.

Nothing is wrapped: the organization is put into MiniStack's stores.
"""

import os
import re
import sys
import time

from ministack.core.responses import request_scope
from ministack.services import organizations

_FORM = re.compile(r"(o-[a-z0-9]{10,32}):(\d{12}(?:,\d{12})*)")


def create(organization_id: str, management: str, members: list[str]) -> None:
    with request_scope(management, "us-east-1"):
        organizations._ensure_org()
        made = organizations._orgs["self"]
        root = next(iter(organizations._roots))
        made_id = made["Id"]
        # MiniStack has chosen an id at random, which is part of every ARN.
        for record in (made, *organizations._roots.values(), *organizations._accounts.values()):
            record.update({key: value.replace(made_id, organization_id) for key, value in record.items()
                           if isinstance(value, str)})
        for member in members:
            organizations._accounts[member] = {
                "Id": member,
                "Arn": f"arn:aws:organizations::{management}:account/{organization_id}/{member}",
                "Email": f"{member}@example.com",
                "Name": member,
                "Status": "ACTIVE",
                "JoinedMethod": "INVITED",
                "JoinedTimestamp": int(time.time()),
                "Path": "/",
                "_ParentId": root,
            }
            # What a member is told of its organization, and is known by to policies.
            organizations._orgs.set_scoped(member, None, "self", made)


def install() -> None:
    wanted = os.environ.get("PORTCULLIS_ORGANIZATION")
    if not wanted:
        return
    match = _FORM.fullmatch(wanted)
    if match is None:
        sys.exit(
            f"portcullis: PORTCULLIS_ORGANIZATION is {wanted!r}, it must be of the form o-exampleorgid:ACCOUNT,ACCOUNT"
        )
    management, *members = match[2].split(",")
    create(match[1], management, members)
