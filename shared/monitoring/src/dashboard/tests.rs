use std::collections::BTreeSet;

use portcullis_domain::Tier;
use portcullis_settings::{AssetEntry, parse};
use proptest::prelude::*;

use super::*;

pub(super) fn place() -> Place {
    Place {
        partition: "aws".to_owned(),
        region: "eu-west-1".to_owned(),
        account: "111122223333".to_owned(),
        stack: "portcullis".to_owned(),
        topic: "arn:aws:sns:eu-west-1:111122223333:portcullis-alarm-states".to_owned(),
        runbook: "https://wiki.example/runbook".to_owned(),
        trail_log_group: None,
        pagerduty: true,
        evidence: true,
    }
}

fn entry(name: &str, tier: Tier) -> AssetEntry {
    let settings = parse("assets: [{name: a, secret: a, tier: critical}]").unwrap();
    AssetEntry { name: name.to_owned(), tier: Some(tier), ..settings.assets[0].clone() }
}

/// Settings with entries of these names; every third is only sensitive, every fifth standard.
fn settings<'n>(names: impl IntoIterator<Item = &'n str>) -> Settings {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let tier = |number: usize| match number {
        number if number % 5 == 4 => Tier::Standard,
        number if number % 3 == 2 => Tier::Sensitive,
        _ => Tier::Critical,
    };
    let assets = names.into_iter().enumerate().map(|(number, name)| entry(name, tier(number))).collect();
    Settings { assets, ..Settings::default() }
}

fn texts(dashboard: &Dashboard) -> Vec<&Text> {
    let text = |widget: &'_ Widget| matches!(widget.content, Content::Text(_));
    dashboard
        .widgets
        .iter()
        .filter(|widget| text(widget))
        .filter_map(|widget| if let Content::Text(text) = &widget.content { Some(text) } else { None })
        .collect()
}

#[test]
fn a_thousand_assets_fit() {
    let names: Vec<String> = (0..1000).map(|number| format!("asset {number}")).collect();
    let settings = settings(names.iter().map(String::as_str));
    let dashboard = model(&settings, &place());
    assert_eq!(validate(&render(&dashboard)), [""; 0]);
    let tiles = dashboard.widgets.iter().filter_map(|widget| match &widget.content {
        Content::Alarms(tiles) if tiles.title.starts_with("Under attack") => Some(tiles),
        _ => None,
    });
    let arns: BTreeSet<&String> = tiles.flat_map(|tiles| &tiles.arns).collect();
    let critical = settings.assets.iter().filter(|entry| entry.tier == Some(Tier::Critical)).count();
    assert!(critical > 500, "{critical}");
    assert_eq!(arns.len(), critical, "each critical entry has its tile");
    assert!(body(&settings, &place()).len() < 200_000, "no name of an asset is asked for by itself");
}

#[test]
fn an_empty_installation_has_a_dashboard_and_no_empty_widget() {
    let bare = Place { pagerduty: false, evidence: false, runbook: String::new(), ..place() };
    let body = body(&Settings::default(), &bare);
    assert_eq!(validate(&body), [""; 0]);
    assert!(!body.contains("pagerduty") && !body.contains("evidence") && !body.contains("Under attack"), "{body}");
    assert!(!body.contains("]("), "no runbook, no links");
}

#[test]
fn every_metric_of_the_catalogue_that_is_about_keys_secrets_or_trouble_is_on_it() {
    // What is left out says nothing about how it goes: details of single answers, and what a page tells anyway.
    let left_out = BTreeSet::from([
        "AlarmNotices",
        "Answers",
        "BurstUpdates",
        "Duplicates",
        "EventAge",
        "EvidenceFailed",
        "EvidenceKept",
        "Exempted",
        "Extensions",
        "KillSwitch",
        "PagerDutyEvents",
        "Releases",
        "Superseded",
    ]);
    let body = body(&settings(["a"]), &place());
    for metric in portcullis_metrics::METRICS {
        let shown =
            body.contains(&format!("\"{}\"", metric.name)) || body.contains(&format!("\\\"{}\\\"", metric.name));
        assert_eq!(shown, !left_out.contains(metric.name), "{}", metric.name);
    }
}

#[test]
fn dimensions_are_those_of_the_catalogue() {
    for widget in &model(&settings(["a"]), &place()).widgets {
        let Content::Graph(graph) = &widget.content else { continue };
        for line in &graph.lines {
            let (metric, set, named): (_, BTreeSet<&str>, Vec<&str>) = match &line.source {
                Source::One(metric) if metric.namespace == portcullis_metrics::NAMESPACE => {
                    let names = metric.dimensions.iter().map(|(name, _)| name.as_str()).filter(|name| *name != "Stack");
                    (metric.name.clone(), names.collect(), Vec::new())
                }
                Source::One(_) => continue,
                Source::Sum(of) => (
                    of.metric.name.to_owned(),
                    of.set.iter().copied().collect(),
                    of.only.iter().map(|one| one.0).collect(),
                ),
                Source::Top { of, by, .. } => (of.metric.name.to_owned(), of.set.iter().copied().collect(), vec![*by]),
            };
            let known = portcullis_metrics::METRICS.iter().find(|known| known.name == metric).unwrap();
            let sets: Vec<BTreeSet<&str>> = known.sets.iter().map(|set| set.iter().copied().collect()).collect();
            assert!(sets.contains(&set), "{}: {metric} has no set {set:?}", graph.title);
            assert!(named.iter().all(|name| set.contains(name)), "{}: {metric} {named:?}", graph.title);
            assert_eq!(line.statistic, known.statistic, "{metric}");
        }
    }
}

/// What expressions find counts too (CloudWatch User Guide, *CloudWatch service quotas*, Dashboards), and the body does not tell
/// how much that is.
#[test]
fn what_is_found_keeps_the_limits_of_a_widget_and_of_a_dashboard() {
    let scope = portcullis_metrics::Scope { accounts: 200, assets: 1000, rules: 400 };
    let mut all = 0;
    for widget in model(&settings(["a"]), &place()).widgets {
        let Content::Graph(graph) = &widget.content else { continue };
        let mut found = 0;
        let mut searched: std::collections::BTreeMap<(&str, &[&str]), (usize, usize)> =
            std::collections::BTreeMap::new();
        for line in &graph.lines {
            match &line.source {
                Source::One(_) => found += 1,
                // It is sorted and cut off before it counts.
                Source::Top { limit, .. } => found += usize::try_from(*limit).unwrap(),
                Source::Sum(of) => {
                    let counts = |dimension: &&&str| of.metric.values(dimension).count(&scope);
                    let is_open = |dimension: &&&str| !of.only.iter().any(|(name, _)| name == *dimension);
                    let each: usize = of.set.iter().filter(is_open).map(|dimension| counts(&dimension)).product();
                    let at_most = of.set.iter().map(|dimension| counts(&dimension)).product();
                    let known = searched.entry((of.metric.name, of.set)).or_insert((0, at_most));
                    known.0 += each;
                }
            }
        }
        // Lines that divide a metric among them find each part once.
        found += searched.values().map(|(lines, at_most)| (*lines).min(*at_most)).sum::<usize>();
        assert!(found <= 500, "{}: {found}", graph.title);
        all += found;
    }
    assert!((100..=2500).contains(&all), "{all}");
}

#[test]
fn the_words_of_the_body_do_not_depend_on_how_it_is_built() {
    let body = body(&settings(["payroll", "tokens"]), &place());
    let at = |key: &str| body.find(&format!("\"{key}\":")).unwrap();
    assert!(at("periodOverride") < at("start") && at("start") < at("widgets"), "keys are sorted");
    assert_eq!(body, super::body(&settings(["tokens", "payroll"]), &place()));
}

/// What Markdown makes of it: a backslash before a punctuation mark is not seen.
fn unescaped(markdown: &str) -> String {
    let mut plain = String::new();
    let mut signs = markdown.chars().peekable();
    while let Some(c) = signs.next() {
        match signs.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => plain.extend(signs.next()),
            _ => plain.push(c),
        }
    }
    plain
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_settings_say_the_body_is_sound(
        names in proptest::collection::btree_set("(?s).{1,120}|[\\[\\](){}<>!#*_|`\\\\\"' a-z]{1,40}", 0..40),
        stack in "[a-zA-Z][a-zA-Z0-9-]{0,127}",
        runbook in "(https://)?\\PC{0,60}",
        pagerduty: bool,
        evidence: bool,
    ) {
        let settings = settings(names.iter().map(String::as_str));
        let place = Place { stack, runbook, pagerduty, evidence, ..place() };
        let dashboard = model(&settings, &place);
        prop_assert_eq!(validate(&render(&dashboard)), Vec::<String>::new());
        for text in texts(&dashboard) {
            for span in &text.spans {
                let one = Text { heading: String::new(), main: false, spans: vec![span.clone()] };
                let markdown = one.markdown();
                let written = markdown.strip_prefix("## \n\n").unwrap();
                match span {
                    Span::Link { url, .. } => {
                        prop_assert!(url.starts_with("https://") && !url.contains([' ', '(', ')', '<', '>', '\\']));
                    }
                    Span::Plain(name) | Span::Name(name) => {
                        // Read as it was written, and no sign of it means anything by itself.
                        let inner = if matches!(span, Span::Name(_)) { &written[2..written.len() - 2] } else { written };
                        let flat = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
                        let expected: String = name.chars().map(flat).collect();
                        prop_assert_eq!(unescaped(inner), expected);
                        let bare = inner.char_indices().filter(|(at, c)| {
                            "[]<>*_`|#!@".contains(*c) && !inner[..*at].ends_with('\\')
                        });
                        prop_assert_eq!(bare.count(), 0, "{}", inner);
                        let linked = inner.replace("\\:", "");
                        prop_assert!(!linked.contains("://") && !linked.to_lowercase().contains("www."), "{}", inner);
                    }
                }
            }
        }
    }
}
