//! The way in: what waits in the queues, and the workers that take it.

use anyhow::{Context as _, Result};
use aws_sdk_s3::types::{Event, NotificationConfiguration, QueueConfiguration};
use aws_sdk_sqs::types::QueueAttributeName;

use crate::logs;
use crate::stack::{self, ARTIFACTS};
use crate::wait::Seen;
use crate::world::World;

impl World {
    /// Sends messages to the events queue in one call, as one batch for the function.
    ///
    /// # Errors
    ///
    /// When SQS refuses.
    pub async fn send_events(&self, bodies: &[&str]) -> Result<()> {
        let entry = |(index, body): (usize, &&str)| {
            aws_sdk_sqs::types::SendMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .message_body(*body)
                .build()
        };
        let entries = bodies.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>()?;
        let queue = self.stack.output("EventsQueueUrl")?;
        self.root.sqs().send_message_batch().queue_url(queue).set_entries(Some(entries)).send().await?;
        Ok(())
    }

    /// Makes the bucket of a trail, whose new log files are announced to the events queue: what an operator sets up for the
    /// second intake.
    ///
    /// # Errors
    ///
    /// When S3 refuses.
    pub async fn create_trail_bucket(&self, bucket: &str) -> Result<()> {
        stack::create_bucket(&self.root, bucket).await?;
        let queue = QueueConfiguration::builder()
            .queue_arn(self.stack.output("EventsQueueArn")?)
            .events(Event::from("s3:ObjectCreated:*"))
            .build()?;
        let notify = self.root.s3().put_bucket_notification_configuration().bucket(bucket);
        let configuration = NotificationConfiguration::builder().queue_configurations(queue).build();
        notify.notification_configuration(configuration).send().await.context("the bucket may not notify the queue")?;
        Ok(())
    }

    /// Puts a log file of so many records into such a bucket, and waits until all that comes of it is done.
    ///
    /// # Errors
    ///
    /// When S3 refuses, or the records are not read.
    pub async fn deliver(&self, bucket: &str, key: &str, file: Vec<u8>, records: usize) -> Result<()> {
        self.quiet().await?;
        let read = async || {
            Ok::<_, anyhow::Error>(logs::total(&logs::metrics(&self.root, &self.stack.name).await?, "RecordsRead"))
        };
        let wanted = read().await? + u32::try_from(records).map(f64::from)?;
        stack::put_object(&self.root, bucket, key, file).await?;
        self.until(&format!("the records of {key} to be read"), async || {
            let seen = read().await?;
            Ok(Seen::from_option((seen >= wanted).then_some(()), || format!("{seen} of {wanted}")))
        })
        .await?;
        self.quiet().await
    }

    /// Waits until a queue of the stack has nothing left, neither waiting nor in hand.
    ///
    /// # Errors
    ///
    /// When something stays in it.
    pub async fn drained(&self, output: &str) -> Result<()> {
        self.until(&format!("{output} to be empty"), async || {
            let counts = self.messages(output).await?;
            Ok(Seen::from_option((counts == (0, 0)).then_some(()), || format!("{counts:?}")))
        })
        .await
    }

    /// Waits until so many messages wait in a queue of the stack.
    ///
    /// # Errors
    ///
    /// When they do not come.
    pub async fn waiting(&self, output: &str, messages: u64) -> Result<()> {
        self.until(&format!("{messages} messages in {output}"), async || {
            let counts = self.messages(output).await?;
            Ok(Seen::from_option((counts.0 == messages).then_some(()), || format!("{counts:?}")))
        })
        .await
    }

    /// How many messages wait in a queue of the stack, and how many are in hand.
    async fn messages(&self, output: &str) -> Result<(u64, u64)> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let call = self.root.sqs().get_queue_attributes().queue_url(self.stack.output(output)?);
        let counts = call.set_attribute_names(Some(names.to_vec())).send().await?.attributes.unwrap_or_default();
        let count = |name| counts.get(name).and_then(|text| text.parse().ok()).context("a queue that has no count");
        Ok((count(&names[0])?, count(&names[1])?))
    }

    /// Sets after how many seconds a message that was taken and not dealt with is there again.
    ///
    /// # Errors
    ///
    /// When SQS refuses.
    pub async fn set_visibility(&self, output: &str, seconds: &str) -> Result<()> {
        let set = self.root.sqs().set_queue_attributes().queue_url(self.stack.output(output)?);
        set.attributes(QueueAttributeName::VisibilityTimeout, seconds).send().await?;
        Ok(())
    }

    /// Switches detect's intake on or off, with batches of so many messages at most.
    ///
    /// # Errors
    ///
    /// When Lambda refuses.
    pub async fn set_intake(&self, on: bool, batch: i32) -> Result<()> {
        let lambda = self.root.lambda();
        let list = lambda.list_event_source_mappings().function_name(self.stack.output("DetectFunction")?);
        let mappings = list.send().await?.event_source_mappings.unwrap_or_default();
        let mapping = mappings.into_iter().next().and_then(|mapping| mapping.uuid).context("detect has no intake")?;
        lambda.update_event_source_mapping().uuid(mapping).enabled(on).batch_size(batch).send().await?;
        Ok(())
    }

    /// How many workers a function has had: each begins with an initialisation, which AWS reports.
    ///
    /// # Errors
    ///
    /// When its log cannot be read.
    pub async fn workers(&self, function: &str) -> Result<usize> {
        let log = logs::of_function(&self.root, &self.stack.name, function).await?;
        Ok(log.iter().filter(|line| line.contains("Init Duration: ")).count())
    }

    /// Has a function begin with new workers, which know nothing of what the former ones held in memory: deploys its code
    /// once more.
    ///
    /// # Errors
    ///
    /// When Lambda refuses.
    pub async fn replace_workers(&self, function: &str) -> Result<()> {
        let update = self.root.lambda().update_function_code().function_name(format!("{}-{function}", self.stack.name));
        let update = update.s3_bucket(ARTIFACTS).s3_key(format!("{function}.zip"));
        update.send().await.context("the function cannot be deployed again")?;
        Ok(())
    }
}
