//! Passwords.
//!
//! Invariant: argon2id, off the asynchronous threads, a bounded number at once; an unknown account costs as much as
//! a wrong password.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{self, PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use tokio::sync::Semaphore;

/// Fewest characters of a password.
pub const SHORTEST: usize = 10;
/// Most bytes of a password; hashing is not a way to occupy the server.
pub const LONGEST: usize = 1024;

/// A failure to hash or to compare.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The library refused.
    #[error("password hash: {0}")]
    Hash(password_hash::Error),
    /// The thread panicked.
    #[error("password hash: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

impl From<password_hash::Error> for Error {
    fn from(error: password_hash::Error) -> Self {
        Self::Hash(error)
    }
}

/// Hashes and compares passwords; cheap to clone.
#[derive(Debug, Clone)]
pub struct Passwords {
    // Each hash takes 19 MiB: a burst of sign-ins waits here instead of filling the memory.
    slots: Arc<Semaphore>,
    // Compared with when there is no such account.
    nobody: Arc<str>,
}

impl Passwords {
    /// At most `concurrent` at once.
    pub fn new(concurrent: u32) -> Result<Self, Error> {
        let nobody = hash("nobody's password")?;
        Ok(Self {
            slots: Arc::new(Semaphore::new(concurrent as usize)),
            nobody: nobody.into(),
        })
    }

    /// A new hash, as a PHC string.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        self.run(move || hash(&password)).await
    }

    /// Whether the password is the one hashed; without a hash the answer is no and takes as long.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, Error> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.to_string());
        let equal = self.run(move || {
            let stored = PasswordHash::new(&stored)?;
            match Argon2::default().verify_password(password.as_bytes(), &stored) {
                Ok(()) => Ok(true),
                Err(password_hash::Error::Password) => Ok(false),
                Err(error) => Err(error.into()),
            }
        });
        Ok(equal.await? && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        // The permit travels with the work: a caller that gives up does not free the memory.
        let permit = self
            .slots
            .clone()
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let task = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        task.await?
    }
}

fn hash(password: &str) -> Result<String, Error> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(Argon2::default()
        .hash_password(password.as_bytes(), &salt)?
        .to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_account_passes() {
        let passwords = Passwords::new(1).unwrap();
        let stored = passwords.hash("correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        assert!(
            passwords
                .verify("correct horse".into(), Some(stored.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("wrong horse".into(), Some(stored))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("nobody's password".into(), None).await.unwrap());
    }
}
