//! Secrets that are handed out: API tokens and WebSocket tickets.
//!
//! Invariant: 256 random bits, so an unsalted SHA-256 is enough to store them by.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A new secret with a prefix by which people and scanners recognise it.
pub fn generate(prefix: &str) -> String {
    let bytes: [u8; 32] = rand::random();
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a secret.
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_differ() {
        let (one, other) = (generate("act_"), generate("act_"));
        assert_ne!(one, other);
        assert_eq!((one.len(), &one[..4]), (47, "act_"));
        assert_ne!(digest(&one), digest(&other));
    }
}
