//! Finds an installed PostgreSQL.
//!
//! Invariant: a database is only ever opened by the major version that wrote it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::EmbeddedError;

/// The oldest major version whose SQL the server speaks.
pub(super) const OLDEST_MAJOR: u32 = 15;

/// Where Debian and Ubuntu keep one folder per major version.
const VERSIONED: &str = "/usr/lib/postgresql";

/// The programs of one PostgreSQL installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// The installation of the `stored` major version, or without one the newest.
    pub(super) fn find(stored: Option<(PathBuf, u32)>) -> Result<Self, EmbeddedError> {
        let folders = folders();
        let found = folders.iter().filter_map(|folder| Self::at(folder)).collect();
        choose(found, stored).map_err(|error| match error {
            EmbeddedError::NoBinaries { .. } => EmbeddedError::NoBinaries { looked_in: folders },
            other => other,
        })
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    fn at(folder: &Path) -> Option<Self> {
        if !folder.join("initdb").is_file() {
            return None;
        }
        let output = Command::new(folder.join("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        let major = parse_major(&String::from_utf8_lossy(&output.stdout))?;
        (major >= OLDEST_MAJOR).then(|| Self {
            folder: folder.into(),
            major,
        })
    }
}

fn choose(found: Vec<Binaries>, stored: Option<(PathBuf, u32)>) -> Result<Binaries, EmbeddedError> {
    let Some((data, stored)) = stored else {
        return found
            .into_iter()
            .max_by_key(|binaries| binaries.major)
            .ok_or(EmbeddedError::NoBinaries {
                looked_in: Vec::new(),
            });
    };
    let majors: Vec<_> = found.iter().map(|binaries| binaries.major.to_string()).collect();
    found
        .into_iter()
        .find(|binaries| binaries.major == stored)
        .ok_or_else(|| EmbeddedError::OtherVersion {
            data,
            stored,
            found: if majors.is_empty() {
                "none".into()
            } else {
                majors.join(", ")
            },
        })
}

/// `pg_config --bindir`, the versioned folders, then every folder of `PATH`.
fn folders() -> Vec<PathBuf> {
    let configured = Command::new("pg_config")
        .arg("--bindir")
        .output()
        .ok()
        .filter(|output| output.status.success());
    let mut folders: Vec<PathBuf> = configured
        .iter()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().into())
        .collect();
    if let Ok(versions) = std::fs::read_dir(VERSIONED) {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    if let Some(path) = std::env::var_os("PATH") {
        folders.extend(std::env::split_paths(&path));
    }
    let mut seen = std::collections::HashSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    folders
}

/// The major version in what `postgres --version` prints.
fn parse_major(text: &str) -> Option<u32> {
    let version = text.strip_prefix("postgres (PostgreSQL) ")?;
    version
        .split(|character: char| !character.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn majors() {
        for (text, major) in [
            ("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("postgres (PostgreSQL) 17\n", Some(17)),
            ("postgres (EnterpriseDB) 15.1\n", None),
            ("", None),
        ] {
            assert_eq!(parse_major(text), major, "{text:?}");
        }
    }

    #[test]
    fn the_stored_version_wins_over_a_newer_one() {
        let found = || {
            [16, 15, 17]
                .map(|major| Binaries {
                    folder: format!("/{major}").into(),
                    major,
                })
                .to_vec()
        };
        assert_eq!(choose(found(), None).unwrap().major, 17);
        assert_eq!(choose(found(), Some(("/data".into(), 15))).unwrap().major, 15);
        let error = choose(found(), Some(("/data".into(), 14)))
            .unwrap_err()
            .to_string();
        assert!(error.contains("written by PostgreSQL 14"), "{error}");
        assert!(error.contains("16, 15, 17"), "{error}");
        assert!(matches!(
            choose(Vec::new(), None),
            Err(EmbeddedError::NoBinaries { .. })
        ));
    }
}
