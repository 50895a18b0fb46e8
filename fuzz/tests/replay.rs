//! The stored corpus, and some thousand mutations of it, through every target.
//!
//! Invariant: seeded, so that a failure comes back; the input that failed is printed.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use allelecast_fuzz::mutate::Mutator;

const MUTATIONS: usize = 3_000;

fn replay(folder: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let corpus: Vec<Vec<u8>> = files.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(corpus.len() >= 4, "the corpus is here");
    for data in &corpus {
        attempt(target, data);
    }
    let mut mutator = Mutator::new(7);
    for number in 0..MUTATIONS {
        let other = mutator.below(corpus.len());
        let mutated = mutator.mutate(&corpus[number % corpus.len()], &corpus[other]);
        attempt(target, &mutated);
    }
}

fn attempt(target: fn(&[u8]), data: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(data))) {
        println!("the input: b\"{}\"", data.escape_ascii());
        resume_unwind(panic);
    }
}

#[test]
fn header() {
    replay("header", allelecast_fuzz::header);
}

#[test]
fn record() {
    replay("record", allelecast_fuzz::record);
}

#[test]
fn genotypes() {
    replay("genotypes", allelecast_fuzz::genotypes);
}

#[test]
fn gzip() {
    replay("gzip", allelecast_fuzz::gzip);
}
