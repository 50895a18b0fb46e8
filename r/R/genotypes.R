# What the tools take as genotypes. Invariant: a matrix that passes here can become a SnpMatrix.

# Genotypes are a raw matrix with a row for each sample and a column for each variant, in the code of snpStats: 1 no
# copy of the allele, 2 one, 3 two, 0 not known.
check_genotypes <- function(genotypes) {
  if (!is.raw(genotypes) || !is.matrix(genotypes)) {
    refuse("genotypes must be a raw matrix, samples by variants")
  }
  if (any(genotypes > as.raw(3L))) {
    refuse("genotypes must be 0 (not known), 1, 2 or 3")
  }
}

refuse <- function(...) stop(..., call. = FALSE)
