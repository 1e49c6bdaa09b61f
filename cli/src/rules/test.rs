//! `portcullis rules test`: the cases that lie beside rules of one's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use owo_colors::OwoColorize as _;
use portcullis_cases::{Cases, Judge, Verdict};
use portcullis_detection::{Rule, RuleFile};

use crate::load::{self, Rules, nearest};
use crate::output::{clean, say};

/// Which rules, and under which settings.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The cases of NAME.yml are in NAME.events.json beside it. Exit status: 0 every case is judged as it \
                  should be; 1 one is not, or a rule has no cases; 2 nothing was judged."
)]
pub(crate) struct Arguments {
    /// Only these rules, by id [default: every rule with cases beside it]
    #[arg(value_name = "RULE")]
    names: Vec<String>,
    /// A rule file, or a folder of them; may be given several times [default: the current folder]
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// Judge under this settings file [default: the settings that the cases of built-in rules are judged under]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

/// A rule file, and the file of its cases.
struct Tested<'f> {
    file: &'f RuleFile,
    /// The rules in it that make findings.
    rules: Vec<&'f str>,
    cases: PathBuf,
}

impl Tested<'_> {
    /// The name of the file, without folders and extension.
    fn stem(&self) -> String {
        Path::new(&self.file.name).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn is_called(&self, name: &str) -> bool {
        self.stem() == name || self.rules.contains(&name)
    }
}

/// How many cases and rules, and how many of them are not well.
#[derive(Default)]
struct Count {
    rules: usize,
    cases: usize,
    failures: usize,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let here = [PathBuf::from(".")];
    let paths = if arguments.rules.is_empty() { &here[..] } else { &arguments.rules };
    let Rules { files, built_in, set } = load::rules(paths)?;
    let settings = match &arguments.settings {
        Some(path) => load::known(Some(path))?.settings,
        None => portcullis_cases::settings().clone(),
    };
    let ids = |is_wanted: &dyn Fn(&Rule) -> bool| -> Vec<&str> {
        set.rules().filter(|rule| is_wanted(rule)).map(|rule| rule.reference.id.as_str()).collect()
    };
    let own = files.iter().filter(|file| !built_in.contains(&file.name));
    let tested = own.map(|file| Tested {
        rules: ids(&|rule| rule.file == file.name),
        cases: Path::new(&file.name).with_extension("events.json"),
        file,
    });
    let shipped = ids(&|rule| built_in.contains(&rule.file));
    let wanted = wanted(arguments, tested.collect(), &shipped)?;
    if wanted.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let mut judge = Judge::new(&files, settings);
    let mut count = Count::default();
    for tested in &wanted {
        judge_one(tested, &mut judge, &mut count)?;
    }
    let plural = |number: usize, thing: &str| format!("{number} {thing}{}", if number == 1 { "" } else { "s" });
    say!(
        "{}, {}, {}",
        plural(count.rules, "rule"),
        plural(count.cases, "case"),
        if count.failures == 0 { "all as they should be".to_owned() } else { plural(count.failures, "failure") }
    );
    Ok(if count.failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The files to test. Without names: all that have cases, and in named folders the others too, since one without cases is
/// a failure there.
fn wanted<'f>(arguments: &Arguments, tested: Vec<Tested<'f>>, shipped: &[&str]) -> Result<Vec<Tested<'f>>> {
    let (built_in, names): (Vec<&str>, Vec<&str>) =
        arguments.names.iter().map(String::as_str).partition(|name| shipped.contains(name));
    for name in &built_in {
        say!("{name} is built in: its cases run with the source, in `cargo xtask test`");
    }
    if !built_in.is_empty() && names.is_empty() {
        return Ok(Vec::new());
    }
    for name in &names {
        if !tested.iter().any(|tested| tested.is_called(name)) {
            let stems: Vec<String> = tested.iter().map(Tested::stem).collect();
            let known = stems.iter().map(String::as_str).chain(shipped.iter().copied());
            let meant = nearest(name, known).map(|meant| format!("; did you mean `{meant}`?"));
            bail!("no rule of your own is called `{name}`{}", meant.unwrap_or_default());
        }
    }
    let is_wanted = |tested: &Tested<'_>| match (names.is_empty(), arguments.rules.is_empty()) {
        (false, _) => names.iter().any(|name| tested.is_called(name)),
        (true, true) => tested.cases.is_file(),
        (true, false) => true,
    };
    let wanted: Vec<Tested<'_>> = tested.into_iter().filter(is_wanted).collect();
    if wanted.is_empty() {
        bail!(
            "nothing to test: no rule with a file NAME.events.json beside it; `portcullis rules new NAME` starts one"
        );
    }
    Ok(wanted)
}

fn judge_one(tested: &Tested<'_>, judge: &mut Judge, count: &mut Count) -> Result<()> {
    count.rules += 1;
    let name = &tested.file.name;
    let (cases, mut failures) = match read(tested)? {
        Ok(read) => read,
        Err(failure) => (Cases::default(), vec![failure]),
    };
    failures.extend(
        judge
            .problems()
            .iter()
            .filter(|problem| problem.file == *name)
            .map(|problem| format!("line {}: {}", problem.line, problem.message)),
    );
    match subject(tested) {
        // Why it is not loaded is said above.
        Err(_) if !failures.is_empty() => {}
        Err(failure) => failures.push(failure),
        Ok(rule) => {
            for case in cases.all() {
                count.cases += 1;
                failures.extend(complaint(&rule, &judge.judge(&rule, case)));
            }
        }
    }
    count.failures += failures.len();
    if failures.is_empty() {
        let (fires, does_not) = (cases.positive.len(), cases.negative.len());
        say!("{} {}: fires on {fires}, does not on {does_not}", "pass".green(), clean(name));
    }
    for failure in failures {
        say!("{} {}: {}", "FAIL".red(), clean(name), clean(&failure));
    }
    Ok(())
}

/// The cases, with what is wrong about how they are written; or that there are none.
fn read(tested: &Tested<'_>) -> Result<Result<(Cases, Vec<String>), String>> {
    let path = tested.cases.display();
    if !tested.cases.is_file() {
        return Ok(Err(format!("it has no cases; write them in `{path}`")));
    }
    let text = fs::read_to_string(&tested.cases).with_context(|| format!("cannot read the cases `{path}`"))?;
    let mut failures = Vec::new();
    let cases = Cases::parse(&text, &mut failures);
    for (kind, cases) in [("positive", &cases.positive), ("negative", &cases.negative)] {
        if cases.is_empty() && failures.is_empty() {
            failures.push(format!("`{path}` has no {kind} case; a rule needs both kinds to be told from its opposite"));
        }
    }
    Ok(Ok((cases, failures)))
}

/// The rule that the cases of a file are about: the one that makes findings.
fn subject(tested: &Tested<'_>) -> Result<String, String> {
    let stem = tested.stem();
    match tested.rules.as_slice() {
        [] => Err("it holds no rule that makes findings".to_owned()),
        [only] => Ok((*only).to_owned()),
        several if several.contains(&stem.as_str()) => Ok(stem),
        several => Err(format!(
            "it holds several rules, and its cases are about one: name the file after it ({})",
            several.join(", ")
        )),
    }
}

/// What is wrong with a verdict, and what fired instead.
fn complaint(rule: &str, verdict: &Verdict) -> Option<String> {
    let complaint = verdict.complaint.clone()?;
    let others: Vec<&str> = verdict.fired.keys().map(String::as_str).filter(|other| *other != rule).collect();
    Some(match others.as_slice() {
        [] => format!("{complaint}; no other rule fires on it"),
        others => format!("{complaint}; fires on it: {}", others.join(", ")),
    })
}
