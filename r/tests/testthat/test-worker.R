test_that("a tool's answer carries its value and its warnings", {
  answer <- run_tool("hwe", list(genotypes = matrix(as.raw(2), 1, 1)))
  expect_equal(answer$value$het, 1L)
  expect_equal(answer$warnings, character())
})

test_that("errors and unknown tools are answers too", {
  expect_match(run_tool("hwe", list(genotypes = 1))$error, "raw matrix")
  expect_match(run_tool("system", list("true"))$error, "no tool called system")
})

test_that("what the worker reports of itself is there", {
  self <- describe()
  expect_equal(self$tools, "hwe")
  expect_length(self$versions, length(self$packages))
})
