use jiff::SignedDuration;
use portcullis_settings::{Settings, parse};
use proptest::prelude::*;

use super::super::model;
use super::super::tests::place;
use super::super::widget::{Line, LogTable, Source};
use super::*;

/// The same name for everything, and one value at the beginning and the end.
struct Named(String, f64);

impl Data for Named {
    fn note(&self) -> String {
        self.0.clone()
    }

    fn times(&self) -> Times {
        Times { start: "2026-01-05T00:00:00Z".parse().unwrap(), step: SignedDuration::from_hours(6), count: 28 }
    }

    fn series(&self, line: &Line) -> Vec<Series> {
        let mut values = vec![None; 28];
        values[0] = Some(self.1);
        values[1] = Some(1.0);
        values[27] = Some(self.1);
        let label = if matches!(line.source, Source::Top { .. }) { self.0.clone() } else { String::new() };
        vec![Series { label, values }]
    }

    fn state(&self, arn: &str) -> State {
        [State::Ok, State::Rings, State::NoData][arn.len() % 3]
    }

    fn rows(&self, table: &LogTable) -> Vec<Vec<String>> {
        vec![vec![self.0.clone(); table.columns.len()]]
    }
}

/// Whether this is XML, as far as this module writes it: elements that end, attributes in quotes, nothing that is not escaped.
fn is_sound(svg: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').ok_or_else(|| format!("no end: {piece}"))?;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("{name} ends and was not open"));
            }
        } else {
            let name = tag.split([' ', '/']).next().unwrap();
            if !["svg", "title", "rect", "line", "path", "circle", "text", "tspan"].contains(&name) {
                return Err(format!("an element {name}"));
            }
            if tag.matches('"').count() % 2 == 1 || tag.contains('\'') {
                return Err(format!("quotes: {tag}"));
            }
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        let escaped = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"]
            .iter()
            .fold(text.to_owned(), |text, one| text.replace(one, ""));
        if escaped.contains(['&', '"', '\'', '>']) || escaped.chars().any(|c| c.is_control() && c != '\n') {
            return Err(format!("not escaped: {text}"));
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("open: {open:?}")) }
}

#[test]
fn a_picture_shows_every_widget() {
    let settings = parse("assets: [{name: payroll & co, secret: a, tier: critical}]").unwrap();
    let dashboard = model(&settings, &place());
    let svg = picture(&dashboard, &Named("lost+found".to_owned(), 12_345.0));
    is_sound(&svg).unwrap();
    assert!(svg.contains("payroll &amp;") && svg.contains(">lost+found<") && svg.contains("12.3K"), "{svg}");
    for widget in &dashboard.widgets {
        let title = match &widget.content {
            Content::Text(text) => &text.heading,
            Content::Graph(graph) => &graph.title,
            Content::Alarms(tiles) => &tiles.title,
            Content::Log(table) => &table.title,
        };
        assert!(svg.contains(&format!(">{title}</text>")), "{title}");
    }
    for word in [">OK<", ">IN ALARM<", ">no data<", ">Mon 5<", ">calls<", ">Actor<", ">heartbeat-kms<"] {
        assert!(svg.contains(word), "{word}");
    }
    assert!(
        !svg.contains("http") || svg.matches("http").count() == 1,
        "nothing is fetched: only the namespace is an address"
    );
}

#[test]
fn nothing_lies_outside() {
    let svg = picture(&model(&Settings::default(), &place()), &Named("x".to_owned(), 3.0));
    let height: f64 = svg.split("height=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    for (name, most) in [(" x=\"", 1200.0), (" y=\"", height)] {
        for value in svg.split(name).skip(1) {
            let value: f64 = value.split('"').next().unwrap().parse().unwrap();
            assert!((0.0..=most).contains(&value), "{name}{value}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_things_are_called_it_is_a_picture(
        name in "(?s).{0,60}|[<>&\"'\\]/ a-z\u{0}-\u{1f}]{1,60}",
        value in prop_oneof![0.0..1e12_f64, Just(f64::NAN), Just(f64::INFINITY), Just(0.0)],
    ) {
        let mut settings = parse("assets: [{name: a, secret: a, tier: critical}]").unwrap();
        settings.assets[0].name.clone_from(&name);
        let svg = picture(&model(&settings, &place()), &Named(name, value));
        prop_assert_eq!(is_sound(&svg), Ok(()));
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf\""));
    }
}
