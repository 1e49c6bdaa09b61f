//! Settings, rules and inventory, fetched from where the environment says and kept for a minute.

use std::time::{Duration, Instant};

use portcullis_aws::{Location, Objects, SdkConfig, read_inventory};
use portcullis_detection::{Pipeline, RuleFile, RuleSet, built_in};
use portcullis_settings::{Inventory, Settings, parse};

use crate::error::FunctionError;

/// How long fetched settings and rules are used before they are fetched again.
const FRESH: Duration = Duration::from_mins(1);

/// Where settings and rules live.
#[derive(Clone, Debug)]
pub struct Sources {
    /// `portcullis.yaml`.
    pub settings: Location,
    /// A folder of rules of the deployment's own.
    pub rules: Option<Location>,
}

/// Fetches settings and rules, and keeps what it fetched.
#[derive(Debug)]
pub struct Configuration<T> {
    sources: Sources,
    objects: Objects,
    config: SdkConfig,
    fresh: Option<(Instant, T)>,
}

impl<T> Configuration<T> {
    /// Nothing fetched yet.
    pub fn new(config: &SdkConfig, sources: Sources) -> Self {
        Self { sources, objects: Objects::new(config), config: config.clone(), fresh: None }
    }

    fn is_stale(&self) -> bool {
        self.fresh.as_ref().is_none_or(|(at, _)| at.elapsed() > FRESH)
    }

    fn keep(&mut self, value: T) -> &T {
        &self.fresh.insert((Instant::now(), value)).1
    }

    /// The settings: an absent object is a fresh install, which only observes; an unreadable one stops the function,
    /// so that nothing is decided by settings that nobody wrote. Messages come back, and in the end wait in the
    /// dead-letter queue.
    async fn fetch_settings(&self) -> Result<Settings, FunctionError> {
        let location = &self.sources.settings;
        let Some(bytes) = self.objects.get(location).await? else { return Ok(Settings::default()) };
        let text = String::from_utf8(bytes)
            .map_err(|error| FunctionError::Misconfigured(format!("{location} is not UTF-8: {error}")))?;
        parse(&text).map_err(|problems| {
            FunctionError::Misconfigured(format!("{location} has problems; run `portcullis check` on it:\n{problems}"))
        })
    }
}

impl Configuration<Settings> {
    /// The settings, at most a minute old.
    ///
    /// # Errors
    ///
    /// When they cannot be fetched or have problems.
    pub async fn settings(&mut self) -> Result<&Settings, FunctionError> {
        if self.is_stale() {
            let settings = self.fetch_settings().await?;
            self.keep(settings);
        }
        self.fresh.as_ref().map(|(_, settings)| settings).ok_or_else(nothing_kept)
    }
}

impl Configuration<Pipeline> {
    /// The pipeline, at most a minute old.
    ///
    /// # Errors
    ///
    /// When settings or rules cannot be fetched, or the settings have problems. A rule with a problem is logged and left
    /// out; the others work on.
    pub async fn pipeline(&mut self) -> Result<&Pipeline, FunctionError> {
        if self.is_stale() {
            let pipeline = self.fetch_pipeline().await?;
            self.keep(pipeline);
        }
        self.fresh.as_ref().map(|(_, pipeline)| pipeline).ok_or_else(nothing_kept)
    }

    async fn fetch_pipeline(&self) -> Result<Pipeline, FunctionError> {
        let settings = self.fetch_settings().await?;
        let mut files = built_in();
        if let Some(folder) = &self.sources.rules {
            for location in self.objects.list(folder, &[".yml", ".yaml"]).await? {
                let bytes = self.objects.get(&location).await?.unwrap_or_default();
                files.push(RuleFile { name: location.to_string(), yaml: String::from_utf8_lossy(&bytes).into_owned() });
            }
        }
        let rules = RuleSet::load(&files);
        for problem in rules.problems() {
            tracing::error!(file = problem.file, line = problem.line, problem = problem.message, "rule left out");
        }
        let inventory =
            if settings.needs_inventory() { read_inventory(&self.config).await? } else { Inventory::default() };
        for unresolved in settings.unresolved(&inventory) {
            tracing::warn!(entry = unresolved, "asset entry stands for no key or secret");
        }
        Ok(Pipeline { rules, settings, inventory })
    }
}

fn nothing_kept() -> FunctionError {
    FunctionError::Misconfigured("nothing was fetched".to_owned())
}
