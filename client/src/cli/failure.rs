//! Why a command failed, and its exit code.

use std::io::Write;
use std::process::ExitCode;

use allelecast_client::Error;
use allelecast_client::protocol::ErrorCode;

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// Exit code 1.
    pub fn other(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 1,
        }
    }

    /// Exit code 3.
    pub fn not_signed_in(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 3,
        }
    }

    /// Exit code 4.
    pub fn refused(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code: 4,
        }
    }

    /// The same, with more lines.
    pub fn and_then(mut self, more: &str) -> Self {
        self.message.push('\n');
        self.message.push_str(more);
        self
    }

    /// Tells the person at the terminal.
    pub fn report(&self) {
        // Nothing is left to do if standard error is closed.
        let _ = writeln!(std::io::stderr(), "allelecast: {}", self.message);
    }

    /// What the process ends with.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error.code() {
            Some(ErrorCode::Unauthenticated) => {
                Self::not_signed_in("not signed in: run `allelecast login` first")
            }
            Some(ErrorCode::InvalidCredentials) => Self::not_signed_in(message),
            Some(ErrorCode::FileRefused) => Self::refused(message),
            _ => Self::other(message),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::other(error.to_string())
    }
}
