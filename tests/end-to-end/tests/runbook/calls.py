"""What the makers of things have in common: the account, the clients, and policies in the forms that AWS asks for."""

import json
from functools import cache

import boto3

ACCOUNT = "111122223333"
HOME = "eu-west-1"
OTHER = "eu-central-1"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
UUID = "1234abcd-12ab-34cd-56ef-1234567890ab"


@cache
def client(service, region=HOME):
    return boto3.client(service, region_name=region)


def policy(actions, principal, resource="*"):
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(service):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
        }
    )
