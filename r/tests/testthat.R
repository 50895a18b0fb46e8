library(testthat)
library(allelecastr)

test_check("allelecastr")
