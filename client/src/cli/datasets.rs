//! `allelecast datasets`.

use allelecast_client::protocol::dataset::Dataset;

use super::{Failure, Global, print_json, sign_in};

pub async fn run(global: &Global) -> Result<(), Failure> {
    let datasets = sign_in::client(global).await?.datasets().await?;
    if global.json {
        return print_json(&datasets);
    }
    println!(
        "{:>6}  {:<24} {:<10} {:<9} {:>8} {:>12}  NAME",
        "ID", "SLUG", "BUILD", "STATE", "SAMPLES", "ALLELES"
    );
    for dataset in &datasets {
        println!("{}", line(dataset));
    }
    Ok(())
}

fn line(dataset: &Dataset) -> String {
    let state = word(&dataset.state);
    format!(
        "{:>6}  {:<24} {:<10} {:<9} {:>8} {:>12}  {}",
        dataset.id, dataset.slug, dataset.build, state, dataset.samples, dataset.alleles, dataset.name
    )
}

/// A state as it stands on the wire.
pub fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}
