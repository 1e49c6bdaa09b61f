//! People in the console and on the command line.

use crate::activity::Turn;
use crate::activity::people::{session, somebody};
use crate::organization::{GLOBAL, Work};
use crate::record::Call;
use crate::stage::Stage;

/// Somebody clicks through the console, or works on the command line.
pub(crate) fn consoles(stage: &mut Stage<'_>, turn: Turn) {
    const CALLS: [(&str, &str, &str); 14] = [
        ("ec2", "DescribeInstances", r#""maxResults":100,"filterSet":{},"instancesSet":{}"#),
        (
            "health",
            "DescribeEventAggregates",
            r#""filter":{"startTimes":[{"from":"Jan 1, 2026, 12:00:00 AM"}],"eventStatusCodes":["open","upcoming"]},"aggregateField":"eventTypeCategory""#,
        ),
        ("notifications", "ListNotificationEvents", r#""maxResults":20,"includeChildEvents":false"#),
        ("lambda", "ListFunctions20150331", r#""maxItems":50"#),
        ("monitoring", "DescribeAlarms", r#""maxRecords":100,"alarmTypes":["MetricAlarm","CompositeAlarm"]"#),
        (
            "logs",
            "StartQuery",
            r#""logGroupNames":["/ecs/worker"],"startTime":1,"endTime":2,"queryString":"HIDDEN_DUE_TO_SECURITY_REASONS","limit":1000"#,
        ),
        ("logs", "GetQueryResults", r#""queryId":"0f5d5bd0-1a2b-4c3d-8e9f-aabbccddeeff""#),
        ("s3", "ListBuckets", r#""Host":"s3.eu-west-1.amazonaws.com""#),
        ("cloudformation", "DescribeStacks", r#""stackName":"worker""#),
        ("ecs", "ListServices", r#""cluster":"main","maxResults":100"#),
        ("iam", "ListRoles", r#""maxItems":1000"#),
        (
            "ce",
            "GetCostAndUsage",
            r#""timePeriod":{"start":"2026-01-01","end":"2026-02-01"},"granularity":"DAILY","metrics":["UnblendedCost"],"groupBy":[{"type":"DIMENSION","key":"SERVICE"}]"#,
        ),
        ("rds", "DescribeDBClusters", r#""includeShared":false,"maxRecords":100"#),
        (
            "ec2",
            "DescribeSecurityGroupRules",
            r#""maxResults":200,"filterSet":{"items":[{"name":"group-id","valueSet":{"items":[{"value":"sg-0123456789abcdef0"}]}}]}"#,
        ),
    ];
    let Some(person) = somebody(stage, &[Work::Develops, Work::RunsPlatform]) else {
        // Nobody is at work; machines are.
        return super::storage::alarms(stage, turn);
    };
    let role = stage.account.permission_set(&person.permission_set());
    let identity = session(&person, &role, stage.at);
    let origin = person.somewhere(&mut stage.rng);
    let in_console = origin.agent.starts_with("Mozilla");
    for step in 0..=stage.rng.below(3) {
        let number = turn.wrapping_mul(5).wrapping_add(usize::try_from(step).unwrap_or(0));
        let Some((service, name, request)) = CALLS.get(number % CALLS.len()).copied() else { return };
        let mut call = Call::reading(identity.clone(), origin.clone(), service, name).request(request);
        if in_console {
            call = call.in_console();
        }
        if name == "ListRoles" && stage.rng.per_mille(100) {
            call = call.denied("iam:ListRoles", &format!("arn:aws:iam::{}:role/", stage.account.id));
        }
        // Global services record their calls in one Region.
        let region = if matches!(service, "iam" | "ce" | "health") { GLOBAL } else { stage.region };
        stage.say_in(&stage.account.id, region, &call);
        stage.wait(12);
    }
}

/// Somebody looks at numbers.
pub(crate) fn numbers(stage: &mut Stage<'_>, turn: Turn) {
    let Some(person) = somebody(stage, &[Work::Reads]) else { return super::storage::tables(stage, turn) };
    let role = stage.account.permission_set(&person.permission_set());
    let identity = session(&person, &role, stage.at);
    let origin = person.at_office(crate::organization::agent::BROWSER);
    let unit = &stage.account.unit;
    let call = Call::reading(identity, origin, "athena", "GetQueryExecution")
        .request(r#""queryExecutionId":"7b1e0c52-9f4a-4f57-9a51-0a1b2c3d4e5f""#)
        .response(format!(
            r#""queryExecution":{{"queryExecutionId":"7b1e0c52-9f4a-4f57-9a51-0a1b2c3d4e5f","query":"HIDDEN_DUE_TO_SECURITY_REASONS","statementType":"DML","resultConfiguration":{{"outputLocation":"s3://{unit}-reports/results/"}},"queryExecutionContext":{{"database":"{unit}","catalog":"awsdatacatalog"}},"status":{{"state":"SUCCEEDED"}},"statistics":{{"engineExecutionTimeInMillis":4211,"dataScannedInBytes":918273645}},"workGroup":"primary"}}"#
        ))
        .in_console();
    stage.say(&call);
}
