//! Where the private database lives and who owns it.
//!
//! Invariant: two data folders never lead to the same database, also where one was deleted and made again at the same
//! path.
//!
//! An ordinary user's database lies in `<data>/postgres`. Root's cannot: PostgreSQL runs as another user, who may not
//! reach the data folder, so it lies in `/var/lib/allelecast/<hash>`, the hash being that of the data folder's
//! absolute path and of `<data>/database-id`. `deploy/clean-data` computes the same.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::cluster::PORT;
use super::error::EmbeddedError;

const ROOT_BASE: &str = "/var/lib/allelecast";

/// The longest path of a Unix socket on Linux, without the closing zero byte.
const SOCKET_PATH_MAX: usize = 107;

/// The folders of one private database.
#[derive(Debug)]
pub(super) struct Place {
    data_dir: PathBuf,
    /// Holds everything that follows, save a socket whose path would be too long.
    pub(super) base: PathBuf,
    pub(super) socket_dir: PathBuf,
    /// Whom PostgreSQL runs as, if that is not the user that runs the server.
    pub(super) owner: Option<Owner>,
}

/// An ordinary user's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Place {
    /// Makes the folders around the database of `data_dir`, not the database.
    pub(super) fn prepare(data_dir: &Path) -> Result<Self, EmbeddedError> {
        fs::create_dir_all(data_dir).map_err(at(data_dir))?;
        let data_dir = data_dir.canonicalize().map_err(at(data_dir))?;
        let uid = rustix::process::geteuid().as_raw();
        let hash = hash(&data_dir, &database_id(&data_dir)?);
        let place = if uid == 0 {
            make_dir(Path::new(ROOT_BASE), 0o755)?;
            let base = Path::new(ROOT_BASE).join(hash);
            let owner = match fs::metadata(base.join("data")) {
                Ok(data) => Owner {
                    uid: data.uid(),
                    gid: data.gid(),
                },
                Err(_) => {
                    ordinary_user(&fs::read_to_string("/etc/passwd").map_err(at(Path::new("/etc/passwd")))?)?
                }
            };
            make_dir(&base, 0o711)?;
            Self {
                socket_dir: base.join("socket"),
                data_dir,
                base,
                owner: Some(owner),
            }
        } else {
            let base = data_dir.join("postgres");
            make_dir(&base, 0o700)?;
            Self {
                socket_dir: socket_dir(&base, uid, &hash),
                data_dir,
                base,
                owner: None,
            }
        };
        place.make_owned_dir(&place.socket_dir)?;
        Ok(place)
    }

    /// The database's own files.
    pub(super) fn data(&self) -> PathBuf {
        self.base.join("data")
    }

    /// What PostgreSQL prints.
    pub(super) fn log(&self) -> PathBuf {
        self.base.join("postgresql.log")
    }

    pub(super) fn is_initialised(&self) -> bool {
        self.data().join("PG_VERSION").exists()
    }

    /// The data folder of PostgreSQL and the major version that wrote it, if there is one.
    pub(super) fn stored_major(&self) -> Result<Option<(PathBuf, u32)>, EmbeddedError> {
        let path = self.data().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => {
                let invalid = || io::Error::new(io::ErrorKind::InvalidData, "not a version number");
                Ok(Some((
                    self.data(),
                    text.trim().parse().map_err(|_| at(&path)(invalid()))?,
                )))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path)(error)),
        }
    }

    /// Takes the folder for this process for as long as the returned file is open.
    pub(super) fn lock(&self) -> Result<File, EmbeddedError> {
        let path = self.base.join("lock");
        let mut options = File::options();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder).map_err(at(&path))?;
                return Err(EmbeddedError::InUse {
                    data_dir: self.data_dir.clone(),
                    holder,
                });
            }
            Err(fs::TryLockError::Error(error)) => return Err(at(&path)(error)),
        }
        file.set_len(0)
            .and_then(|()| write!(file, "{}", std::process::id()))
            .map_err(at(&path))?;
        Ok(file)
    }

    /// Makes a folder that PostgreSQL's user alone can enter.
    pub(super) fn make_owned_dir(&self, path: &Path) -> Result<(), EmbeddedError> {
        make_dir(path, 0o700)?;
        if let Some(owner) = self.owner {
            chown(path, Some(owner.uid), Some(owner.gid)).map_err(at(path))?;
        }
        Ok(())
    }
}

/// Takes the socket's folder out of `/tmp` again, if it had to be there.
impl Drop for Place {
    fn drop(&mut self) {
        if !self.socket_dir.starts_with(&self.base) {
            // It is not empty only if PostgreSQL did not end; the next start uses it again.
            let _ = fs::remove_dir(&self.socket_dir);
        }
    }
}

/// Says which path an error is about.
pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> EmbeddedError + '_ {
    move |source| EmbeddedError::Folder {
        path: path.into(),
        source,
    }
}

/// Makes the folder if it is missing; refuses one that is a link or that somebody else could have put there.
fn make_dir(path: &Path, mode: u32) -> Result<(), EmbeddedError> {
    match fs::DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(at(path)(error)),
        _ => {}
    }
    let found = fs::symlink_metadata(path).map_err(at(path))?;
    let us = rustix::process::geteuid().as_raw();
    if !found.is_dir() || (found.uid() != us && us != 0) {
        return Err(at(path)(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "it belongs to somebody else",
        )));
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(at(path))
}

/// `<data>/database-id`: 16 hexadecimal digits, made once, that tell this data folder from an earlier one of the
/// same path.
fn database_id(data_dir: &Path) -> Result<String, EmbeddedError> {
    let path = data_dir.join("database-id");
    match File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
    {
        Ok(mut file) => write!(file, "{}", hex::encode(rand::random::<[u8; 8]>())).map_err(at(&path))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(at(&path)(error)),
    }
    fs::read_to_string(&path).map_err(at(&path))
}

fn hash(data_dir: &Path, id: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(data_dir.as_os_str().as_encoded_bytes());
    digest.update(b"\n");
    digest.update(id);
    hex::encode(&digest.finalize()[..8])
}

/// Beside the data where the path is short enough for a socket, otherwise in `/tmp`.
fn socket_dir(base: &Path, uid: u32, hash: &str) -> PathBuf {
    let beside = base.join("socket");
    let socket = beside.join(format!(".s.PGSQL.{PORT}"));
    if socket.as_os_str().len() <= SOCKET_PATH_MAX {
        beside
    } else {
        PathBuf::from(format!("/tmp/allelecast-{uid}-{hash}"))
    }
}

/// The user `postgres`, else `nobody`, in the text of `/etc/passwd`.
fn ordinary_user(passwd: &str) -> Result<Owner, EmbeddedError> {
    let find = |name: &str| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let found = fields.next()? == name;
            let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
            (found && uid != 0).then_some(Owner { uid, gid })
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .ok_or(EmbeddedError::NoOrdinaryUser)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn socket_paths_stay_short() {
        let short = socket_dir(Path::new("/srv/ada/allelecast/data/postgres"), 1000, "abc");
        assert_eq!(short, Path::new("/srv/ada/allelecast/data/postgres/socket"));
        // "/socket/.s.PGSQL.5432" takes 21 bytes, so 86 is the longest base that fits.
        let base = |length: usize| PathBuf::from(format!("/{}", "x".repeat(length - 1)));
        assert_eq!(socket_dir(&base(86), 1000, "abc"), base(86).join("socket"));
        assert_eq!(
            socket_dir(&base(87), 1000, "abc"),
            Path::new("/tmp/allelecast-1000-abc")
        );
    }

    #[test]
    fn ordinary_users() {
        let (root, nobody) = (
            "root:x:0:0::/root:/bin/sh\n",
            "nobody:x:65534:65533::/:/bin/false\n",
        );
        let postgres = "postgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";
        for (passwd, expected) in [
            (
                format!("{root}{nobody}{postgres}"),
                Some(Owner { uid: 101, gid: 104 }),
            ),
            (
                format!("{root}{nobody}"),
                Some(Owner {
                    uid: 65534,
                    gid: 65533,
                }),
            ),
            (format!("{root}postgres:x:0:0::/:/bin/sh\n"), None),
            (root.to_owned(), None),
        ] {
            assert_eq!(ordinary_user(&passwd).ok(), expected, "{passwd}");
        }
    }

    #[test]
    fn a_folder_made_again_gets_another_database() {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("data");
        let hash_now = || {
            fs::create_dir_all(&data).unwrap();
            hash(&data, &database_id(&data).unwrap())
        };
        let first = hash_now();
        assert_eq!(hash_now(), first);
        fs::remove_dir_all(&data).unwrap();
        fs::create_dir_all(&data).unwrap();
        assert_ne!(hash(&data, &database_id(&data).unwrap()), first);
    }
}
