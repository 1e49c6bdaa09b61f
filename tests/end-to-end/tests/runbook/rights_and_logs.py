"""The users, policies, logs and guards that the runbook's commands name. See `scene.py`."""

import json

from calls import EVERYTHING, HOME, UUID, client, policy, trust


class RightsAndLogs:
    """Each method makes the thing whose name it has in small letters."""

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

    def account(self):
        made = client("organizations").create_account(Email=f"{self.slug}@example.com", AccountName=self.slug)
        return made["CreateAccountStatus"]["AccountId"]

    def policy_id(self):
        if self.heading == "Parameters":
            return UUID
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
