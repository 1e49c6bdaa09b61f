//! Settings, rules and inventory, fetched from where the environment says and kept for a minute.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use portcullis_aws::{DynamoLedger, Location, Objects, SdkConfig, read_inventory, read_principal_tags};
use portcullis_detection::{Context, Geo, Pipeline, RuleFile, RuleSet, built_in};
use portcullis_response::{Ledger as _, Quarantine};
use portcullis_settings::{Inventory, Settings, parse};

use crate::error::FunctionError;

/// How long fetched settings and rules are used before they are fetched again.
const FRESH: Duration = Duration::from_mins(1);

/// How long what was fetched is detected with when it cannot be fetched again. Acting on anybody always takes settings that
/// were just read.
const USABLE: Duration = Duration::from_hours(1);

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
        match self.objects.get(location).await? {
            Some(bytes) => written_settings(location, bytes),
            None => Ok(Settings::default()),
        }
    }
}

/// The settings that were written to `location`.
///
/// # Errors
///
/// When they are not UTF-8 or have problems: somebody must mend them.
pub fn written_settings(location: &Location, bytes: Vec<u8>) -> Result<Settings, FunctionError> {
    let text = String::from_utf8(bytes)
        .map_err(|error| FunctionError::Misconfigured(format!("{location} is not UTF-8: {error}")))?;
    parse(&text).map_err(|problems| {
        FunctionError::Misconfigured(format!("{location} has problems; run `portcullis check` on it:\n{problems}"))
    })
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

/// What the pipeline needs beside settings and rules.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The stack's name.
    pub stack: String,
    /// The ledger, for who is in quarantine; absent where that is not to be known.
    pub ledger: Option<DynamoLedger>,
}

impl Configuration<Pipeline> {
    /// The pipeline, at most a minute old.
    ///
    /// # Errors
    ///
    /// When settings or rules cannot be fetched, or the settings have problems. A rule with a problem is logged and left
    /// out; the others work on.
    pub async fn pipeline(&mut self, surroundings: &Surroundings) -> Result<&Pipeline, FunctionError> {
        if self.is_stale() {
            match self.fetch_pipeline(surroundings).await {
                Ok(pipeline) => {
                    self.keep(pipeline);
                }
                // Whoever keeps AWS from answering, by using up a quota that the account shares, must not blind it.
                Err(error) if self.fresh.as_ref().is_some_and(|(at, _)| at.elapsed() < USABLE) => {
                    tracing::error!(error = %error, "settings, rules or inventory could not be read again; going on with the last");
                }
                Err(error) => return Err(error),
            }
        }
        self.fresh.as_ref().map(|(_, pipeline)| pipeline).ok_or_else(nothing_kept)
    }

    async fn fetch_pipeline(&self, surroundings: &Surroundings) -> Result<Pipeline, FunctionError> {
        let settings = self.fetch_settings().await?;
        let mut files = built_in();
        if let Some(folder) = &self.sources.rules {
            for location in self.objects.list(folder, &[".yml", ".yaml"]).await? {
                let bytes = self.objects.get(&location).await?.unwrap_or_default();
                files.push(RuleFile { name: location.to_string(), yaml: String::from_utf8_lossy(&bytes).into_owned() });
            }
        }
        let inventory = self.inventory(&settings).await?;
        for unresolved in settings.unresolved(&inventory) {
            tracing::warn!(entry = unresolved, "asset entry stands for no key or secret");
        }
        let context = self.context(&settings, surroundings).await?;
        let pipeline = Pipeline::new(RuleSet::load(&files), settings, inventory, context);
        for problem in pipeline.rules.problems() {
            tracing::error!(file = problem.file, line = problem.line, problem = problem.message, "rule left out");
        }
        Ok(pipeline)
    }

    /// Read whether or not an entry needs it: a tag makes any asset a decoy. A refusal is no reason to see nothing, where
    /// the settings do not rest on it.
    async fn inventory(&self, settings: &Settings) -> Result<Inventory, FunctionError> {
        let mut inventory = match read_inventory(&self.config).await {
            Ok(inventory) => inventory,
            Err(error) if settings.needs_inventory() => return Err(error.into()),
            Err(error) => {
                tracing::error!(error = error.chain(), "aliases and tags are not known: decoys by tag are not seen");
                Inventory::default()
            }
        };
        if settings.needs_principal_tags() {
            inventory.principals = read_principal_tags(&self.config).await?;
        }
        Ok(inventory)
    }

    async fn context(&self, settings: &Settings, surroundings: &Surroundings) -> Result<Context, FunctionError> {
        let mut databases = Vec::new();
        for name in &settings.geoip {
            let location = self.sources.settings.beside(name);
            match self.objects.get(&location).await {
                Ok(Some(bytes)) => databases.push((location.to_string(), bytes)),
                Ok(None) => tracing::error!(%location, "no such database; countries and networks are not told by it"),
                Err(error) => {
                    tracing::error!(error = error.chain(), "countries and networks are not told by this database");
                }
            }
        }
        let geo = Geo::open(databases).map_err(|error| FunctionError::Misconfigured(error.to_string()))?;
        let quarantined = quarantined(surroundings.ledger.as_ref()).await;
        Ok(Context { stack: surroundings.stack.clone(), quarantined, geo: Some(geo) })
    }
}

/// Who is in quarantine. Not knowing it is no reason to see nothing else.
async fn quarantined(ledger: Option<&DynamoLedger>) -> BTreeSet<String> {
    let Some(ledger) = ledger else { return BTreeSet::new() };
    match ledger.quarantines().await {
        // One that cannot be read is told of by the function that lifts it.
        Ok(known) => {
            let in_force = known.into_iter().flatten().map(|known| known.item).filter(Quarantine::is_in_force);
            in_force.map(|quarantine| quarantine.target.arn().to_owned()).collect()
        }
        Err(error) => {
            tracing::error!(error = error.chain(), "who is in quarantine is not known; rules about them keep still");
            BTreeSet::new()
        }
    }
}

fn nothing_kept() -> FunctionError {
    FunctionError::Misconfigured("nothing was fetched".to_owned())
}
