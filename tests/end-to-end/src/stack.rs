//! The real stack, deployed from `infra/template.yaml` by change set as `sam deploy` does.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use aws_sdk_cloudformation::types::{Capability, ChangeSetStatus, ChangeSetType, Parameter, StackStatus};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use crate::aws::Aws;
use crate::wait::{self, Seen};
use crate::{REGION, artifact, paths, template};

/// The bucket that the code is deployed from.
pub const ARTIFACTS: &str = "artifacts";
/// The template in it.
const TEMPLATE: &str = "template.yaml";
/// Where IAM logs, wherever it is called.
const GLOBAL_REGION: &str = "us-east-1";

/// A deployed stack.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Its name.
    pub name: String,
    outputs: BTreeMap<String, String>,
}

impl Stack {
    /// Deploys the functions whose binaries are in the folder `binaries`, for this machine's processor.
    ///
    /// # Errors
    ///
    /// When a binary is missing or the deployment fails.
    pub async fn deploy(aws: &Aws, name: &str, binaries: &Path, parameters: &[(&str, &str)]) -> Result<Self> {
        create_bucket(aws, ARTIFACTS).await?;
        for function in template::FUNCTIONS {
            let zip = artifact::package(&paths::binary(binaries, function)?)?;
            put_object(aws, ARTIFACTS, &format!("{function}.zip"), zip).await?;
        }
        // As `sam deploy` gives it: in a request CloudFormation takes 51,200 bytes, in a bucket 1 MB.
        put_object(aws, ARTIFACTS, TEMPLATE, template::packaged(ARTIFACTS)?.into_bytes()).await?;
        Self::deploy_artifacts(aws, name, parameters).await
    }

    async fn deploy_artifacts(aws: &Aws, name: &str, parameters: &[(&str, &str)]) -> Result<Self> {
        let cloudformation = aws.cloudformation();
        let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
        let all = [("Architecture", machine)].into_iter().chain(parameters.iter().copied());
        let create = cloudformation
            .create_change_set()
            .stack_name(name)
            .change_set_name("deploy")
            .change_set_type(ChangeSetType::Create)
            .template_url(aws.object_url(ARTIFACTS, TEMPLATE))
            .capabilities(Capability::CapabilityNamedIam)
            .capabilities(Capability::CapabilityAutoExpand)
            .set_parameters(Some(all.map(parameter).collect()));
        create.send().await.context("the template was refused")?;
        wait::until("the change set", async || {
            let describe = cloudformation.describe_change_set().stack_name(name).change_set_name("deploy");
            let answer = describe.send().await?;
            Ok(match answer.status {
                Some(ChangeSetStatus::CreateComplete) => Seen::Ready(()),
                Some(ChangeSetStatus::Failed) => bail!("the change set failed: {:?}", answer.status_reason),
                other => Seen::NotYet(format!("{other:?}")),
            })
        })
        .await?;
        cloudformation.execute_change_set().stack_name(name).change_set_name("deploy").send().await?;
        Self::complete(aws, name).await
    }

    /// Deploys the template that sends the events of IAM to this Region, where IAM logs.
    ///
    /// # Errors
    ///
    /// When the deployment fails.
    pub async fn deploy_forwarding(aws: &Aws, name: &str) -> Result<Self> {
        let there = aws.in_region(GLOBAL_REGION).await;
        Self::create(&there, name, "forward-global-events.yaml", &[("StackRegion", REGION)]).await
    }

    /// Makes the account of `aws` a member of this stack, as the StackSet of `infra/README.md` does: where IAM logs the
    /// roles, the policy and the events of IAM, then in this Region all other events. Answers with the latter.
    ///
    /// # Errors
    ///
    /// When a deployment fails.
    pub async fn deploy_member(&self, aws: &Aws, security: &str, parameters: &[(&str, &str)]) -> Result<Self> {
        let name = format!("{}-member", self.name);
        let all = [("SecurityAccountId", security), ("StackName", &*self.name), ("StackRegion", REGION)];
        let all: Vec<_> = all.into_iter().chain(parameters.iter().copied()).collect();
        // Of that Region's keys and secrets nobody takes the events, since the stack is elsewhere.
        let global: Vec<_> = all.iter().copied().chain([("ForwardRegionalEvents", "false")]).collect();
        Self::create(&aws.in_region(GLOBAL_REGION).await, &name, "member.yaml", &global).await?;
        Self::create(aws, &name, "member.yaml", &all).await
    }

    /// Deploys a template of `infra/` that has no code.
    async fn create(aws: &Aws, name: &str, template: &str, parameters: &[(&str, &str)]) -> Result<Self> {
        let path = paths::repository().join("infra").join(template);
        let text = std::fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
        let create = aws.cloudformation().create_stack().stack_name(name).template_body(text);
        let create = create.set_parameters(Some(parameters.iter().copied().map(parameter).collect()));
        let create = create.capabilities(Capability::CapabilityNamedIam);
        create.send().await.with_context(|| format!("{template} was refused"))?;
        Self::complete(aws, name).await
    }

    /// Waits until a deployment is complete.
    async fn complete(aws: &Aws, name: &str) -> Result<Self> {
        let cloudformation = aws.cloudformation();
        let outputs = wait::until("the stack", async || {
            let answer = cloudformation.describe_stacks().stack_name(name).send().await?;
            let stack = answer.stacks.and_then(|stacks| stacks.into_iter().next()).context("there is no stack")?;
            Ok(match stack.stack_status {
                Some(StackStatus::CreateComplete) => Seen::Ready(stack.outputs.unwrap_or_default()),
                Some(StackStatus::CreateInProgress | StackStatus::ReviewInProgress) => {
                    Seen::NotYet("in progress".to_owned())
                }
                _ => bail!("the deployment failed: {}", faults(aws, name).await?),
            })
        })
        .await?;
        let pair = |output: aws_sdk_cloudformation::types::Output| Some((output.output_key?, output.output_value?));
        Ok(Self { name: name.to_owned(), outputs: outputs.into_iter().filter_map(pair).collect() })
    }

    /// An output of the template.
    ///
    /// # Errors
    ///
    /// When the template has no such output.
    pub fn output(&self, key: &str) -> Result<&str> {
        self.outputs.get(key).map(String::as_str).with_context(|| format!("the stack has no output {key}"))
    }

    /// Uploads `portcullis.yaml`.
    ///
    /// # Errors
    ///
    /// When S3 refuses.
    pub async fn put_settings(&self, aws: &Aws, settings: &str) -> Result<()> {
        put_object(aws, self.output("ConfigBucketName")?, "portcullis.yaml", settings.as_bytes().to_vec()).await
    }
}

fn parameter((key, value): (&str, &str)) -> Parameter {
    Parameter::builder().parameter_key(key).parameter_value(value).build()
}

/// Creates a bucket.
///
/// # Errors
///
/// When S3 refuses.
pub async fn create_bucket(aws: &Aws, bucket: &str) -> Result<()> {
    let region = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(REGION));
    let create = aws.s3().create_bucket().bucket(bucket).create_bucket_configuration(region.build());
    create.send().await.with_context(|| format!("failed to create bucket {bucket}"))?;
    Ok(())
}

/// Uploads an object.
///
/// # Errors
///
/// When S3 refuses.
pub async fn put_object(aws: &Aws, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<()> {
    let put = aws.s3().put_object().bucket(bucket).key(key).body(ByteStream::from(bytes));
    // An unoptimised build takes a second to hash a megabyte or ten, and nothing is lost on the loopback address.
    let put = put.customize().disable_payload_signing();
    put.send().await.with_context(|| format!("failed to upload {key} to {bucket}"))?;
    Ok(())
}

/// What CloudFormation says went wrong.
async fn faults(aws: &Aws, name: &str) -> Result<String> {
    let answer = aws.cloudformation().describe_stack_events().stack_name(name).send().await?;
    let failed = answer
        .stack_events()
        .iter()
        .filter(|event| event.resource_status.as_ref().is_some_and(|status| status.as_str().ends_with("FAILED")));
    let line = |event: &aws_sdk_cloudformation::types::StackEvent| {
        let reason = event.resource_status_reason.as_deref().unwrap_or("no reason");
        format!("{}: {reason}", event.logical_resource_id.as_deref().unwrap_or("?"))
    };
    Ok(failed.map(line).collect::<Vec<_>>().join("; "))
}
