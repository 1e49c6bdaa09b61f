//! `docs/cost.md` and `docs/examples/prices.yaml`.

use anyhow::{Result, anyhow};
use portcullis_monitoring::cost::{LEFT_OUT, Load, Quantity, empty_file, quantities, typical_place, with_assets};
use portcullis_settings::Settings;

use crate::wrap::{code, wrap};

/// The deployments that the page tells of.
const ASSETS: [(usize, &str); 2] = [(50, "50 entries"), (1000, "1,000 entries")];

const NOTICE: &str = "<!-- Made by `cargo xtask docs` from what shared/monitoring computes. Change that. -->\n";

/// The page, with so many rules.
///
/// # Errors
///
/// Never, as long as settings can be made up.
pub(crate) fn page(rules: usize) -> Result<String> {
    let mut page = format!("{NOTICE}# Cost\n\n");
    let mut say = |text: &str| page.push_str(&wrap(text, "", ""));
    say(
        "What a deployment takes in a month of 30 days: how many metrics, alarms, writes, invocations. All of it is computed from \
         the catalogue of metrics, the settings and the template, by the same code as",
    );
    page.push_str("\n```sh\nportcullis cost --assets 50 --events-per-day 1000000\n```\n\n");
    let mut say = |text: &str| page.push_str(&wrap(text, "", ""));
    say(
        "which takes your own settings with `--settings FILE`, and prints JSON with `--format json`. No price is stated here: \
         copy [`examples/prices.yaml`](examples/prices.yaml), fill in those of your Region and agreement, and pass it with \
         `--prices FILE`. What is left empty there is named, and not taken for nothing.",
    );
    page.push('\n');
    page.push_str(&wrap(LEFT_OUT, "", ""));
    let load = Load::default();
    for (assets, name) in ASSETS {
        let settings = with_assets(&Settings::default(), assets).map_err(|problems| anyhow!("{problems}"))?;
        let all = quantities(&settings, &typical_place(), &load, rules);
        let rows: String = all.iter().map(row).collect();
        let section = format!(
            "\n## {name}, 1 million events a day\n\nOne of five entries is critical, the others are sensitive; alarms as the \
             settings have them by default.\n\n| Quantity | A month | Unit | How it comes about |\n|---|---:|---|---|\n{rows}"
        );
        page.push_str(&section);
    }
    Ok(page)
}

fn row(quantity: &Quantity) -> String {
    let how = quantity.how.replace('|', "\\|");
    format!("| {} | {} | {} | {how} |\n", code(quantity.item.key), quantity.number(), quantity.item.unit)
}

/// The file of prices, which states none.
pub(crate) fn prices() -> String {
    empty_file()
}
