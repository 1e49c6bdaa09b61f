//! Everything a scenario needs: an emulator, the stack in it, on-call's inbox, and the account around them.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use aws_sdk_lambda::primitives::Blob;
use serde_json::Value;

use crate::aws::Aws;
use crate::cli::{self, Ran};
use crate::emulator::Emulator;
use crate::history::History;
use crate::identity::{self, allow};
use crate::ledger::Ledger;
use crate::pages::{Inbox, Page};
pub use crate::reader::Reader;
use crate::stack::Stack;
use crate::wait::{self, Seen};
use crate::{DENY_ALL, HOME, REGION, logs, paths};

/// The name of every scenario's stack, each of which has an emulator of its own. It is not the usual one, so that what
/// relies on the usual name is found out.
pub const STACK: &str = "gatehouse";

/// A secret that only the roles under `/payroll/` may use, and nobody is spared.
pub const ENFORCE: &str = r#"
mode: enforce
assets:
  - name: payroll
    secret: prod/payroll/*
    tier: critical
    authorized: ["arn:aws:iam::111122223333:role/payroll/*"]
"#;

/// A scenario's world.
#[derive(Debug)]
pub struct World {
    /// The emulator.
    pub emulator: Emulator,
    /// The account's root user, for setting the scene.
    pub root: Aws,
    /// The deployed stack.
    pub stack: Stack,
    /// What on-call gets.
    pub inbox: Inbox,
    /// What was decided and done.
    pub ledger: Ledger,
    /// What detection remembers.
    pub history: History,
}

impl World {
    /// Starts an emulator and deploys the stack, with `settings` in its bucket where there are any; nothing when the
    /// emulator is not installed.
    ///
    /// # Errors
    ///
    /// When the emulator does not start or the deployment fails.
    pub async fn start(settings: Option<&str>, parameters: &[(&str, &str)]) -> Result<Option<Self>> {
        match Emulator::start_or_skip()? {
            Some(emulator) => Self::build(emulator, STACK, settings, parameters).await.map(Some),
            None => Ok(None),
        }
    }

    /// Deploys the stack `name`, with debug binaries, into an emulator.
    ///
    /// # Errors
    ///
    /// When the deployment fails.
    pub async fn build(
        emulator: Emulator,
        name: &str,
        settings: Option<&str>,
        parameters: &[(&str, &str)],
    ) -> Result<Self> {
        let root = emulator.root_of(HOME).await;
        let stack = Stack::deploy(&root, name, &paths::debug_binaries(), parameters).await?;
        if let Some(settings) = settings {
            stack.put_settings(&root, settings).await?;
        }
        let inbox = Inbox::open(&root, stack.output("PagesTopicArn")?).await?;
        let ledger = Ledger::new(&root, stack.output("LedgerTable")?);
        let history = History::new(&root, stack.output("DetectionTable")?);
        Ok(Self { emulator, root, stack, inbox, ledger, history })
    }

    /// Creates a secret, as a role of those who own it: writing it is a use that has to be authorised, too.
    ///
    /// # Errors
    ///
    /// When IAM or Secrets Manager refuses.
    pub async fn create_secret(&self, name: &str, value: &str) -> Result<String> {
        let known = self.root.iam().get_role().role_name("owner").send().await.ok();
        let role = if let Some(role) = known.and_then(|answer| answer.role) {
            role.arn
        } else {
            let statement = allow(&["secretsmanager:CreateSecret"], "*");
            identity::create_role(&self.root, "/payroll/", "owner", &[statement]).await?
        };
        let owner = identity::session(&self.root, &role, "carol", None).await?;
        let answer = owner.secrets().create_secret().name(name).secret_string(value).send().await?;
        answer.arn.context("the answer has no ARN")
    }

    /// A role that may read and describe secrets, and a session of it.
    ///
    /// # Errors
    ///
    /// When IAM or STS refuses.
    pub async fn reader(&self, path: &str, name: &str) -> Result<Reader> {
        self.reader_who(path, name, &[]).await
    }

    /// The same, who may do more than that.
    ///
    /// # Errors
    ///
    /// When IAM or STS refuses.
    pub async fn reader_who(&self, path: &str, name: &str, more: &[Value]) -> Result<Reader> {
        let mut statements = vec![allow(&["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"], "*")];
        statements.extend(more.iter().cloned());
        let arn = identity::create_role(&self.root, path, name, &statements).await?;
        let session = identity::session(&self.root, &arn, "laptop", Some("alice")).await?;
        Ok(Reader { arn, name: name.to_owned(), session })
    }

    /// Waits until the deny policy is attached to `role`.
    ///
    /// # Errors
    ///
    /// When that does not come about.
    pub async fn contained(&self, role: &str) -> Result<()> {
        self.denied_by(role, DENY_ALL).await
    }

    /// Waits until `policy` is attached to `role`.
    ///
    /// # Errors
    ///
    /// When that does not come about.
    pub async fn denied_by(&self, role: &str, policy: &str) -> Result<()> {
        self.until(&format!("{policy} on {role}"), async || {
            let attached = identity::attached_to(&self.root, role).await?;
            let denied = attached.iter().any(|arn| arn == policy);
            Ok(Seen::from_option(denied.then_some(()), || format!("attached: {attached:?}")))
        })
        .await
    }

    /// Waits until nothing is under way: neither queue has a message, waiting or in hand.
    ///
    /// # Errors
    ///
    /// When something stays in them.
    pub async fn quiet(&self) -> Result<()> {
        self.drained("EventsQueueUrl").await?;
        self.drained("FindingsQueueUrl").await
    }

    /// Has `operator` run the command as it stands under `label` on a page, with a reason.
    ///
    /// # Errors
    ///
    /// When the page has no such line, or the command fails.
    pub async fn run(&self, operator: &Aws, page: &Page, label: &str, index: usize, reason: &str) -> Result<Ran> {
        let lines = page.lines(label);
        let line =
            lines.get(index).with_context(|| format!("line {index} of {label} is not on the page: {lines:?}"))?;
        cli::portcullis(operator, &cli::arguments(line, reason)?).await?.success()
    }

    /// Waits for the first page that is `wanted`.
    ///
    /// # Errors
    ///
    /// When none comes.
    pub async fn page(&self, what: &str, wanted: impl Fn(&Page) -> bool) -> Result<Page> {
        self.explained(self.inbox.wait_for(what, wanted).await).await
    }

    /// Asks `probe` until it is ready, and tells what the functions logged when it is not.
    ///
    /// # Errors
    ///
    /// When the probe fails or is not ready in time.
    pub async fn until<T>(&self, what: &str, probe: impl AsyncFnMut() -> Result<Seen<T>>) -> Result<T> {
        self.explained(wait::until(what, probe).await).await
    }

    /// Invokes the release function as its schedule does.
    ///
    /// # Errors
    ///
    /// When it fails.
    pub async fn expire(&self) -> Result<Value> {
        self.invoke("ReleaseFunction", r#"{"expire": true}"#).await
    }

    /// Invokes the respond function as its schedule does: it looks after everybody who is contained.
    ///
    /// # Errors
    ///
    /// When it fails.
    pub async fn look_after(&self) -> Result<Value> {
        self.invoke("RespondFunction", r#"{"watch": "all"}"#).await
    }

    /// Invokes the alarms function as its schedules do: it brings alarms and the dashboard to what the settings call for.
    ///
    /// # Errors
    ///
    /// When it fails.
    pub async fn reconcile(&self) -> Result<Value> {
        self.invoke("AlarmsFunction", r#"{"reconcile": true}"#).await
    }

    /// The same: it asks KMS and Secrets Manager for something, to see whether `detect` sees it.
    ///
    /// # Errors
    ///
    /// When it fails.
    pub async fn heartbeat(&self) -> Result<Value> {
        self.invoke("AlarmsFunction", r#"{"heartbeat": true}"#).await
    }

    async fn invoke(&self, output: &str, payload: &str) -> Result<Value> {
        let function = self.stack.output(output)?;
        let call = self.root.lambda().invoke().function_name(function).payload(Blob::new(payload));
        let answer = call.send().await?;
        let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
        anyhow::ensure!(answer.function_error.is_none(), "{function} failed: {}", String::from_utf8_lossy(&payload));
        Ok(serde_json::from_slice(&payload)?)
    }

    /// A session of the operator's role: what `infra/README.md` says an operator needs, and nothing else.
    ///
    /// # Errors
    ///
    /// When IAM or STS refuses.
    pub async fn operator(&self) -> Result<Aws> {
        let function = format!("arn:aws:lambda:{REGION}:{HOME}:function:{}", self.stack.output("ReleaseFunction")?);
        let table = format!("arn:aws:dynamodb:{REGION}:{HOME}:table/{}", self.stack.output("LedgerTable")?);
        let statements = [
            allow(&["lambda:InvokeFunction"], &function),
            allow(&["dynamodb:GetItem", "dynamodb:Query"], &table),
            allow(&["cloudwatch:DescribeAlarms"], "*"),
        ];
        let role = identity::create_role(&self.root, "/", "operator", &statements).await?;
        identity::session(&self.root, &role, "bob", None).await
    }

    /// What the functions logged, all of it.
    ///
    /// # Errors
    ///
    /// When the logs cannot be read.
    pub async fn logs(&self) -> Result<String> {
        logs::of_stack(&self.root, &self.stack.name).await
    }

    /// The findings of the ledger by their rule, and how many there are of each.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub async fn findings_by_rule(&self) -> Result<BTreeMap<String, usize>> {
        let mut counts = BTreeMap::new();
        for entry in self.ledger.findings().await? {
            let rule = entry.pointer("/finding/rule/id").and_then(Value::as_str).unwrap_or("?");
            *counts.entry(rule.to_owned()).or_default() += 1;
        }
        Ok(counts)
    }

    /// The findings that a rule made and that stand: without those that turned out to be parts of others.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub async fn standing(&self, rule: &str) -> Result<Vec<Value>> {
        let mut findings = self.ledger.findings().await?;
        let is_of = |entry: &Value| entry.pointer("/finding/rule/id").and_then(Value::as_str) == Some(rule);
        findings.retain(|entry| is_of(entry) && entry.get("gone").is_none());
        Ok(findings)
    }

    async fn explained<T>(&self, result: Result<T>) -> Result<T> {
        match result {
            Ok(found) => Ok(found),
            Err(error) => {
                let tail = logs::tail(&self.root, &self.stack.name, 12).await;
                let tail = tail.unwrap_or_else(|failed| format!("(no logs: {failed:#})"));
                Err(error.context(format!("the functions' last lines:\n{tail}")))
            }
        }
    }
}
