//! The field's nouns and arithmetic: contigs, alleles, genotypes, counts, blocks, the query's syntax tree.
//!
//! Invariant: no I/O and nothing async; every function here is a function of its arguments.
