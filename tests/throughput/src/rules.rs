//! The pack's rules as files for another Sigma engine.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use portcullis_detection::RuleFile;
use rsigma_eval::RuleFieldSet;
use rsigma_parser::parse_sigma_yaml;

/// Which of the pack's detection rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Those that name no field that Portcullis works out: another engine sees all that they look at.
    ToAll,
    /// Every one. Another engine takes the fields that Portcullis works out for absent.
    ToUs,
}

/// What was exported, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Each with the name of its file, alone in it.
    pub rules: Vec<(String, String)>,
    /// How many detection rules were left out, because they name fields that Portcullis works out.
    pub ours: usize,
    /// How many correlations were left out: they count over time, which is not stateless.
    pub correlations: usize,
}

impl Exported {
    /// Writes the rules to a folder, which is made anew.
    pub fn write(&self, folder: &Path) -> Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("cannot clear `{}`", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        for (name, yaml) in &self.rules {
            fs::write(folder.join(name), yaml).with_context(|| format!("cannot write the rule `{name}`"))?;
        }
        Ok(())
    }
}

/// Takes rule files apart. Rules that only correlations count are detection rules too.
pub fn export(files: &[RuleFile], known: Known) -> Result<Exported> {
    let mut exported = Exported::default();
    for file in files {
        for (number, yaml) in documents(&file.yaml).enumerate() {
            let rules = parse_sigma_yaml(&yaml).with_context(|| format!("cannot parse `{}`", file.name))?;
            ensure!(rules.errors.is_empty(), "`{}`: {}", file.name, rules.errors.join("; "));
            exported.correlations += rules.correlations.len();
            if rules.rules.is_empty() {
                continue;
            }
            let fields = RuleFieldSet::collect(&rules, &[], true);
            if known == Known::ToAll && fields.names().any(|field| field.starts_with("portcullis.")) {
                exported.ours += rules.rules.len();
                continue;
            }
            let stem = file.name.trim_end_matches(".yml").replace('/', "-");
            exported.rules.push((format!("{stem}-{number}.yml"), yaml));
        }
    }
    Ok(exported)
}

/// The documents of a YAML stream. A line `---` cannot stand inside of one (YAML 1.2.2, section 9.1.2).
fn documents(yaml: &str) -> impl Iterator<Item = String> + '_ {
    let mut lines = yaml.lines().peekable();
    std::iter::from_fn(move || {
        lines.peek()?;
        let document: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != "---").collect();
        Some(format!("{}\n", document.join("\n")))
    })
    .filter(|document| !document.trim().is_empty())
}
