//! Every limit that the operator may set, with its default.
//!
//! Invariant: a limit is written down here and nowhere else.

use std::time::Duration;

use allelecast_protocol::size::parse_size;

/// Limits of the HTTP side. Sizes take a suffix: `64MiB`, `10G`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Largest file that may be uploaded
    #[arg(long, env = "ALLELECAST_MAX_UPLOAD", default_value = "1TiB", value_parser = parse_size, value_name = "SIZE")]
    pub max_upload: u64,
    /// Largest PATCH that carries an Upload-Checksum; it is held in memory until it was checked
    #[arg(long, env = "ALLELECAST_MAX_CHECKED_PATCH", default_value = "64MiB", value_parser = parse_size, value_name = "SIZE")]
    pub max_checked_patch: u64,
    /// Bytes of raw files that one account may store
    #[arg(long, env = "ALLELECAST_QUOTA", default_value = "1TiB", value_parser = parse_size, value_name = "SIZE")]
    pub quota: u64,
    /// Bytes left free on the disk of the raw files; uploads are refused below
    #[arg(long, env = "ALLELECAST_DISK_RESERVE", default_value = "1GiB", value_parser = parse_size, value_name = "SIZE")]
    pub disk_reserve: u64,
    /// Seconds after its last byte at which an unfinished upload is given up; raw bytes of failed files are kept as long
    #[arg(
        long,
        env = "ALLELECAST_UPLOAD_EXPIRY",
        default_value_t = 86_400,
        value_name = "SECONDS"
    )]
    pub upload_expiry: u32,
    /// Seconds for which a version stays readable after it was superseded, and what it showed is kept
    #[arg(
        long,
        env = "ALLELECAST_RETENTION",
        default_value_t = 600,
        value_name = "SECONDS"
    )]
    pub retention: u32,
    /// Largest JSON body
    #[arg(long, env = "ALLELECAST_MAX_JSON", default_value = "1MiB", value_parser = parse_size, value_name = "SIZE")]
    pub max_json: u64,
    /// Largest JSON body of a call that carries a sample panel
    #[arg(long, env = "ALLELECAST_MAX_PANEL", default_value = "64MiB", value_parser = parse_size, value_name = "SIZE")]
    pub max_panel: u64,
    /// Seconds after which a request is given up (uploads and streams excepted)
    #[arg(
        long,
        env = "ALLELECAST_REQUEST_TIMEOUT",
        default_value_t = 30,
        value_name = "SECONDS"
    )]
    pub request_timeout: u32,
    /// Failed sign-ins, and registrations, of one account within the window
    #[arg(long, env = "ALLELECAST_ATTEMPTS_PER_ACCOUNT", default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub attempts_per_account: u32,
    /// Failed sign-ins, and registrations, from one network address within the window
    #[arg(long, env = "ALLELECAST_ATTEMPTS_PER_ADDRESS", default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub attempts_per_address: u32,
    /// Length of the window in which attempts are counted
    #[arg(
        long,
        env = "ALLELECAST_ATTEMPT_WINDOW",
        default_value_t = 900,
        value_name = "SECONDS"
    )]
    pub attempt_window: u32,
    /// Passwords hashed at once; each takes 19 MiB of memory
    #[arg(long, env = "ALLELECAST_CONCURRENT_HASHES", default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub concurrent_hashes: u32,
    /// Seconds after which somebody must sign in again
    #[arg(long, env = "ALLELECAST_SESSION_LIFETIME", default_value_t = 14 * 86_400, value_name = "SECONDS")]
    pub session_lifetime: u32,
    /// Seconds for which a WebSocket ticket is good
    #[arg(
        long,
        env = "ALLELECAST_TICKET_LIFETIME",
        default_value_t = 30,
        value_name = "SECONDS"
    )]
    pub ticket_lifetime: u32,
    /// API tokens that one account may have
    #[arg(long, env = "ALLELECAST_MAX_TOKENS", default_value_t = 50, value_name = "N")]
    pub max_tokens: u32,
    /// Rows of one page of samples or findings
    #[arg(long, env = "ALLELECAST_MAX_PAGE", default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_page: u32,
    /// Largest file that may be checked without being stored
    #[arg(long, env = "ALLELECAST_MAX_CHECK", default_value = "1TiB", value_parser = parse_size, value_name = "SIZE")]
    pub max_check: u64,
    /// Files checked at once; each takes a processor
    #[arg(long, env = "ALLELECAST_CONCURRENT_CHECKS", default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub concurrent_checks: u32,
    /// Seconds without a byte after which a check is given up
    #[arg(long, env = "ALLELECAST_CHECK_IDLE", default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    pub check_idle: u32,
    /// Exports that one account may keep
    #[arg(long, env = "ALLELECAST_MAX_EXPORTS", default_value_t = 100, value_name = "N")]
    pub max_exports: u32,
    /// Seconds after which an export is deleted
    #[arg(
        long,
        env = "ALLELECAST_EXPORT_EXPIRY",
        default_value_t = 7 * 86_400,
        value_name = "SECONDS"
    )]
    pub export_expiry: u32,
    /// Seconds that requests under way are given when the server stops
    #[arg(long, env = "ALLELECAST_DRAIN", default_value_t = 10, value_name = "SECONDS")]
    pub drain: u32,
}

impl Limits {
    /// [`Self::request_timeout`] as a duration.
    pub fn request_time(&self) -> Duration {
        Duration::from_secs(self.request_timeout.into())
    }

    /// [`Self::retention`] as a duration.
    pub fn retention_time(&self) -> Duration {
        Duration::from_secs(self.retention.into())
    }

    /// [`Self::check_idle`] as a duration.
    pub fn check_idle_time(&self) -> Duration {
        Duration::from_secs(self.check_idle.into())
    }

    /// [`Self::drain`] as a duration.
    pub fn drain_time(&self) -> Duration {
        Duration::from_secs(self.drain.into())
    }
}

impl Default for Limits {
    /// What the command line gives when it says nothing of limits.
    fn default() -> Self {
        #[derive(clap::Parser)]
        struct Alone {
            #[command(flatten)]
            limits: Limits,
        }
        <Alone as clap::Parser>::parse_from(["limits"]).limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_documented() {
        let limits = Limits::default();
        assert_eq!(limits.max_upload, 1 << 40);
        assert_eq!(limits.quota, 1 << 40);
        assert_eq!(limits.max_checked_patch, 64 << 20);
        assert_eq!(limits.disk_reserve, 1 << 30);
        assert_eq!(limits.max_json, 1 << 20);
        assert_eq!(limits.max_panel, 64 << 20);
        assert_eq!(limits.max_check, 1 << 40);
        assert_eq!(limits.check_idle_time(), Duration::from_secs(60));
        assert_eq!(limits.ticket_lifetime, 30);
        assert_eq!(limits.request_time(), Duration::from_secs(30));
        assert_eq!(limits.drain_time(), Duration::from_secs(10));
        assert_eq!(limits.retention_time(), Duration::from_secs(600));
    }
}
