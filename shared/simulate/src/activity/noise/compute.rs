//! Instances, what scales them, and what stands before them.

use crate::activity::Turn;
use crate::ids;
use crate::record::{Call, Identity, Origin, Session};
use crate::stage::Stage;

/// The agent on an instance says that it is there.
pub(crate) fn agents(stage: &mut Stage<'_>, turn: Turn) {
    let name = if turn.is_multiple_of(3) { "tokeniser" } else { "web" };
    let Some(app) = stage.account.app(name) else { return };
    let Identity::Role(role, session) = app.identity(&mut stage.rng, stage.at) else { return };
    let instance = session.name.clone();
    let mut origin = app.origin(stage.network, "ssm", &mut stage.rng);
    crate::organization::agent::SSM_AGENT.clone_into(&mut origin.agent);
    let address = origin.address.clone();
    let identity = Identity::Role(role, session);
    let call = Call::writing(identity, origin, "ssm", "UpdateInstanceInformation").request(format!(
        r#""instanceId":"{instance}","agentVersion":"3.3.2958.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"{address}","computerName":"ip-{}.{}.compute.internal","agentName":"amazon-ssm-agent","availabilityZone":"{}a","sSMConnectionChannel":"ssmmessages""#,
        address.replace('.', "-"),
        stage.region,
        stage.region
    ));
    stage.say(&call);
}

/// Somebody's tool asks what there is.
pub(crate) fn inventory_of_instances(stage: &mut Stage<'_>, turn: Turn) {
    const CALLS: [&str; 10] = [
        "DescribeInstances",
        "DescribeVolumes",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "DescribeTags",
        "DescribeNetworkInterfaces",
        "DescribeInstanceStatus",
        "DescribeImages",
        "DescribeLaunchTemplateVersions",
        "DescribeRouteTables",
    ];
    const CONFIG: &str = "config.amazonaws.com";
    let account = stage.account;
    let name = CALLS.get(turn % CALLS.len()).copied().unwrap_or_default();
    let filter = format!(
        r#""maxResults":{},"filterSet":{{"items":[{{"name":"tag:unit","valueSet":{{"items":[{{"value":"{}"}}]}}}},{{"name":"vpc-id","valueSet":{{"items":[{{"value":"{}"}}]}}}}]}}"#,
        100 * (1 + stage.rng.below(10)),
        account.unit,
        ids::resource(&mut stage.rng, "vpc")
    );
    if turn.is_multiple_of(2) {
        let role = account.service_role(CONFIG, "AWSServiceRoleForConfig");
        let identity = Identity::Role(&role, Session::going_on("Ec2DescribeHandlerSession", stage.at)).via(CONFIG);
        let call = Call::reading(identity, Origin::service(CONFIG), "ec2", name).request(filter);
        stage.say(&call);
    } else {
        let Some(app) = account.app("web") else { return };
        let identity = app.identity(&mut stage.rng, stage.at);
        let origin = app.origin(stage.network, "ec2", &mut stage.rng);
        let call = Call::reading(identity, origin, "ec2", name).request(filter);
        let failing = stage.rng.per_mille(8);
        stage.say(&if failing { call.failed("Client.RequestLimitExceeded", "Request limit exceeded.") } else { call });
    }
}

/// Auto Scaling looks after its groups, and replaces an instance now and then.
pub(crate) fn scaling(stage: &mut Stage<'_>, turn: Turn) {
    const SCALING: &str = "autoscaling.amazonaws.com";
    let account = stage.account;
    let role = account.service_role(SCALING, "AWSServiceRoleForAutoScaling");
    let identity = Identity::Role(&role, Session::going_on("AutoScaling", stage.at)).via(SCALING);
    let reading = |service, name| Call::reading(identity.clone(), Origin::service(SCALING), service, name);
    if !turn.is_multiple_of(40) {
        let call = reading("elasticloadbalancing", "DescribeTargetHealth").request(format!(
            r#""targetGroupArn":"arn:aws:elasticloadbalancing:{}:{}:targetgroup/web/{}""#,
            stage.region,
            account.id,
            ids::hex(&mut stage.rng, 16)
        ));
        stage.say(&call);
        return;
    }
    let (instance, volume) = (ids::resource(&mut stage.rng, "i"), ids::resource(&mut stage.rng, "vol"));
    let template = ids::resource(&mut stage.rng, "lt");
    let call = Call::writing(identity.clone(), Origin::service(SCALING), "ec2", "RunInstances")
        .request(format!(
            r#""instancesSet":{{"items":[{{"minCount":1,"maxCount":1}}]}},"blockDeviceMapping":{{}},"availabilityZone":"{region}a","monitoring":{{"enabled":false}},"disableApiTermination":false,"clientToken":"fleet-{token}","launchTemplate":{{"launchTemplateId":"{template}","version":"41"}},"tagSpecificationSet":{{"items":[{{"resourceType":"instance","tags":[{{"key":"aws:autoscaling:groupName","value":"web"}},{{"key":"unit","value":"{unit}"}}]}}]}}"#,
            region = stage.region,
            token = ids::uuid(&mut stage.rng),
            unit = account.unit
        ))
        .response(format!(
            r#""requestId":"{request}","reservationId":"{reservation}","ownerId":"{owner}","groupSet":{{}},"instancesSet":{{"items":[{{"instanceId":"{instance}","imageId":"{image}","currentState":{{"code":0,"name":"pending"}},"privateDnsName":"ip-10-16-3-41.{region}.compute.internal","amiLaunchIndex":0,"productCodes":{{}},"instanceType":"m7g.large","launchTime":{time}000,"placement":{{"availabilityZone":"{region}a","tenancy":"default"}},"monitoring":{{"state":"disabled"}},"subnetId":"{subnet}","vpcId":"{vpc}","privateIpAddress":"10.16.3.41","stateReason":{{"code":"pending","message":"pending"}},"architecture":"arm64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{{"items":[{{"deviceName":"/dev/xvda","ebs":{{"volumeId":"{volume}","status":"attaching","deleteOnTermination":true}}}}]}},"virtualizationType":"hvm","hypervisor":"xen","ebsOptimized":true,"enaSupport":true,"metadataOptions":{{"state":"pending","httpTokens":"required","httpPutResponseHopLimit":2,"httpEndpoint":"enabled"}}}}]}},"requesterId":"{owner}""#,
            request = ids::uuid(&mut stage.rng),
            reservation = ids::resource(&mut stage.rng, "r"),
            owner = account.id,
            image = ids::resource(&mut stage.rng, "ami"),
            region = stage.region,
            time = stage.at,
            subnet = ids::resource(&mut stage.rng, "subnet"),
            vpc = ids::resource(&mut stage.rng, "vpc")
        ));
    stage.say(&call);
}

/// Load balancers and the groups behind them are looked at.
pub(crate) fn balancers(stage: &mut Stage<'_>, turn: Turn) {
    const CALLS: [(&str, &str); 5] = [
        ("elasticloadbalancing", "DescribeLoadBalancers"),
        ("elasticloadbalancing", "DescribeTargetGroups"),
        ("autoscaling", "DescribeAutoScalingGroups"),
        ("rds", "DescribeDBInstances"),
        ("elasticloadbalancing", "DescribeListeners"),
    ];
    let Some((service, name)) = CALLS.get(turn % CALLS.len()).copied() else { return };
    let Some(app) = stage.account.app("web") else { return };
    let identity = app.identity(&mut stage.rng, stage.at);
    let origin = app.origin(stage.network, service, &mut stage.rng);
    let call = Call::reading(identity, origin, service, name)
        .request(format!(r#""pageSize":{}"#, 20 + 20 * stage.rng.below(5)));
    stage.say(&call);
}
