use test_case::test_case;

use super::*;

fn of(assets: usize, load: &Load) -> Vec<Quantity> {
    let settings = with_assets(&Settings::default(), assets).unwrap();
    quantities(&settings, &typical_place(), load, 190)
}

fn amount(quantities: &[Quantity], item: Item) -> f64 {
    quantities.iter().find(|one| one.item == item).unwrap().per_month
}

fn close(one: f64, other: f64) {
    assert!((one - other).abs() <= other.abs() * 1e-9, "{one} is not {other}");
}

#[test]
fn everything_that_has_a_price_has_one_quantity() {
    let mut keys: Vec<&str> = of(50, &Load::default()).iter().map(|one| one.item.key).collect();
    let mut all: Vec<&str> = Item::ALL.iter().map(|item| item.key).collect();
    keys.sort_unstable();
    all.sort_unstable();
    assert_eq!(keys, all);
    for quantity in of(50, &Load::default()) {
        assert!(quantity.per_month > 0.0 && quantity.per_month.is_finite() && quantity.how.len() > 8, "{quantity:?}");
    }
}

#[test]
fn alarms_are_those_that_would_be_made() {
    let quantities = of(50, &Load::default());
    // Ten critical entries: denied, rate, rotation, anomaly, under attack. Forty sensitive ones: rate and rotation. Six of the
    // pipeline, eleven of the template.
    close(amount(&quantities, Item::ALARM), 10.0 * 3.0 + 40.0 * 2.0 + 6.0 + 11.0);
    close(amount(&quantities, Item::ANOMALY_ALARM), 10.0);
    close(amount(&quantities, Item::COMPOSITE_ALARM), 10.0);
}

#[test]
fn metrics_grow_with_entries_by_what_the_catalogue_counts_by_entry() {
    let by_entry = portcullis_metrics::METRICS.iter().filter(|metric| metric.sets.contains(&&["Asset"][..])).count();
    let (fifty, thousand) = (of(50, &Load::default()), of(1000, &Load::default()));
    close(amount(&thousand, Item::METRIC) - amount(&fifty, Item::METRIC), cloudwatch::count(by_entry) * 950.0);
    let more = Load { rules_that_fire: 120, ..Load::default() };
    close(amount(&of(50, &more), Item::METRIC) - amount(&fifty, Item::METRIC), 100.0);
}

#[test]
fn a_million_events_a_day_take_what_they_take() {
    let one = of(50, &Load::default());
    close(amount(&one, Item::EVENT), 30e6);
    // Detect; respond each minute, for 20 findings and 10 changes of alarms; release; alarms.
    close(amount(&one, Item::LAMBDA_REQUEST), 30.0 * (1e6 + 1440.0 + 30.0 + 288.0 + 288.0 + 24.0));
    close(amount(&one, Item::DYNAMODB_WRITE), 30e6 * 13.0 / 1000.0 + 600.0 * 6.0);
    close(amount(&one, Item::SCHEDULED), 30.0 * (1440.0 + 288.0 + 288.0 + 24.0));
    let none = of(50, &Load { events_per_day: 0, ..Load::default() });
    let detect = amount(&one, Item::LAMBDA_DURATION) - amount(&none, Item::LAMBDA_DURATION);
    close(detect, 30e6 * 0.060 * 0.5);
    let log = amount(&one, Item::LOG_INGESTED) - amount(&none, Item::LOG_INGESTED);
    close(log, 30e6 * cloudwatch::count(lines::of_detect("portcullis", 1)) / 1e9);
    let ten = of(50, &Load { events_per_invocation: 10, ..Load::default() });
    close(amount(&one, Item::SQS_REQUEST) - amount(&ten, Item::SQS_REQUEST), 2.0 * 30e6 * 0.9);
    for item in [Item::LAMBDA_REQUEST, Item::LAMBDA_DURATION, Item::LOG_INGESTED] {
        assert!(amount(&ten, item) < amount(&one, item), "{item:?}");
    }
}

#[test]
fn entries_of_the_settings_are_repeated() {
    let settings =
        parse("assets: [{name: a, secret: a, tier: critical}, {name: b, secret: b, tier: standard}]").unwrap();
    let repeated = with_assets(&settings, 7).unwrap();
    assert_eq!(repeated.assets.len(), 7);
    assert!(repeated.assets.iter().all(|entry| entry.tier == Some(Tier::Critical)), "only a is watched");
    let names: std::collections::BTreeSet<&str> = repeated.assets.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names.len(), 7);
}

#[test]
fn what_has_no_price_is_named_and_not_taken_for_nothing() {
    let quantities = of(50, &Load::default());
    let none = bill(&quantities, &Prices::default());
    close(none.sum, 0.0);
    assert_eq!(none.missing.len(), Item::ALL.len());
    let given = Item::ALL.iter().map(|item| (item.key.to_owned(), (item.key != "event").then_some(0.0)));
    let prices = Prices::new(None, given).unwrap();
    assert_eq!(bill(&quantities, &prices).missing, ["event"], "nothing is a price, no price is none");
    let prices =
        Prices::new(None, [("lambda-request".to_owned(), Some(2.0)), ("dashboard".to_owned(), Some(3.0))]).unwrap();
    let expected = amount(&quantities, Item::LAMBDA_REQUEST) / 1e6 * 2.0 + 3.0;
    close(bill(&quantities, &prices).sum, expected);
    let quantities = of(0, &Load::default());
    assert!(!bill(&quantities, &Prices::default()).missing.contains(&"anomaly-alarm"), "there is none of it");
}

#[test_case("lambda", Some(1.0), PriceError::Unknown("lambda".to_owned()) ; "unknown")]
#[test_case("alarm", Some(-1.0), PriceError::Impossible { key: "alarm".to_owned(), price: -1.0 } ; "below nothing")]
#[test_case("alarm", Some(f64::INFINITY), PriceError::Impossible { key: "alarm".to_owned(), price: f64::INFINITY } ; "endless")]
fn what_is_no_price_is_refused(key: &str, price: Option<f64>, expected: PriceError) {
    assert_eq!(Prices::new(None, [(key.to_owned(), price)]), Err(expected));
}

#[test]
fn the_empty_file_names_everything_and_states_no_price() {
    let file = empty_file();
    for item in Item::ALL {
        assert!(file.contains(&format!(": {}\n{}:\n", item.page, item.key)), "{}", item.key);
    }
    let filled = file.lines().filter(|line| !line.starts_with('#') && !line.is_empty() && !line.ends_with(':'));
    assert_eq!(filled.count(), 0);
}

#[test_case(0.0, "0" ; "nothing")]
#[test_case(0.0448, "0.045" ; "little")]
#[test_case(3.2468, "3.25" ; "some")]
#[test_case(42.27, "42.3" ; "tens")]
#[test_case(1_234_567.4, "1,234,567" ; "many")]
#[test_case(12.0, "12" ; "whole")]
fn numbers_can_be_read(number: f64, expected: &str) {
    assert_eq!(readable(number), expected);
}
