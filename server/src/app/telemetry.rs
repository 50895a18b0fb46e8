//! Log and figures.
//!
//! Invariant: the only state of the process that servers in it share.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use super::config::{LogConfig, LogFormat};

/// Starts the log on standard error. A second call in one process changes nothing.
pub fn start_log(config: &LogConfig) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter = EnvFilter::builder().parse(&config.log)?;
    // tower-sessions warns about every stale cookie.
    let quiet = ["tower_sessions_core=error", "tower_sessions=error"];
    let filter = quiet.into_iter().try_fold(filter, |filter, directive| {
        directive.parse().map(|directive| filter.add_directive(directive))
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let builder = builder.with_ansi(std::io::stderr().is_terminal());
    // It fails if there is a subscriber already: then that one is kept.
    let _ = match config.log_format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    Ok(())
}

/// Where the figures can be read; recording begins at the first call.
pub fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let install = || {
        let seconds = [
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
        ];
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &seconds)
            .expect("the list of buckets is not empty")
            .build_recorder();
        let handle = recorder.handle();
        // Another recorder may be there already, put by a program that uses this library: then `/metrics` is empty.
        let _ = metrics::set_global_recorder(recorder);
        handle
    };
    HANDLE.get_or_init(install).clone()
}
