//! Calls on whatever else Portcullis is made of: the bucket of the settings, the queues, the topic, the functions.

use anyhow::Result;
use portcullis_end_to_end::aws::Aws;
use portcullis_end_to_end::outcome::Outcome;
use portcullis_end_to_end::world::{STACK, World};

use crate::table::Table;

/// Tries all of it. Only what is `allowed` may go through; answers with that list.
pub(crate) async fn try_all(
    table: &mut Table,
    world: &World,
    who: &Aws,
    allowed: &[&'static str],
) -> Result<Vec<&'static str>> {
    objects(table, world, who).await?;
    queues(table, world, who).await?;
    let topic = world.stack.output("PagesTopicArn")?;
    let subscribe = who.sns().subscribe().topic_arn(topic).protocol("https").endpoint("https://localhost/");
    table.call("listen to the pages", subscribe.send().await);
    table.call("delete the topic of the pages", who.sns().delete_topic().topic_arn(topic).send().await);
    for (function, payload) in [("detect", "{}"), ("release", r#"{"expire":true}"#), ("respond", r#"{"watch":"all"}"#)]
    {
        let invoke = who.lambda().invoke().function_name(format!("{STACK}-{function}"));
        table.call(&format!("run {function}"), invoke.payload(payload.as_bytes().into()).send().await);
    }
    Ok(allowed.to_vec())
}

/// Settings, rules and the kill switch. Whoever writes here decides who is contained.
async fn objects(table: &mut Table, world: &World, who: &Aws) -> Result<()> {
    let (s3, bucket) = (who.s3(), world.stack.output("ConfigBucketName")?);
    for (name, key) in [("the settings", "portcullis.yaml"), ("a rule", "rules/mine.yml")] {
        let put = s3.put_object().bucket(bucket).key(key).body(Vec::new().into());
        table.call(&format!("write {name}"), put.send().await);
        let delete = s3.delete_object().bucket(bucket).key(key);
        table.call(&format!("delete {name}"), delete.send().await);
    }
    world.root.s3().put_object().bucket(bucket).key("STOP").body(Vec::new().into()).send().await?;
    table.add("read STOP", Outcome::of(s3.get_object().bucket(bucket).key("STOP").send().await));
    table.call("write STOP", s3.put_object().bucket(bucket).key("STOP").body(Vec::new().into()).send().await);
    table.call("delete STOP", s3.delete_object().bucket(bucket).key("STOP").send().await);
    let lift = s3.delete_bucket_policy().bucket(bucket);
    table.call("delete the policy of the bucket", lift.send().await);
    table.call("write to another bucket", {
        let put = s3.put_object().bucket("artifacts").key("respond.zip").body(Vec::new().into());
        put.send().await
    });
    Ok(())
}

async fn queues(table: &mut Table, world: &World, who: &Aws) -> Result<()> {
    let sqs = who.sqs();
    for (name, output) in [("events", "EventsQueueUrl"), ("findings", "FindingsQueueUrl")] {
        let queue = world.stack.output(output)?;
        let send = sqs.send_message().queue_url(queue).message_body(r#"{"withdrawn":"F-0123456789abcdef"}"#);
        let call = if output == "FindingsQueueUrl" { "answer by the findings queue" } else { "send events" };
        table.call(call, send.send().await);
        table.call(&format!("empty the queue of {name}"), sqs.purge_queue().queue_url(queue).send().await);
        table.call(&format!("delete the queue of {name}"), sqs.delete_queue().queue_url(queue).send().await);
    }
    Ok(())
}
