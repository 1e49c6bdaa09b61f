//! Settings and rules from files.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use portcullis_detection::{Context, Geo, RuleFile, RuleSet, built_in};
use portcullis_settings::{Problems, Settings, parse};

/// The settings file that is looked for when none is named.
pub(crate) const SETTINGS: &str = "portcullis.yaml";

/// A settings file.
pub(crate) struct SettingsFile {
    /// Its path, for messages.
    pub(crate) path: PathBuf,
    /// Its text.
    pub(crate) text: String,
    /// What it says.
    pub(crate) settings: Result<Settings, Problems>,
}

/// The file at `path`; without one, `portcullis.yaml` in the current folder, if there is one.
pub(crate) fn settings(path: Option<&Path>) -> Result<Option<SettingsFile>> {
    let path = match path {
        Some(path) => path.to_owned(),
        None if Path::new(SETTINGS).is_file() => PathBuf::from(SETTINGS),
        None => return Ok(None),
    };
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read settings `{}`", path.display()))?;
    let settings = parse(&text);
    Ok(Some(SettingsFile { path, text, settings }))
}

/// What a command that needs sound settings goes by.
pub(crate) struct Known {
    /// The settings; without a file, the defaults.
    pub(crate) settings: Settings,
    /// What lies beside them.
    pub(crate) context: Context,
    /// What is missing, for people.
    pub(crate) notes: Vec<String>,
}

/// The settings file as [`settings`] finds it, which must be sound, and the databases beside it.
pub(crate) fn known(path: Option<&Path>) -> Result<Known> {
    let Some(file) = settings(path)? else {
        let note =
            format!("no {SETTINGS}: no asset is classified, so rules about tiers cannot fire; pass --settings FILE");
        return Ok(Known { settings: Settings::default(), context: Context::default(), notes: vec![note] });
    };
    let settings = match file.settings {
        Ok(settings) => settings,
        Err(problems) => {
            bail!("the settings have problems:\n{}", problems.render(&file.path.display().to_string(), &file.text))
        }
    };
    let mut notes = Vec::new();
    let mut databases = Vec::new();
    for name in &settings.geoip {
        let path = file.path.with_file_name(name);
        match fs::read(&path) {
            Ok(bytes) => databases.push((name.clone(), bytes)),
            Err(error) => {
                notes.push(format!("without `{}`, where addresses are is not known: {error}", path.display()));
            }
        }
    }
    let geo = if databases.is_empty() { None } else { Some(Geo::open(databases)?) };
    Ok(Known { settings, context: Context { geo, ..Context::default() }, notes })
}

/// Rule files, and the rules in them.
pub(crate) struct Rules {
    /// The built-in files, then those of the deployment.
    pub(crate) files: Vec<RuleFile>,
    /// The names of the built-in files.
    pub(crate) built_in: HashSet<String>,
    /// What is in them.
    pub(crate) set: RuleSet,
}

/// The built-in rules and those in the given files and folders.
pub(crate) fn rules(paths: &[PathBuf]) -> Result<Rules> {
    let mut files = built_in();
    let built_in = files.iter().map(|file| file.name.clone()).collect();
    files.extend(own_rules(paths, &built_in)?);
    let set = RuleSet::load(&files);
    Ok(Rules { files, built_in, set })
}

/// The rule files at and below `paths`. None is named as a built-in one is.
fn own_rules(paths: &[PathBuf], taken: &HashSet<String>) -> Result<Vec<RuleFile>> {
    let mut files = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        for file in rule_files(path, &mut seen)? {
            let yaml = fs::read_to_string(&file).with_context(|| format!("cannot read rule `{}`", file.display()))?;
            let name = file.display().to_string();
            let name = if taken.contains(&name) { format!("./{name}") } else { name };
            files.push(RuleFile { name, yaml });
        }
    }
    Ok(files)
}

/// The YAML files at and below `path`, without what is hidden and the settings. `seen` holds folders by their real path: a link may lead
/// back into one.
fn rule_files(path: &Path, seen: &mut HashSet<PathBuf>) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let context = || format!("cannot read the folder of rules `{}`", path.display());
    if !seen.insert(path.canonicalize().with_context(context)?) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).with_context(context)? {
        let entry = entry?;
        // `./x.yml` is the same file as `x.yml`, and is called so.
        let path = if path == Path::new(".") { PathBuf::from(entry.file_name()) } else { entry.path() };
        // The settings often lie in the folder above the rules.
        let passed_by = entry.file_name().to_string_lossy().starts_with('.') || entry.file_name() == SETTINGS;
        if passed_by {
            continue;
        }
        if path.is_dir() {
            found.extend(rule_files(&path, seen)?);
        } else if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The one of `known` that was probably meant.
pub(crate) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let distance = |name: &&str| strsim::damerau_levenshtein(word, name);
    let nearest = known.min_by_key(distance)?;
    (distance(&nearest) <= nearest.len().div_ceil(3).min(5)).then_some(nearest)
}
