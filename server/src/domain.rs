//! The field's nouns and arithmetic: contigs, alleles, genotypes, counts, blocks, the query's syntax tree.
//!
//! Invariant: no I/O and nothing async; every function here is a function of its arguments.

pub mod allele;
pub mod ast;
pub mod bed;
pub mod block;
pub mod build;
pub mod cell;
pub mod columns;
pub mod frequency;
pub mod genes;
pub mod genotype;
pub mod groups;
pub mod info_groups;
pub mod intervals;
pub mod nearest;
pub mod panel;
pub mod planes;
pub mod quality;
pub mod reference;
pub mod stated;
