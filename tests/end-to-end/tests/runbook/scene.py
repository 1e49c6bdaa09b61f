"""Makes the things that the runbook's commands name: for each section its own, so that none undoes another's.

Standard input: {"settings": the bucket of the settings, "sections": {heading: {"folder": where the section's files go,
"names": ["KEY", ...]}}} as JSON.
Standard output: {heading: {"KEY": its value, ...}}.
Whom and where to call is in the environment, as for the AWS CLI.
"""

import json
import re
import sys
from pathlib import Path

from calls import ACCOUNT, HOME, UUID, client, trust
from keys_and_secrets import KeysAndSecrets
from rights_and_logs import RightsAndLogs

# What needs no thing of its own: names, and of what the emulator has no service for values of the right form.
FIXED = {
    "DETECTOR": "12abc34d567e8fa901bc2d34e56789f0",
    "ENDPOINT": "https://keys.example.com",
    # Of the settings in incident.rs.
    "ENTRY": "payroll",
    "FILTER": "quiet",
    "GUARDDUTY_FINDING": "f9e8d7c6b5a4938271605f4e3d2c1b0a",
    "IP_SET": "0cb0141ab9fbde177613ab9436212e90",
    "KEY_STORE": "cks-1234567890abcdef0",
    "POLICY_HASH": "0" * 64,
    "POLICY_NAME": "inline",
    "RULE_ARN": f"arn:aws:securityhub:{HOME}:{ACCOUNT}:automation-rule/{UUID}",
    "STORE": f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:eventdatastore/{UUID}",
    "TAG": "cost",
}


class Scene(KeysAndSecrets, RightsAndLogs):
    """The things of one section. A method in small letters makes the one of that name in capitals."""

    def __init__(self, heading, folder, settings):
        self.heading = heading
        self.settings = settings
        self.slug = re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
        self.folder = Path(folder)
        self.made = dict(FIXED)

    def get(self, name):
        if name not in self.made:
            make = getattr(self, name.lower(), None)
            if make is None:
                raise SystemExit(f"{self.heading}: nothing is known to stand for ${name}; add it to scene.py")
            self.made[name] = None
            self.made[name] = make()
        return self.made[name]

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def recorder():
    """The account's recorder of AWS Config, of which there is one for each Region."""
    config = client("config")
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    config.put_configuration_recorder(
        ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": {"allSupported": True}}
    )
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "records"})


def main():
    wanted = json.load(sys.stdin)
    recorder()
    answer = {}
    for heading, section in wanted["sections"].items():
        scene = Scene(heading, section["folder"], wanted["settings"])
        scene.file("trust.json", json.loads(trust("ec2.amazonaws.com")))
        answer[heading] = {name: scene.get(name) for name in section["names"]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
