//! The report as a browser shows it.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected fails where it meets it")]

use std::path::{Path, PathBuf};

use portcullis_browser::{Browser, Screen, missing, pages};
use portcullis_report::example::Example;
use portcullis_report::render;
use portcullis_settings::Mode;
use serde_json::Value;
use tempfile::TempDir;

const PHONE: Screen = Screen { width: 360, height: 740, dark: false };
const TABLET: Screen = Screen { width: 768, height: 1024, dark: false };
const DESK: Screen = Screen { width: 1280, height: 900, dark: false };

/// What would leave a trace if any of it were more than text.
const HOSTILE: &str = "'\"><script>document.documentElement.dataset.ran=1</script><img src=x onerror=\"document.documentElement.dataset.ran=1\">\
                       <svg onload=document.documentElement.dataset.ran=1></svg><style>*{display:none}</style>\u{202e}";

/// A browser; nothing where there is none and none is asked for.
fn browser() -> Option<Browser> {
    let missing = missing();
    if missing.is_empty() {
        return Some(Browser::start().unwrap());
    }
    let required = std::env::var("PORTCULLIS_REQUIRE_BROWSER").is_ok_and(|value| value == "1");
    assert!(!required, "PORTCULLIS_REQUIRE_BROWSER=1, and these are missing: {missing:?}");
    eprintln!("SKIPPED: these are missing: {missing:?} (Debian: apt-get install chromium chromium-driver)");
    None
}

/// The example as a file.
fn file(folder: &TempDir, name: &str, html: &str) -> PathBuf {
    let file = folder.path().join(name);
    std::fs::write(&file, html).unwrap();
    file
}

fn plain() -> String {
    render(&Example::plain().unwrap().shown())
}

fn hostile() -> String {
    render(&Example::worded(&|text| format!("{HOSTILE}{text}"), Mode::Enforce).unwrap().shown())
}

/// Where pictures are kept for people.
fn keep(name: &str, bytes: &[u8]) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| here.join("../../target"), PathBuf::from);
    let folder = target.join("report-screenshots");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

fn number(answer: &Value) -> f64 {
    answer.as_f64().unwrap()
}

#[test]
fn nothing_is_wider_than_the_screen_and_the_console_is_silent() {
    let Some(browser) = browser() else { return };
    let folder = TempDir::new().unwrap();
    for (words, html) in [("plain", plain()), ("hostile", hostile())] {
        let file = file(&folder, "report.html", &html);
        for screen in [PHONE, TABLET, DESK] {
            for dark in [false, true] {
                browser.show_on(Screen { dark, ..screen }).unwrap();
                browser.open(&file, "").unwrap();
                let width = number(&browser.ask("document.documentElement.scrollWidth").unwrap());
                assert!(width <= f64::from(screen.width), "{words}: {width} at {}", screen.width);
                // A cell or a word that sticks out of a part that does not scroll would be cut.
                let out = browser.ask(
                    "[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll,.heard,.skip') && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))",
                );
                assert_eq!(out.unwrap(), Value::Array(Vec::new()), "{words} at {}", screen.width);
                let color = browser.ask("getComputedStyle(document.body).backgroundColor").unwrap();
                assert_eq!(color, if dark { "rgb(16, 22, 29)" } else { "rgb(255, 255, 255)" });
                let name = format!("{words}-{}-{}.png", screen.width, if dark { "dark" } else { "light" });
                keep(&name, &browser.picture(screen.width, None).unwrap());
            }
        }
        assert_eq!(browser.console().unwrap(), Vec::<String>::new(), "{words}");
    }
}

#[test]
fn hostile_texts_run_nothing() {
    let Some(browser) = browser() else { return };
    let folder = TempDir::new().unwrap();
    let file = file(&folder, "hostile.html", &hostile());
    browser.open(&file, "").unwrap();
    assert_eq!(browser.ask("document.documentElement.dataset.ran ?? null").unwrap(), Value::Null);
    assert_eq!(browser.ask("document.querySelectorAll('script,img,iframe,object,link,style').length").unwrap(), 1);
    assert_eq!(browser.ask("getComputedStyle(document.querySelector('h1')).display").unwrap(), "block");
    assert!(
        browser.ask("document.body.textContent.includes('<script>')").unwrap().as_bool().unwrap(),
        "it is shown as text"
    );
    assert_eq!(browser.console().unwrap(), Vec::<String>::new());
}

/// Were the escaping ever to fail, the policy stands behind it. And: what the other tests look for would be seen.
#[test]
fn the_policy_stops_what_gets_in() {
    let Some(browser) = browser() else { return };
    let folder = TempDir::new().unwrap();
    let broken = plain().replacen("<main>", &format!("<main>{HOSTILE}<p style=\"color:red\" id=\"styled\">x</p>"), 1);
    let file = file(&folder, "broken.html", &broken);
    browser.open(&file, "").unwrap();
    assert_eq!(browser.ask("document.documentElement.dataset.ran ?? null").unwrap(), Value::Null, "a script ran");
    assert_eq!(
        browser.ask("getComputedStyle(document.querySelector('h1')).display").unwrap(),
        "block",
        "a style was taken"
    );
    assert_ne!(browser.ask("getComputedStyle(document.querySelector('#styled')).color").unwrap(), "rgb(255, 0, 0)");
    let console = browser.console().unwrap();
    assert!(console.iter().filter(|line| line.contains("Content Security Policy")).count() >= 4, "{console:#?}");

    let without = broken.replacen("Content-Security-Policy", "x-nothing", 1);
    browser.open(&self::file(&folder, "without.html", &without), "").unwrap();
    assert_eq!(browser.ask("document.documentElement.dataset.ran ?? null").unwrap(), "1", "without a policy it runs");
}

#[test]
fn every_link_is_reached_by_keyboard_and_seen() {
    let Some(browser) = browser() else { return };
    let folder = TempDir::new().unwrap();
    browser.show_on(DESK).unwrap();
    browser.open(&file(&folder, "report.html", &plain()), "").unwrap();
    let stops = "[...document.querySelectorAll('a[href],summary,[tabindex]')].filter(e => e.checkVisibility())";
    let count = number(&browser.ask(&format!("{stops}.length")).unwrap());
    assert!(count > 60.0, "{count}");
    let mut place = 0;
    while f64::from(place) < count {
        browser.press_tab().unwrap();
        let here = browser.ask(&format!(
            "(() => {{ const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect(); return {{
               place: {stops}.indexOf(e), outline: s.outlineStyle === 'none' ? 0 : parseFloat(s.outlineWidth), right: r.right, top: r.top,
               inside: r.top < innerHeight && r.bottom > 0 }} }})()"
        ));
        let here = here.unwrap();
        assert_eq!(here["place"], place, "{here}");
        assert!(number(&here["outline"]) >= 2.0, "the focus is not seen: {here}");
        assert_eq!(here["inside"], true, "{here}");
        place += 1;
    }
    assert!(browser.ask("[...document.querySelectorAll('a[href]')].every(a => document.querySelector(CSS.escape ? '#' + CSS.escape(a.hash.slice(1)) : a.hash))").unwrap().as_bool().unwrap(), "a link leads nowhere");
}

#[test]
fn whoever_listens_is_told_of_every_picture_and_table() {
    let Some(browser) = browser() else { return };
    let folder = TempDir::new().unwrap();
    browser.open(&file(&folder, "report.html", &plain()), "").unwrap();
    // What is folded away is told once it is opened.
    browser.ask("document.querySelectorAll('details').forEach(d => d.open = true)").unwrap();
    let told = browser.told().unwrap();
    let named = |role: &str| -> Vec<&str> {
        told.iter().filter(|(known, _)| known.eq_ignore_ascii_case(role)).map(|(_, name)| name.as_str()).collect()
    };
    let pictures: Vec<&str> = named("image").into_iter().chain(named("img")).collect();
    assert_eq!(pictures.len(), 3, "{pictures:?}");
    let tables = named("table");
    assert_eq!(
        browser.ask("document.querySelectorAll('table').length").unwrap().as_u64(),
        u64::try_from(tables.len()).ok(),
        "{tables:?}"
    );
    for name in
        pictures.iter().chain(&tables).chain(&named("navigation")).chain(&named("article")).chain(&named("region"))
    {
        assert!(name.len() > 5, "something has no name");
    }
    assert_eq!((named("main").len(), named("banner").len(), named("contentinfo").len()), (1, 1, 1));
    assert_eq!(named("article").len(), 14);
}

#[test]
fn headings_do_not_leave_out_a_step() {
    let Some(browser) = browser() else { return };
    let folder = TempDir::new().unwrap();
    browser.open(&file(&folder, "report.html", &plain()), "").unwrap();
    let levels = browser.ask("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])").unwrap();
    let levels: Vec<u64> = levels.as_array().unwrap().iter().map(|level| level.as_u64().unwrap()).collect();
    assert_eq!((levels[0], levels.iter().filter(|level| **level == 1).count()), (1, 1));
    assert!(levels.windows(2).all(|two| two[1] <= two[0] + 1), "{levels:?}");
}

#[test]
fn in_print_each_finding_has_a_page() {
    let Some(browser) = browser() else { return };
    let folder = TempDir::new().unwrap();
    let mut example = Example::plain().unwrap();
    let all = file(&folder, "all.html", &render(&example.shown()));
    browser.open(&all, "").unwrap();
    let printed = browser.print().unwrap();
    keep("print.pdf", &printed);
    let with_all = pages(&printed);
    assert!(with_all > example.replay.entries.len(), "{with_all}");
    // One finding alone, by its link: the others and the rest of the report are not printed.
    let id = example.replay.entries[0].finding.id.to_string();
    browser.open(&all, &format!("#{id}")).unwrap();
    let alone = browser.print().unwrap();
    keep("print-one.pdf", &alone);
    assert_eq!(pages(&alone), 1, "a finding of one event fits on a page");
    // Each begins on a page of its own: without one that fits on a page there is one page less.
    example.replay.entries.remove(0);
    browser.open(&file(&folder, "fewer.html", &render(&example.shown())), "").unwrap();
    assert_eq!(pages(&browser.print().unwrap()), with_all - 1);
}
