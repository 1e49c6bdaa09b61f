//! Where calls come from.

use super::HOME;
use crate::ids;
use crate::record::Origin;
use crate::rng::Rng;

/// The network of an account in a Region. Public addresses are those set aside for documentation (RFC 5737, RFC 3849).
#[derive(Clone, Debug)]
pub(crate) struct Network {
    /// The second part of its private addresses.
    second: u64,
    /// The public address of its NAT gateway.
    nat: String,
    /// Its endpoints, by service.
    endpoints: Vec<(&'static str, String)>,
}

/// The services that the applications call without leaving the network.
const WITH_ENDPOINT: [&str; 5] = ["kms", "secretsmanager", "ssm", "logs", "sts"];

impl Network {
    pub(crate) fn new(seed: u64, number: u64, account: &str, region: &str) -> Self {
        let mut rng = Rng::named(seed, &format!("{account}{region}network"));
        let endpoints = WITH_ENDPOINT.map(|service| (service, ids::resource(&mut rng, "vpce"))).to_vec();
        let of_region = u64::from(region != HOME);
        let nat = format!("192.0.2.{}", 10 + (2 * number + of_region) % 240);
        Self { second: 16 + (2 * number + of_region) % 200, nat, endpoints }
    }

    /// A call to a service from a host in it.
    pub(crate) fn origin(&self, host: u64, service: &str, agent: String) -> Origin {
        let endpoint = self.endpoints.iter().find(|(of, _)| *of == service).map(|(_, endpoint)| endpoint.clone());
        let address = if endpoint.is_some() {
            format!("10.{}.{}.{}", self.second, host / 200 % 250, 10 + host % 200)
        } else {
            self.nat.clone()
        };
        Origin { address, agent, endpoint }
    }

    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &str> {
        self.endpoints.iter().map(|(_, endpoint)| endpoint.as_str())
    }
}

/// What programs say of themselves (AWS SDKs and Tools Reference Guide, *User agent*).
pub(crate) mod agent {
    pub(crate) const PYTHON: &str = "Boto3/1.40.21 md/Botocore#1.40.21 ua/2.1 os/linux lang/python#3.13.5 exec-env/AWS_Lambda_python3.13 m/Z,b,D Botocore/1.40.21";
    pub(crate) const JAVA: &str = "aws-sdk-java/2.32.14 ua/2.1 os/Linux#6.1.147 lang/java#21.0.8 md/OpenJDK_64-Bit_Server_VM exec-env/AWS_ECS_FARGATE m/D,N";
    pub(crate) const GO: &str =
        "aws-sdk-go-v2/1.38.1 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#arm64 m/E,g";
    pub(crate) const CLI: &str = "aws-cli/2.28.21 md/awscrt#0.27.6 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.7 md/installer#exe md/prompt#off";
    pub(crate) const CLOUDSHELL: &str = "aws-cli/2.28.21 md/awscrt#0.27.6 ua/2.1 os/linux#6.1.147 lang/python#3.13.7 exec-env/CloudShell md/installer#exe";
    pub(crate) const BROWSER: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
    pub(crate) const TERRAFORM: &str = "APN/1.0 HashiCorp/1.0 Terraform/1.13.1 (+https://www.terraform.io) terraform-provider-aws/6.11.0 aws-sdk-go-v2/1.38.1 ua/2.1 os/linux";
    pub(crate) const SSM_AGENT: &str = "aws-sdk-go/1.55.5 (go1.23.8; linux; amd64) amazon-ssm-agent/3.3.2958.0";
    pub(crate) const RUNTIME: &str =
        "awslambda-worker/1.0 aws-sdk-rust/1.3.7 ua/2.1 api/cloudwatchlogs/1.78.0 os/linux lang/rust/1.84.0";
    pub(crate) const ATTACKER: &str =
        "aws-cli/2.15.30 Python/3.11.8 Linux/6.6.15-amd64 exe/x86_64.kali.2024 prompt/off";
}
