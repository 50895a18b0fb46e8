# What the worker of the server calls. Invariant: run_tool never stops; what goes wrong is in its answer.

# The tools that may be called from outside, as r/TOOLS.md lists them.
tool_names <- "hwe"

# The packages whose versions name a result.
tool_packages <- "snpStats"

# Tells who listens that this share (0 to 1) of the work is done.
report <- function(share) {
  listener <- getOption("allelecastr.progress")
  if (is.function(listener)) listener(share)
  invisible()
}

run_tool <- function(tool, arguments) {
  warnings <- character()
  note <- function(warning) {
    warnings <<- c(warnings, conditionMessage(warning))
    invokeRestart("muffleWarning")
  }
  tryCatch(
    {
      if (!tool %in% tool_names) refuse("there is no tool called ", tool)
      value <- withCallingHandlers(do.call(tool, arguments), warning = note)
      list(value = as.list(value), warnings = unique(warnings))
    },
    error = function(error) list(error = conditionMessage(error))
  )
}

describe <- function() {
  list(
    r = paste(R.version$major, R.version$minor, sep = "."),
    tools = tool_names,
    packages = tool_packages,
    versions = vapply(tool_packages, function(name) format(utils::packageVersion(name)), "", USE.NAMES = FALSE)
  )
}
