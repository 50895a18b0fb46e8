//! The command line and the environment.
//!
//! Invariant: every setting has a name on the command line and one in the environment; the command line wins.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use allelecast_protocol::size::parse_size;
use clap::{Args, Parser, Subcommand};

use super::check::CheckArgs;
use crate::domain::build::Build;
use crate::http::{Demo, Limits};
use crate::knowledge::Source;
use crate::query::EngineLimits;
use crate::stats::WorkerConfig;

/// Live allele frequencies for each of your sample groups.
#[derive(Debug, Parser)]
#[command(name = "allelecast-server", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// How to write the log.
    #[command(flatten)]
    pub log: LogConfig,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve
    Serve(Box<Config>),
    /// Judge VCF files by the specification; no database needed
    Check(CheckArgs),
    /// Bring the database's schema up to date and exit
    Migrate(DatabaseConfig),
    /// Accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Gene annotation
    #[command(subcommand)]
    Genes(GenesCommand),
    /// Reference sequences, by which imports left-align alleles and check REF
    #[command(subcommand)]
    Reference(ReferenceCommand),
}

/// Commands about accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make an account; prints its password unless one is given
    Add {
        /// Address to sign in with
        email: String,
        /// Name shown to colleagues
        #[arg(long)]
        name: Option<String>,
        /// Where its password comes from.
        #[command(flatten)]
        password: PasswordSource,
        /// Where the database is.
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// List the accounts
    List {
        /// Where the database is.
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// Set a new password and end the account's sessions; prints it unless one is given
    ResetPassword {
        /// Address of the account
        email: String,
        /// Where its password comes from.
        #[command(flatten)]
        password: PasswordSource,
        /// Where the database is.
        #[command(flatten)]
        database: DatabaseConfig,
    },
}

/// Commands about gene annotation.
#[derive(Debug, Subcommand)]
pub enum GenesCommand {
    /// Replace what a source says of a build by a file
    Import {
        /// The file, plain or gzip
        file: PathBuf,
        /// Which annotation.
        #[command(flatten)]
        annotation: AnnotationArgs,
        /// Where the database is.
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// List what is loaded
    List {
        /// Where the database is.
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// List what of an annotation was refused, or decided by the rule for conflicting names
    Refused {
        /// Which annotation.
        #[command(flatten)]
        annotation: AnnotationArgs,
        /// Where the database is.
        #[command(flatten)]
        database: DatabaseConfig,
    },
}

/// Commands about reference sequences.
#[derive(Debug, Subcommand)]
pub enum ReferenceCommand {
    /// Give a build its sequences, from a FASTA, plain or gzip
    ///
    /// Names must be those of the build or their aliases (1, chr1, NC_000001.11), lengths exact. Where an index lies
    /// beside the file (file.fa.gz.fai) it is compared; none is needed. The bases are copied into the data folder (half
    /// a byte each), where all instances read them.
    Add {
        /// Reference build: GRCh37, GRCh38 or T2T-CHM13
        build: Build,
        /// The FASTA
        file: PathBuf,
        /// Where the database is.
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// List the builds' sequences
    List {
        /// Where the database is.
        #[command(flatten)]
        database: DatabaseConfig,
    },
    /// Take a build's sequences away; files imported with them stay as they are
    Remove {
        /// Reference build: GRCh37, GRCh38 or T2T-CHM13
        build: Build,
        /// Where the database is.
        #[command(flatten)]
        database: DatabaseConfig,
    },
}

/// Which annotation.
#[derive(Debug, Clone, Copy, Args)]
pub struct AnnotationArgs {
    /// Reference build: GRCh37, GRCh38 or T2T-CHM13
    #[arg(long, value_name = "BUILD")]
    pub build: Build,
    /// Source: biovizBase or ideogram
    #[arg(long, value_name = "SOURCE")]
    pub source: Source,
}

/// Where a password comes from.
#[derive(Debug, Args)]
pub struct PasswordSource {
    /// Read the password from the first line of standard input instead of making one
    #[arg(long)]
    pub password_stdin: bool,
}

/// Where the database is.
#[derive(Debug, Clone, Args)]
pub struct DatabaseConfig {
    /// PostgreSQL to use; without it the server runs a private one below the data folder
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Folder of everything that the server keeps
    #[arg(
        long,
        env = "ALLELECAST_DATA_DIR",
        default_value = "data",
        value_name = "FOLDER"
    )]
    pub data_dir: PathBuf,
    /// Connections to the database
    #[arg(long, env = "ALLELECAST_DATABASE_CONNECTIONS", default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    pub database_connections: u32,
    /// Seconds to wait for a database that is away at start
    #[arg(
        long,
        env = "ALLELECAST_DATABASE_PATIENCE",
        default_value_t = 30,
        value_name = "SECONDS"
    )]
    pub database_patience: u32,
}

/// What `serve` needs.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Where the database is.
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(
        long,
        env = "ALLELECAST_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,
    /// Where people reach the server, if not at the address it listens on
    #[arg(long, env = "ALLELECAST_PUBLIC_URL", value_name = "URL", value_parser = parse_url)]
    pub public_url: Option<String>,
    /// Further origins whose pages may change things; the public URL's is one anyway
    #[arg(long = "allow-origin", env = "ALLELECAST_ALLOWED_ORIGINS", value_delimiter = ',', value_name = "ORIGIN", value_parser = parse_url)]
    pub allowed_origins: Vec<String>,
    /// Addresses of proxies whose X-Forwarded-For is believed
    #[arg(
        long = "trust-proxy",
        env = "ALLELECAST_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "ADDRESS"
    )]
    pub trusted_proxies: Vec<IpAddr>,
    /// Folder of the pages' bundle
    #[arg(
        long,
        env = "ALLELECAST_STATIC_DIR",
        default_value = "static/dist",
        value_name = "FOLDER"
    )]
    pub static_dir: PathBuf,
    /// Folder of the gene annotation that `deploy/genes` fetched; loaded where a build has none
    #[arg(
        long,
        env = "ALLELECAST_GENES_DIR",
        default_value = "data/cache/genes",
        value_name = "FOLDER"
    )]
    pub genes_dir: PathBuf,
    /// Redis that carries hints between instances; an instance alone needs none
    #[arg(long, env = "REDIS_URL", hide_env_values = true, value_name = "URL")]
    pub redis_url: Option<String>,
    /// Imports and other background jobs at once; as many as there are cores, from 2 to 8, if nothing is said
    #[arg(long, env = "ALLELECAST_JOBS", default_value_t = default_jobs(), value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub jobs: u32,
    /// What the engine may keep.
    #[command(flatten)]
    pub engine: EngineConfig,
    /// How R is used.
    #[command(flatten)]
    pub statistics: StatisticsConfig,
    /// The demo data.
    #[command(flatten)]
    pub demo: Demo,
    /// Limits.
    #[command(flatten)]
    pub limits: Limits,
}

/// An import keeps about one core busy, and takes up to 256 MiB.
fn default_jobs() -> u32 {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    cores.clamp(2, 8) as u32
}

/// How R is used.
#[derive(Debug, Clone, Args)]
pub struct StatisticsConfig {
    /// The program that runs R; without it, the one beside this program
    #[arg(long, env = "ALLELECAST_R_WORKER", value_name = "PROGRAM")]
    pub r_worker: Option<PathBuf>,
    /// Folder of the R package's sources; where there is none, the installed package is used
    #[arg(long, env = "ALLELECAST_R_DIR", default_value = "r", value_name = "FOLDER")]
    pub r_dir: PathBuf,
    /// R processes at once
    #[arg(long, env = "ALLELECAST_R_WORKERS", default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub r_workers: u32,
    /// Address space of an R process
    #[arg(long, env = "ALLELECAST_R_MEMORY", default_value = "2GiB", value_parser = parse_size, value_name = "SIZE")]
    pub r_memory: u64,
    /// Seconds that R may work on one group
    #[arg(long, env = "ALLELECAST_R_TIME", default_value_t = 300, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub r_time: u64,
}

impl StatisticsConfig {
    /// As the pool takes them.
    pub fn workers(&self) -> WorkerConfig {
        let beside = || {
            let own = std::env::current_exe().unwrap_or_default();
            own.with_file_name("allelecast-r")
        };
        WorkerConfig {
            program: self.r_worker.clone().unwrap_or_else(beside),
            r_dir: self.r_dir.clone(),
            memory: self.r_memory,
            time: Duration::from_secs(self.r_time),
            size: self.r_workers as usize,
            arguments: Vec::new(),
        }
    }
}

/// What the query engine may keep in memory.
#[derive(Debug, Clone, Args)]
pub struct EngineConfig {
    /// Memory for decoded columns
    #[arg(long, env = "ALLELECAST_COLUMN_CACHE", default_value = "512MiB", value_parser = parse_size, value_name = "SIZE")]
    pub column_cache: u64,
    /// Memory for partial answers
    #[arg(long, env = "ALLELECAST_PARTIAL_CACHE", default_value = "128MiB", value_parser = parse_size, value_name = "SIZE")]
    pub partial_cache: u64,
}

impl EngineConfig {
    /// As the engine takes them.
    pub fn limits(&self) -> EngineLimits {
        EngineLimits {
            column_bytes: self.column_cache,
            partial_bytes: self.partial_cache,
            ..EngineLimits::default()
        }
    }
}

impl Config {
    /// The defaults of the command line, without the environment.
    pub fn for_tests(database_url: &str, data_dir: PathBuf) -> Self {
        let url = database_url.to_owned();
        Config {
            database: DatabaseConfig {
                database_url: Some(url),
                data_dir: data_dir.clone(),
                database_connections: 8,
                database_patience: 5,
            },
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            static_dir: "static/dist".into(),
            genes_dir: data_dir.join("genes"),
            redis_url: None,
            jobs: 2,
            engine: EngineConfig {
                column_cache: 64 << 20,
                partial_cache: 16 << 20,
            },
            statistics: StatisticsConfig {
                r_worker: None,
                r_dir: "../r".into(),
                r_workers: 1,
                r_memory: 2 << 30,
                r_time: 120,
            },
            demo: Demo::default(),
            limits: Limits::default(),
        }
    }
}

/// How the log is written.
#[derive(Debug, Clone, Args)]
pub struct LogConfig {
    /// Form of the log
    #[arg(long, env = "ALLELECAST_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text, global = true)]
    pub log_format: LogFormat,
    /// What is logged, as tracing's filters are written: `info`, `debug,sqlx=warn`
    #[arg(
        long,
        env = "ALLELECAST_LOG",
        default_value = "info",
        global = true,
        value_name = "FILTER"
    )]
    pub log: String,
}

/// Forms of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A URL with a host and no path.
fn parse_url(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || url.path() != "/" || url.query().is_some() {
        return Err("write http://host:port or https://host".to_owned());
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_setting_of_serve_has_a_name_in_the_environment() {
        let cli = Cli::command();
        let serve = cli.find_subcommand("serve").unwrap();
        for argument in serve
            .get_arguments()
            .filter(|argument| argument.get_id() != "help")
        {
            assert!(argument.get_env().is_some(), "{}", argument.get_id());
            assert!(argument.get_help().is_some(), "{}", argument.get_id());
        }
    }

    #[test]
    fn urls_are_reduced_to_origins() {
        for (text, expected) in [
            ("http://127.0.0.1:8080/", Some("http://127.0.0.1:8080")),
            ("https://Example.org:443", Some("https://example.org")),
            ("ftp://example.org", None),
            ("https://example.org/allelecast", None),
            ("example.org", None),
        ] {
            assert_eq!(parse_url(text).ok().as_deref(), expected, "{text}");
        }
    }
}
