//! Native summaries and the supervisor of the R worker.
