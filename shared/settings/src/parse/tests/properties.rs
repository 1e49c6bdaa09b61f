//! Whatever the text.

use proptest::prelude::*;

use super::example::EXAMPLE;
use crate::parse;

/// Files with a response table of any shape.
pub(crate) fn response_tables() -> impl Strategy<Value = String> {
    let word = || proptest::sample::select(vec!["observe", "page", "ask", "lockout", "quarantine"]);
    let cell =
        prop_oneof![Just("critical"), Just("sensitive"), Just("standard"), Just("unclassified"), Just("otherwise")];
    let severity = prop_oneof![Just("critical"), Just("high"), Just("medium"), Just("low"), Just("informational")];
    let row = proptest::collection::btree_map(cell, word(), 1..5);
    proptest::collection::btree_map(severity, row, 0..5).prop_map(|table| {
        let rows = table.into_iter().map(|(severity, row)| {
            let cells: Vec<String> = row.iter().map(|(cell, word)| format!("{cell}: {word}")).collect();
            format!("  {severity}: {{{}}}\n", cells.join(", "))
        });
        format!("mode: enforce\nresponse:\n{}", rows.collect::<String>())
    })
}

/// Fragments of settings and of YAML, in any order: closer to real mistakes than random characters.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        "[ -~]{0,6}",
        proptest::sample::select(vec![
            "\n",
            "\n  ",
            "\n  - ",
            ": ",
            "- ",
            "? ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "'",
            "\"",
            "&a ",
            "*a",
            "!!int ",
            "!x ",
            "|\n",
            ">\n",
            "#",
            "---\n",
            "...\n",
            "%YAML 1.2\n",
            "\t",
            "\r\n",
            "\u{feff}",
            "\u{85}",
            "<<: ",
            "mode",
            "assets",
            "protected",
            "response",
            "quarantine",
            "operators",
            "members",
            "asking",
            "propose: lockout",
            "unanswered",
            "lockout",
            "when_full: page",
            "limits",
            "share: 10%",
            "containment: paused",
            "paging",
            "alarms",
            "high_rate: off",
            "more_than: 5",
            "within: 5m",
            "tiers: [critical]",
            "under_attack",
            "name",
            "tier",
            "tag",
            "key",
            "authorized",
            "hours",
            "zone: UTC",
            "days: [mon]",
            "from",
            "to",
            "'24:00'",
            "2026-11-21T22:00Z",
            "2026-12-25",
            "changes",
            "networks",
            "cidrs: [198.51.100.0/24]",
            "exemptions",
            "actors",
            "until",
            "rules",
            "threshold: 5",
            "path: /team/",
            "critical",
            "otherwise",
            "observe",
            "111122223333",
            "arn:aws:iam::*:role/x",
            "alias/x",
            "4h",
            "null",
            "~",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(scrap, 0..40).prop_map(|scraps| scraps.concat())
}

/// `text` with a piece cut out and a piece put in.
fn spoilt(text: &'static str) -> impl Strategy<Value = String> {
    (0..text.len(), 0..40_usize, ".{0,6}").prop_map(|(start, length, put)| {
        let kept_before: String = text.chars().take(start).collect();
        let kept_behind: String = text.chars().skip(start + length).collect();
        kept_before + &put + &kept_behind
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in prop_oneof!["\\PC{0,60}", scraps(), spoilt(EXAMPLE)]) {
        if let Err(problems) = parse(&text) {
            prop_assert!(!problems.as_slice().is_empty());
            prop_assert!(problems.as_slice().is_sorted_by_key(|problem| (problem.line, problem.column)));
            prop_assert!(problems.iter().all(|problem| problem.line > 0 && problem.column > 0));
            prop_assert!(problems.to_string().lines().count() == problems.as_slice().len(), "one per line: {}", problems);
            let _ = problems.render("portcullis.yaml", &text);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = parse(&String::from_utf8_lossy(&bytes));
    }
}
