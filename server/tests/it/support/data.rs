//! Real files that the project does not carry.
//!
//! Invariant: a file that is missing is named in the output, and its cases are skipped.

use std::path::{Path, PathBuf};

/// A file of the shared test data, beside the workspace.
pub fn shared(path: &str) -> Option<PathBuf> {
    found(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../shared/data")
            .join(path),
    )
}

/// The example of the Debian package `shapeit4-example`, which `deploy/demo-data` fetches: chromosome 20 of 203 samples.
pub fn shapeit4() -> Option<PathBuf> {
    let cached = "../data/cache/shapeit4-example/usr/share/doc/shapeit4/examples/test/unphased.vcf.gz";
    let cached = || Path::new(env!("CARGO_MANIFEST_DIR")).join(cached);
    found(std::env::var_os("ALLELECAST_SHAPEIT4_VCF").map_or_else(cached, PathBuf::from))
}

/// A VCF of the Debian package `r-bioc-variantannotation`, which `deploy/test-data` fetches.
pub fn variant_annotation(file: &str) -> Option<PathBuf> {
    let folder = "../data/cache/r-bioc-variantannotation/usr/lib/R/site-library/VariantAnnotation/extdata";
    found(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(file))
}

/// A file of the gene annotation that `deploy/genes` fetches.
pub fn genes(file: &str) -> Option<PathBuf> {
    let cached = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/cache/genes");
    found(
        std::env::var_os("ALLELECAST_GENES_DIR")
            .map_or_else(cached, PathBuf::from)
            .join(file),
    )
}

fn found(path: PathBuf) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}
