//! `(epoch, seq)`: the name of one state of everything.

use serde::{Deserialize, Serialize};

/// Names the whole state of one database: `seq` counts its changes in commit order without gaps; `epoch` changes
/// when the database is no longer the same history (a restore, a failover), and then `seq`s do not compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// The history.
    pub epoch: i64,
    /// The position in it.
    pub seq: i64,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.epoch, self.seq)
    }
}

impl std::str::FromStr for Version {
    type Err = &'static str;

    /// Reads `epoch.seq`, as [`Version`] prints it.
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let (epoch, seq) = s.split_once('.').ok_or("a version is written epoch.seq")?;
        match (epoch.parse(), seq.parse()) {
            (Ok(epoch), Ok(seq)) => Ok(Self { epoch, seq }),
            _ => Err("a version is two whole numbers, epoch.seq"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads() {
        let version = Version { epoch: 3, seq: 41 };
        assert_eq!(version.to_string(), "3.41");
        assert_eq!("3.41".parse(), Ok(version));
        for bad in ["", "3", "3.", "a.b", "3.4.1"] {
            assert!(bad.parse::<Version>().is_err(), "{bad}");
        }
    }
}
