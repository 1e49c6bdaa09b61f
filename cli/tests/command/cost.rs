//! `portcullis cost`.

use serde_json::{Value, json};

use crate::workplace::Workplace;

fn quantity<'a>(answer: &'a Value, name: &str) -> &'a Value {
    answer["quantities"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()
}

#[test]
fn quantities_are_told_with_how_they_come_about() {
    let said = Workplace::new().run(&["cost", "--assets", "50", "--events-per-day", "1000000"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    assert!(said.stdout.starts_with("50 critical and sensitive entries, 1,000,000 events a day"), "{said:?}");
    for word in ["how it comes about", "custom-metric", "GB-seconds", "30,000,000", "Left out: "] {
        assert!(said.stdout.contains(word), "{word}: {said:?}");
    }
    assert!(!said.stdout.contains("sum "), "no prices, no sum: {said:?}");
}

#[test]
fn the_settings_of_the_folder_are_computed_for() {
    let workplace = Workplace::new();
    // One critical entry.
    let own = workplace.run(&["cost", "--format", "json"]).json();
    assert_eq!(own["assets"], 1);
    assert_eq!(quantity(&own, "composite-alarm")["per_month"], 1.0);
    let more = workplace.run(&["cost", "--format", "json", "--assets", "7"]).json();
    assert_eq!((&more["assets"], &quantity(&more, "composite-alarm")["per_month"]), (&json!(7), &json!(7.0)));
    workplace.file("portcullis.yaml", "mode: observe\n");
    let none = workplace.run(&["cost", "--format", "json"]).json();
    assert_eq!((&none["assets"], &quantity(&none, "composite-alarm")["per_month"]), (&json!(50), &json!(10.0)));
    assert!(none.get("sum").is_none() && none.get("without_price").is_none(), "{none}");
}

#[test]
fn prices_make_costs_and_a_sum_that_says_what_it_lacks() {
    let workplace = Workplace::new();
    let empty = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/examples/prices.yaml")).unwrap();
    workplace.file("empty.yaml", &empty);
    let filled = empty.replace("\ncurrency:\n", "\ncurrency: EUR\n").replace("\ndashboard:\n", "\ndashboard: 3\n");
    let filled = filled.replace("\nlambda-request:\n", "\nlambda-request: 0.5\n");
    workplace.file("prices.yaml", &filled);

    let said = workplace.run(&["cost", "--prices", "empty.yaml", "--format", "json"]).json();
    assert_eq!(said["sum"], 0.0);
    assert_eq!(said["without_price"].as_array().unwrap().len(), said["quantities"].as_array().unwrap().len());

    let said = workplace.run(&["cost", "--prices", "prices.yaml", "--format", "json"]).json();
    let requests = quantity(&said, "lambda-request")["per_month"].as_f64().unwrap();
    assert_eq!((&said["currency"], &quantity(&said, "dashboard")["cost"]), (&json!("EUR"), &json!(3.0)));
    assert!((said["sum"].as_f64().unwrap() - 3.0 - requests / 1e6 * 0.5).abs() < 1e-6, "{said}");
    assert!(quantity(&said, "event").get("cost").is_none());

    let said = workplace.run(&["cost", "--prices", "prices.yaml"]);
    let told = said.stdout.lines().find(|line| line.starts_with("WITHOUT  ")).unwrap();
    assert!(told.contains("event") && !told.contains("dashboard") && told.contains("the sum lacks them"), "{told}");
    assert!(said.stdout.contains("\nsum      ") && said.stdout.contains("EUR"), "{said:?}");
}

#[test]
fn prices_that_are_none_are_refused() {
    let workplace = Workplace::new();
    for (prices, expected) in [
        ("lambda: 1\n", "`lambda` is nothing that has a price here"),
        ("alarm: -1\n", "the price of `alarm` is -1, which no price is"),
        ("alarm: cheap\n", "prices `prices.yaml`: "),
        ("[1]\n", "prices `prices.yaml`: "),
    ] {
        workplace.file("prices.yaml", prices);
        let said = workplace.run(&["cost", "--prices", "prices.yaml"]);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{prices}");
        assert!(said.stderr.contains(expected) && said.stderr.contains("prices.yaml"), "{prices}: {said:?}");
    }
    let said = workplace.run(&["cost", "--prices", "nowhere.yaml"]);
    assert!(said.code == 2 && said.stderr.contains("cannot read prices `nowhere.yaml`"), "{said:?}");
    assert_eq!(workplace.run(&["cost", "--events-per-invocation", "11"]).code, 2);
}
