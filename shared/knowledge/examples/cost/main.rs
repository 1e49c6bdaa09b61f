//! Prints what the ledger costs at several paces: `cargo run -p portcullis-knowledge --example cost`.

mod table;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    print!("{}", runtime.block_on(table::table())?);
    Ok(())
}
