//! What is asked of a deployment, and what is taken for granted where nobody knows.

/// What is asked of a deployment. The default takes a million events a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// CloudTrail events that the rules of EventBridge let through in a day.
    pub events_per_day: u64,
    /// How many of them come to `detect` at once: 1 to 10. One is the dearest, and what a steady stream comes to, since
    /// no batch waits to be filled.
    pub events_per_invocation: u32,
    /// Findings in a day, of which half are paged.
    pub findings_per_day: u32,
    /// Alarms that ring in a day.
    pub alarms_per_day: u32,
    /// Rules that fire in a month: each makes a metric of its own.
    pub rules_that_fire: u32,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            events_per_day: 1_000_000,
            events_per_invocation: 1,
            findings_per_day: 20,
            alarms_per_day: 5,
            rules_that_fire: 20,
        }
    }
}

/// Days of a month.
pub(super) const DAYS: f64 = 30.0;

/// How a function is deployed and how long it runs.
///
/// Memory is that of `infra/template.yaml`. Milliseconds are those of a function's first call, as `cargo xtask bench` measured them
/// and `README.md` tells: later calls are faster, so that these are the most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Function {
    /// Its short name.
    pub name: &'static str,
    /// Megabytes.
    pub memory: u32,
    /// Milliseconds of an invocation.
    pub milliseconds: u32,
}

impl Function {
    /// Takes events.
    pub const DETECT: Self = Self { name: "detect", memory: 512, milliseconds: 60 };
    /// Takes findings, and looks after who is contained.
    pub const RESPOND: Self = Self { name: "respond", memory: 256, milliseconds: 87 };
    /// Lifts containments.
    pub const RELEASE: Self = Self { name: "release", memory: 256, milliseconds: 43 };
    /// Sends heartbeats, which is what was measured, and reconciles.
    pub const ALARMS: Self = Self { name: "alarms", memory: 256, milliseconds: 55 };

    /// Those that are measured.
    pub const MEASURED: &'static [Self] = &[Self::DETECT, Self::RESPOND, Self::RELEASE, Self::ALARMS];

    /// GB-seconds of so many invocations, each so many milliseconds longer.
    pub(super) fn gb_seconds(self, invocations: f64, longer: f64) -> f64 {
        invocations * (f64::from(self.milliseconds) + longer) / 1000.0 * f64::from(self.memory) / 1024.0
    }
}
