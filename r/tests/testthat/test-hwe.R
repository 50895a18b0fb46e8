genotypes_of <- function(other, het, hom, missing = 0) {
  matrix(as.raw(rep(c(1, 2, 3, 0), c(other, het, hom, missing))), ncol = 1)
}

# The distribution as the paper states it, term by term.
by_enumeration <- function(other, het, hom) {
  n <- other + het + hom
  alleles <- 2 * hom + het
  hets <- Filter(function(h) (alleles - h) %% 2 == 0, 0:min(alleles, 2 * n - alleles))
  probability <- sapply(hets, function(h) {
    hom <- (alleles - h) / 2
    exp(lfactorial(n) - lfactorial(hom) - lfactorial(h) - lfactorial(n - hom - h) + h * log(2) -
      lchoose(2 * n, alleles))
  })
  sum(probability[probability <= probability[hets == het] * (1 + 1e-9)])
}

test_that("counts, frequencies and rates are those of the matrix", {
  result <- hwe(genotypes_of(50, 30, 15, missing = 5))
  expect_equal(result$n, 95L)
  expect_equal(c(result$het, result$hom), c(30L, 15L))
  expect_equal(result$call_rate, 0.95)
  expect_equal(result$maf, 60 / 190)
})

test_that("the exact test equals enumeration", {
  for (counts in list(c(1, 0, 0), c(0, 1, 0), c(3, 2, 1), c(57, 30, 13), c(89, 5, 6), c(0, 7, 14))) {
    expect_equal(do.call(hwe_exact, as.list(counts)), do.call(by_enumeration, as.list(counts)))
  }
})

test_that("the square of z is the chi-square of the counts", {
  for (counts in list(c(50, 30, 20), c(30, 40, 30), c(929, 57, 14))) {
    n <- sum(counts)
    p <- (2 * counts[3] + counts[2]) / (2 * n)
    expected <- n * c((1 - p)^2, 2 * p * (1 - p), p^2)
    result <- hwe(do.call(genotypes_of, as.list(counts)))
    expect_equal(result$chi_square, sum((counts - expected)^2 / expected))
    expect_equal(result$p_chisq, pchisq(result$chi_square, 1, lower.tail = FALSE))
  }
})

test_that("constant, empty and tiny matrices have an answer", {
  constant <- hwe(genotypes_of(10, 0, 0))
  expect_true(is.na(constant$z_hwe) && is.na(constant$p_chisq))
  expect_equal(constant$p_exact, 1)
  unknown <- hwe(genotypes_of(0, 0, 0, missing = 4))
  expect_equal(c(unknown$n, unknown$p_exact), c(0, 1))
  expect_true(is.na(unknown$maf))
  expect_equal(nrow(hwe(matrix(raw(), nrow = 3, ncol = 0))), 0)
  expect_named(hwe(matrix(raw(), nrow = 3, ncol = 0)), names(constant))
  expect_equal(nrow(hwe(matrix(raw(), nrow = 0, ncol = 2))), 2)
  expect_equal(hwe(genotypes_of(0, 1, 0))$n, 1L)
})

test_that("variants keep their order across portions, and progress is told", {
  told <- numeric()
  before <- options(allelecastr.progress = function(share) told <<- c(told, share))
  on.exit(options(before))
  copies <- rep(0:2, length.out = 2500)
  result <- hwe(matrix(as.raw(copies + 1), nrow = 1))
  expect_equal(result$het + 2L * result$hom, copies)
  expect_equal(told, c(1000, 2000, 2500) / 2500)
})

test_that("what is no matrix of genotypes is refused", {
  expect_error(hwe(matrix(1:4, 2)), "raw matrix")
  expect_error(hwe(as.raw(1:3)), "raw matrix")
  expect_error(hwe(matrix(as.raw(4), 1, 1)), "must be 0")
})
