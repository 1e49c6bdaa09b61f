"""The keys, secrets, functions and parameters that the runbook's commands name. See `scene.py`."""

import io
import json
import zipfile

from calls import ACCOUNT, HOME, OTHER, client, policy, trust


class KeysAndSecrets:
    """Each method makes the thing whose name it has in small letters."""

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
