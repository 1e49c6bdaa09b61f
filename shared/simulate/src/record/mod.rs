//! A call as CloudTrail records it.

mod identity;
mod render;

pub(crate) use identity::{Identity, Session};
pub(crate) use render::{Home, render};

/// Where a call came from.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// An address, or the name of the service that called.
    pub(crate) address: String,
    /// `userAgent`.
    pub(crate) agent: String,
    /// The VPC endpoint it passed.
    pub(crate) endpoint: Option<String>,
}

impl Origin {
    /// A service, for itself or with somebody's rights: both members bear its name, and no TLS is told of (CloudTrail User
    /// Guide, *CloudTrail record contents*).
    pub(crate) fn service(name: &str) -> Self {
        Self { address: name.to_owned(), agent: name.to_owned(), endpoint: None }
    }

    /// Whether it came over the wire rather than from within AWS.
    fn is_outside(&self) -> bool {
        self.address.parse::<std::net::IpAddr>().is_ok()
    }
}

/// A call as CloudTrail records it. Members that are JSON are text, without the braces; empty is null or absent.
#[derive(Clone, Debug)]
pub(crate) struct Call<'w> {
    pub(crate) identity: Identity<'w>,
    pub(crate) origin: Origin,
    /// `kms`, without `.amazonaws.com`.
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    pub(crate) read_only: bool,
    pub(crate) error: Option<(&'static str, String)>,
    pub(crate) request: String,
    pub(crate) response: String,
    pub(crate) additional: String,
    /// The elements of `resources`.
    pub(crate) resources: String,
    /// Whether the service tells of it by itself; what it tells in `serviceEventDetails`.
    pub(crate) event: Option<String>,
    /// `sharedEventID` of the copies of one call.
    pub(crate) shared: Option<String>,
    pub(crate) in_console: bool,
}

impl<'w> Call<'w> {
    /// One that reads, and succeeds.
    pub(crate) const fn reading(
        identity: Identity<'w>,
        origin: Origin,
        service: &'static str,
        name: &'static str,
    ) -> Self {
        Self {
            identity,
            origin,
            service,
            name,
            read_only: true,
            error: None,
            request: String::new(),
            response: String::new(),
            additional: String::new(),
            resources: String::new(),
            event: None,
            shared: None,
            in_console: false,
        }
    }

    /// One that writes, and succeeds.
    pub(crate) const fn writing(
        identity: Identity<'w>,
        origin: Origin,
        service: &'static str,
        name: &'static str,
    ) -> Self {
        let mut call = Self::reading(identity, origin, service, name);
        call.read_only = false;
        call
    }

    pub(crate) fn request(mut self, members: impl Into<String>) -> Self {
        self.request = members.into();
        self
    }

    pub(crate) fn response(mut self, members: impl Into<String>) -> Self {
        self.response = members.into();
        self
    }

    pub(crate) fn additional(mut self, members: impl Into<String>) -> Self {
        self.additional = members.into();
        self
    }

    /// Adds to what it touched.
    pub(crate) fn touching(mut self, account: &str, kind: &str, arn: &str) -> Self {
        if !self.resources.is_empty() {
            self.resources.push(',');
        }
        for part in ["{\"accountId\":\"", account, "\",\"type\":\"", kind, "\",\"ARN\":\"", arn, "\"}"] {
            self.resources.push_str(part);
        }
        self
    }

    /// One that was refused: who may not do what, as IAM tells it (IAM User Guide, *Troubleshoot access denied error messages*).
    pub(crate) fn denied(mut self, action: &str, resource: &str) -> Self {
        let on = if resource.is_empty() { String::new() } else { format!(" on resource: {resource}") };
        let message = format!(
            "User: {} is not authorized to perform: {action}{on} because no identity-based policy allows the {action} action",
            self.identity.arn()
        );
        self.error = Some(("AccessDenied", message));
        self.response.clear();
        self
    }

    /// One that failed.
    pub(crate) fn failed(mut self, code: &'static str, message: impl Into<String>) -> Self {
        self.error = Some((code, message.into()));
        self.response.clear();
        self
    }

    /// What a service tells of by itself.
    pub(crate) fn event(mut self, details: impl Into<String>) -> Self {
        self.event = Some(details.into());
        self.read_only = false;
        self
    }

    /// From the console.
    pub(crate) const fn in_console(mut self) -> Self {
        self.in_console = true;
        self
    }

    pub(crate) fn shared(mut self, id: &str) -> Self {
        self.shared = Some(id.to_owned());
        self
    }

    /// Whether it is about keys or secrets.
    pub(crate) fn is_relevant(&self) -> bool {
        matches!(self.service, "kms" | "secretsmanager")
    }
}
