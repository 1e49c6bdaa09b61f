//! Prints what steady traffic costs in writes to DynamoDB.

use portcullis_acceptance::cost::{DAY, HABITS, Traffic, habit, pipeline};

/// How often each actor uses each asset, and how many actors there are: fewer where there would be millions of records.
const PACES: &[(&str, i64, i64)] = &[
    ("once a day", DAY, 20),
    ("once an hour", 3600, 20),
    ("once in ten minutes", 600, 20),
    ("5 in ten minutes", 120, 4),
    ("30 in ten minutes", 20, 2),
    ("100 in ten minutes", 6, 1),
];

fn main() -> Result<(), String> {
    let pipeline = pipeline()?;
    println!("Writes for a thousand records of steady traffic on 10 assets, one worker:\n");
    println!("Of the ledger + of windows + of who was active.\n");
    println!("| each is used | by actors | records at once | first day | steady |");
    println!("|---|---|---|---|---|");
    for (name, every, actors) in PACES.iter().copied() {
        for batch in [1, 10] {
            let (first, steady) = Traffic { actors, assets: 10, every, batch }.first_and_steady_day(&pipeline);
            let (first, steady) = (first.per_thousand(), steady.per_thousand());
            let [first, steady] =
                [first, steady].map(|(ledger, windows, active)| format!("{ledger} + {windows} + {active}"));
            println!("| {name} | {actors} | {batch} | {first} | {steady} |");
        }
    }
    println!("\nWrites for a thousand times the same, once a minute, one record at once:\n");
    println!("| what | records | ledger | windows | who was active |");
    println!("|---|---|---|---|---|");
    for one in HABITS {
        let cost = habit(&pipeline, one);
        println!("| {} | {} | {} | {} | {} |", one.0, cost.events, cost.knowledge, cost.windows, cost.active);
    }
    Ok(())
}
