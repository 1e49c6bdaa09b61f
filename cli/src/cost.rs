//! `portcullis cost`: what a deployment takes in a month, and what that costs where prices are given.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use portcullis_monitoring::cost::{
    Bill, LEFT_OUT, Load, Prices, Quantity, bill, quantities, readable, typical_place, with_assets,
};
use portcullis_settings::Settings;
use serde::{Deserialize, Serialize};

use crate::load;
use crate::output::{Format, clean, json, say};

/// How many entries are taken where the settings have none and none are asked for.
const ASSETS: usize = 50;

/// What to compute for.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Quantities are computed from the catalogue of metrics and the settings; prices are yours: fill in docs/examples/prices.yaml.\n\nExit status: 0 told; 2 a file could not be read."
)]
pub(crate) struct Arguments {
    /// How many critical and sensitive entries [default: those of the settings, else 50, a fifth of them critical]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100_000))]
    assets: Option<u32>,
    /// CloudTrail events about keys, secrets and what guards them, in a day
    #[arg(long, value_name = "M", default_value_t = 1_000_000)]
    events_per_day: u64,
    /// How many events come to detect at once: 1 to 10
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10))]
    events_per_invocation: u32,
    /// Findings in a day
    #[arg(long, value_name = "N", default_value_t = 20)]
    findings_per_day: u32,
    /// Alarms that ring in a day
    #[arg(long, value_name = "N", default_value_t = 5)]
    alarms_per_day: u32,
    /// The settings file [default: portcullis.yaml in the current folder]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Prices, as you filled them in
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// A file of prices.
#[derive(Debug, Default, Deserialize)]
struct PriceFile {
    #[serde(default)]
    currency: Option<String>,
    #[serde(flatten)]
    prices: BTreeMap<String, Option<f64>>,
}

/// The answer for programs.
#[derive(Serialize)]
struct Answer<'a> {
    assets: usize,
    events_per_day: u64,
    quantities: Vec<Row<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sum: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    without_price: Option<&'a [&'static str]>,
    left_out: &'static str,
}

/// One quantity.
#[derive(Serialize)]
struct Row<'a> {
    name: &'static str,
    per_month: f64,
    unit: &'static str,
    how: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let settings = settings(arguments)?;
    let prices = arguments.prices.as_deref().map(prices).transpose()?;
    let load = Load {
        events_per_day: arguments.events_per_day,
        events_per_invocation: arguments.events_per_invocation,
        findings_per_day: arguments.findings_per_day,
        alarms_per_day: arguments.alarms_per_day,
        ..Load::default()
    };
    let rules = load::rules(&[])?.set.rules().count();
    let quantities = quantities(&settings, &typical_place(), &load, rules);
    let assets = settings.assets.iter().filter(|entry| entry.is_watched()).count();
    let priced = prices.as_ref().map(|prices| (prices, bill(&quantities, prices)));
    match arguments.format {
        Format::Table => print_table(&quantities, priced.as_ref(), assets, &load),
        Format::Json => {
            let row = |one| row(one, prices.as_ref());
            let answer = Answer {
                assets,
                events_per_day: load.events_per_day,
                quantities: quantities.iter().map(row).collect(),
                currency: prices.as_ref().and_then(|prices| prices.currency.as_deref()),
                sum: priced.as_ref().map(|(_, bill)| bill.sum),
                without_price: priced.as_ref().map(|(_, bill)| bill.missing.as_slice()),
                left_out: LEFT_OUT,
            };
            say!("{}", json(&answer)?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Those of the file, with so many entries as were asked for.
fn settings(arguments: &Arguments) -> Result<Settings> {
    let known = load::known(arguments.settings.as_deref())?.settings;
    let watched = known.assets.iter().filter(|entry| entry.is_watched()).count();
    let wanted = match arguments.assets {
        Some(assets) => usize::try_from(assets)?,
        None if watched > 0 => return Ok(known),
        None => ASSETS,
    };
    with_assets(&known, wanted).map_err(|problems| anyhow::anyhow!("{problems}"))
}

fn prices(path: &Path) -> Result<Prices> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read prices `{shown}`"))?;
    let file: PriceFile = match yaml_serde::from_str(&text) {
        Ok(file) => file,
        Err(error) => bail!("prices `{shown}`: {error}"),
    };
    Prices::new(file.currency, file.prices).with_context(|| format!("prices `{shown}`"))
}

fn row<'q>(quantity: &'q Quantity, prices: Option<&Prices>) -> Row<'q> {
    let Quantity { item, per_month, how } = quantity;
    let cost = prices.and_then(|prices| prices.cost(quantity));
    Row { name: item.key, per_month: *per_month, unit: item.unit, how, cost }
}

fn print_table(quantities: &[Quantity], priced: Option<&(&Prices, Bill)>, assets: usize, load: &Load) {
    say!(
        "{} critical and sensitive entries, {} events a day, for a month of 30 days",
        assets,
        readable(f64_of(load.events_per_day))
    );
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    let mut header = vec!["quantity".to_owned(), "per month".to_owned(), "unit".to_owned()];
    header.extend(priced.map(|(prices, _)| currency(prices)));
    header.push("how it comes about".to_owned());
    table.set_header(header);
    for quantity in quantities {
        let mut cells = vec![quantity.item.key.to_owned(), quantity.number(), quantity.item.unit.to_owned()];
        cells.extend(priced.map(|(prices, _)| prices.cost(quantity).map_or_else(|| "?".to_owned(), money)));
        cells.push(quantity.how.clone());
        table.add_row(cells);
    }
    for column in [1, 3].into_iter().take(1 + usize::from(priced.is_some())) {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    say!("{table}");
    if let Some((prices, bill)) = priced {
        say!("sum      {} {}", money(bill.sum), currency(prices));
        if !bill.missing.is_empty() {
            say!("WITHOUT  {}: no price is given, so that the sum lacks them", bill.missing.join(", "));
        }
        say!("Prices are taken as flat: free tiers and steps of volume are not known.");
    }
    say!("{LEFT_OUT}");
}

fn currency(prices: &Prices) -> String {
    clean(prices.currency.as_deref().unwrap_or("cost"))
}

fn money(amount: f64) -> String {
    let cents = format!("{amount:.2}");
    let (whole, fraction) = cents.split_once('.').unwrap_or((&cents, "00"));
    format!("{}.{fraction}", readable(whole.parse().unwrap_or_default()))
}

#[expect(clippy::cast_precision_loss, reason = "shown to people, who do not have 2^52 events a day")]
fn f64_of(number: u64) -> f64 {
    number as f64
}
