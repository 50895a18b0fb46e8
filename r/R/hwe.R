# Hardy-Weinberg equilibrium. Invariant: one row of the result for each variant, in the order given.

# Variants summarised between two reports of progress.
variants_at_once <- 1000L

hwe <- function(genotypes) {
  check_genotypes(genotypes)
  variants <- ncol(genotypes)
  starts <- seq.int(1L, by = variants_at_once, length.out = ceiling(variants / variants_at_once))
  parts <- lapply(starts, function(start) {
    columns <- start:min(start + variants_at_once - 1L, variants)
    part <- hwe_of(genotypes[, columns, drop = FALSE])
    report(columns[length(columns)] / variants)
    part
  })
  if (length(parts) == 0) hwe_of(genotypes) else do.call(rbind, parts)
}

hwe_of <- function(genotypes) {
  count <- function(code) as.integer(colSums(genotypes == as.raw(code)))
  other <- count(1L)
  het <- count(2L)
  hom <- count(3L)
  z <- z_hwe(genotypes)
  data.frame(
    n = other + het + hom,
    het = het,
    hom = hom,
    call_rate = if (nrow(genotypes) > 0) (other + het + hom) / nrow(genotypes) else rep(NA_real_, length(het)),
    maf = minor_allele_frequency(other, het, hom),
    z_hwe = z,
    chi_square = z^2,
    p_chisq = stats::pchisq(z^2, df = 1, lower.tail = FALSE),
    p_exact = vapply(seq_along(het), function(i) hwe_exact(other[i], het[i], hom[i]), 0)
  )
}

# snpStats stops at an empty matrix and warns of samples without a call, which do not touch the score: both are kept
# from it.
z_hwe <- function(genotypes) {
  called <- genotypes[rowSums(genotypes != as.raw(0L)) > 0, , drop = FALSE]
  if (length(called) == 0) {
    return(rep(NA_real_, ncol(genotypes)))
  }
  dimnames(called) <- list(seq_len(nrow(called)), seq_len(ncol(called)))
  snpStats::col.summary(methods::new("SnpMatrix", called))$z.HWE
}

minor_allele_frequency <- function(other, het, hom) {
  alleles <- 2 * (other + het + hom)
  frequency <- ifelse(alleles > 0, (2 * hom + het) / alleles, NA_real_)
  pmin(frequency, 1 - frequency)
}

# The exact test of Wigginton, Cutler and Abecasis (2005): the probability of all counts of heterozygotes that are no
# likelier than the observed one, given the alleles. Logarithms of gammas, where the server's own version uses ratios.
hwe_exact <- function(other, het, hom) {
  n <- other + het + hom
  if (n == 0) {
    return(1)
  }
  rare <- 2 * min(other, hom) + het
  hets <- seq.int(rare %% 2, rare, by = 2)
  rare_homozygotes <- (rare - hets) / 2
  log_weight <- hets * log(2) - lgamma(rare_homozygotes + 1) - lgamma(hets + 1) -
    lgamma(n - hets - rare_homozygotes + 1)
  weight <- exp(log_weight - max(log_weight))
  observed <- weight[match(het, hets)]
  # Rounding must not part counts that are equally likely.
  min(1, sum(weight[weight <= observed * (1 + 1e-9)]) / sum(weight))
}
