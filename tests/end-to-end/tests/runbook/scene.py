"""Makes the things that the runbook's commands name: for each section its own, so that none undoes another's.

Standard input: {"settings": the bucket of the settings, "sections": {heading: {"folder": where the section's files go,
"names": ["KEY", ...]}}} as JSON.
Standard output: {heading: {"KEY": its value, ...}}.
Whom and where to call is in the environment, as for the AWS CLI.
"""

import io
import json
import re
import sys
import zipfile
from functools import cache
from pathlib import Path

import boto3

ACCOUNT = "111122223333"
HOME = "eu-west-1"
OTHER = "eu-central-1"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


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


class Scene:
    """The things of one section. A method in small letters makes the one of that name in capitals."""

    def __init__(self, heading, folder, settings):
        self.heading = heading
        self.settings = settings
        self.slug = re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
        self.folder = Path(folder)
        self.made = {}

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

    # Keys

    def key(self):
        kms = client("kms")
        more = {"Key material": {"Origin": "EXTERNAL"}, "Key Region": {"MultiRegion": True}}.get(self.heading, {})
        tag = {"TagKey": "cost", "TagValue": "4711"}
        key = kms.create_key(Description=self.slug, Tags=[tag], **more)["KeyMetadata"]["KeyId"]
        if self.heading == "Key deletion":
            kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
        if self.heading == "Key Region":
            kms.replicate_key(KeyId=key, ReplicaRegion=OTHER)
        if self.heading == "Key material":
            self.file("plaintext.bin", bytes(range(32)))
        self.file("policy.json", json.loads(policy("kms:*", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})))
        return key

    def alias(self):
        alias = f"alias/{self.slug}"
        client("kms").create_alias(AliasName=alias, TargetKeyId=self.get("KEY"))
        return alias

    def grant_id(self):
        grantee = f"arn:aws:iam::{ACCOUNT}:root"
        grant = client("kms").create_grant(
            KeyId=self.get("KEY"), GranteePrincipal=grantee, Operations=["Decrypt"]
        )
        return grant["GrantId"]

    def tag(self):
        return "cost"

    def key_store(self):
        return "cks-1234567890abcdef0"

    def endpoint(self):
        return "https://keys.example.com"

    # Secrets

    def secret(self):
        manager = client("secretsmanager")
        name = f"things/{self.slug}"
        manager.create_secret(Name=name, SecretString="first", Tags=[{"Key": "team", "Value": "payroll"}])
        manager.rotate_secret(
            SecretId=name,
            RotationLambdaARN=self.get("FUNCTION_ARN"),
            RotationRules={"AutomaticallyAfterDays": 30},
            RotateImmediately=False,
        )
        manager.put_resource_policy(
            SecretId=name, ResourcePolicy=policy("secretsmanager:GetSecretValue", {"AWS": ACCOUNT})
        )
        if self.heading == "Secret deletion":
            manager.delete_secret(SecretId=name, RecoveryWindowInDays=7)
        self.file("policy.json", json.loads(policy("secretsmanager:GetSecretValue", {"AWS": ACCOUNT})))
        return name

    def staged(self, stage):
        versions = client("secretsmanager").list_secret_version_ids(SecretId=self.get("SECRET"))["Versions"]
        return next(version["VersionId"] for version in versions if stage in version["VersionStages"])

    def bad(self):
        if self.heading != "Secret changed":
            raise SystemExit(f"{self.heading}: what is $BAD there?")
        self.get("GOOD")
        client("secretsmanager").put_secret_value(SecretId=self.get("SECRET"), SecretString="second")
        return self.staged("AWSCURRENT")

    def good(self):
        """The last good version: of a secret, of the settings, or of an object."""
        if self.heading == "Secret changed":
            return self.staged("AWSCURRENT")
        if self.heading == "Portcullis tampering":
            bucket, key = (self.settings, "portcullis.yaml")
        else:
            bucket, key = (self.get("BUCKET"), self.get("OBJECT"))
        versions = client("s3").list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
        return versions[0]["VersionId"]

    # Functions and parameters

    def function(self):
        name = f"{self.slug}-rotator"
        role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("rotator.py", "def rotate(event, context):\n    pass\n")
        made = client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler="rotator.rotate",
            Role=role["Role"]["Arn"],
            Code={"ZipFile": code.getvalue()},
        )
        client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
        self.made["FUNCTION_ARN"] = made["FunctionArn"]
        return name

    def function_arn(self):
        self.get("FUNCTION")
        return self.made["FUNCTION_ARN"]

    def parameter_arn(self):
        name = f"/things/{self.slug}"
        client("ssm").put_parameter(Name=name, Type="SecureString", Value="first", Tier="Advanced")
        return f"arn:aws:ssm:{HOME}:{ACCOUNT}:parameter{name}"

    def policy_hash(self):
        return "0" * 64

    # Rights

    def user_name(self):
        iam = client("iam")
        name = f"{self.slug}-user"
        iam.create_user(UserName=name)
        self.made["USER_KEY"] = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
        return name

    def user_key(self):
        self.get("USER_NAME")
        return self.made["USER_KEY"]

    def new_role(self):
        name = f"{self.slug}-new"
        client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
        return name

    def policy_arn(self):
        iam = client("iam")
        made = iam.create_policy(PolicyName=f"{self.slug}-policy", PolicyDocument=json.dumps(EVERYTHING))
        arn = made["Policy"]["Arn"]
        nothing = json.loads(json.dumps(EVERYTHING).replace("Allow", "Deny"))
        version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(nothing))
        self.made["VERSION"] = version["PolicyVersion"]["VersionId"]
        return arn

    def former_boundary(self):
        return self.get("POLICY_ARN")

    def lockout_policy(self):
        policies = client("iam").list_policies(PathPrefix="/portcullis/")["Policies"]
        return next(policy["Arn"] for policy in policies if policy["PolicyName"].endswith("-lockout"))

    def version(self):
        self.get("POLICY_ARN")
        return self.made["VERSION"]

    def policy_name(self):
        return "inline"

    def account(self):
        made = client("organizations").create_account(Email=f"{self.slug}@example.com", AccountName=self.slug)
        return made["CreateAccountStatus"]["AccountId"]

    def policy_id(self):
        if self.heading == "Parameters":
            return "1234abcd-12ab-34cd-56ef-1234567890ab"
        made = client("organizations").create_policy(
            Content=json.dumps(EVERYTHING), Description="", Name=self.slug, Type="SERVICE_CONTROL_POLICY"
        )
        return made["Policy"]["PolicySummary"]["Id"]

    # Logs and what guards them

    def bucket(self):
        s3 = client("s3")
        name = f"things-{self.slug}"
        s3.create_bucket(
            Bucket=name,
            CreateBucketConfiguration={"LocationConstraint": HOME},
            ObjectLockEnabledForBucket=True,
        )
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        # As CloudTrail needs it of the bucket of a trail.
        document = policy("s3:*", {"Service": "cloudtrail.amazonaws.com"}, f"arn:aws:s3:::{name}/*")
        s3.put_bucket_policy(Bucket=name, Policy=document)
        closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(closed, True))
        expire = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3650}}
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [expire]})
        encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption)
        self.file("policy.json", json.loads(document))
        self.file("encryption.json", encryption)
        return name

    def object(self):
        client("s3").put_object(Bucket=self.get("BUCKET"), Key="report.csv", Body=b"1,2\n")
        return "report.csv"

    def marker(self):
        return client("s3").delete_object(Bucket=self.get("BUCKET"), Key=self.get("OBJECT"))["VersionId"]

    def trail(self):
        trail = client("cloudtrail").create_trail(
            Name=f"{self.slug}-trail", S3BucketName=self.get("BUCKET"), EnableLogFileValidation=True
        )
        self.made["TRAIL_ARN"] = trail["TrailARN"]
        self.file("selectors.json", [{"ReadWriteType": "All", "IncludeManagementEvents": True}])
        return trail["Name"]

    def trail_arn(self):
        self.get("TRAIL")
        return self.made["TRAIL_ARN"]

    def store(self):
        return f"arn:aws:cloudtrail:{HOME}:{ACCOUNT}:eventdatastore/1234abcd-12ab-34cd-56ef-1234567890ab"

    def log_group(self):
        name = f"/things/{self.slug}"
        client("logs").create_log_group(logGroupName=name)
        return name

    def alarm(self):
        name = f"{self.slug}-alarm"
        client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            MetricName="Root",
            Namespace="Security",
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            ActionsEnabled=False,
        )
        return name

    def rule_name(self):
        name = f"{self.slug}-rule"
        events = client("events")
        events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.ec2"]}), State="DISABLED")
        return name

    def bus(self):
        name = f"{self.slug}-bus"
        client("events").create_event_bus(Name=name)
        return name

    def statement(self):
        bus = self.get("BUS")
        client("events").put_permission(
            EventBusName=bus, StatementId="partner", Principal="444455556666", Action="events:PutEvents"
        )
        return "partner"

    def instance(self):
        ec2 = client("ec2")
        made = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, InstanceType="t3.micro")
        return made["Instances"][0]["InstanceId"]

    # What the emulator has no service for: names of the right form

    def detector(self):
        return "12abc34d567e8fa901bc2d34e56789f0"

    def filter(self):
        return "quiet"

    def ip_set(self):
        return "0cb0141ab9fbde177613ab9436212e90"

    def guardduty_finding(self):
        return "f9e8d7c6b5a4938271605f4e3d2c1b0a"

    def rule_arn(self):
        return f"arn:aws:securityhub:{HOME}:{ACCOUNT}:automation-rule/1234abcd-12ab-34cd-56ef-1234567890ab"


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
