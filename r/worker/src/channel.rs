//! The channel to the server: standard input and output, taken before R can touch them.
//!
//! Invariant: nothing but [`Replies::send`] writes to the server. A thread reads; when the server closes the channel, or
//! is gone, that thread ends the process.

use std::fs::File;
use std::io::{Error, Read, Result, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};

use allelecast_protocol::r::{PREFIX_BYTES, RReply, RRequest, lengths, prefix};

/// A request with its payload.
pub struct Message {
    pub request: RRequest,
    pub payload: Vec<u8>,
}

/// The way to the server.
#[derive(Clone)]
pub struct Replies(Arc<Mutex<File>>);

/// Takes standard input and output for the channel; from here on, R's output goes to standard error and its input is
/// empty.
pub fn take(scratch: Option<PathBuf>) -> Result<(Receiver<Message>, Replies)> {
    let (mut input, output) = (duplicate(libc::STDIN_FILENO)?, duplicate(libc::STDOUT_FILENO)?);
    let nothing = File::open("/dev/null")?;
    replace(nothing.as_raw_fd(), libc::STDIN_FILENO)?;
    replace(libc::STDERR_FILENO, libc::STDOUT_FILENO)?;
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        while let Ok(message) = read(&mut input) {
            if sender.send(message).is_err() {
                return;
            }
        }
        remove_scratch(scratch.as_deref());
        // SAFETY: ends the process without the exit handlers of R, which may be at work in its own thread.
        unsafe { libc::_exit(0) }
    });
    Ok((receiver, Replies(Arc::new(Mutex::new(output)))))
}

/// Deletes R's temporary files.
pub fn remove_scratch(scratch: Option<&Path>) {
    if let Some(scratch) = scratch {
        // Who deletes it first does not matter, and nobody is left to be told of a failure.
        let _ = std::fs::remove_dir_all(scratch);
    }
}

/// Says a last word on standard error, which the server keeps.
pub fn complain(message: &str) {
    // Without standard error there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "allelecast-r: {message}");
}

impl Replies {
    /// Sends a reply with its payload.
    pub fn send(&self, reply: &RReply, payload: &[u8]) -> Result<()> {
        let header = serde_json::to_vec(reply)?;
        let length = u32::try_from(header.len()).map_err(Error::other)?;
        let mut frame = prefix(length, payload.len() as u64).to_vec();
        frame.extend_from_slice(&header);
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        output.write_all(&frame)?;
        output.write_all(payload)
    }

    /// Writes bytes that are no frame.
    #[cfg(debug_assertions)]
    pub fn write_rubbish(&self, bytes: &[u8]) {
        let mut output = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = output.write_all(bytes);
    }
}

fn read(input: &mut impl Read) -> Result<Message> {
    let mut start = [0; PREFIX_BYTES];
    input.read_exact(&mut start)?;
    let (header, payload) = lengths(&start).ok_or_else(|| Error::other("no frame begins here"))?;
    let (mut header, mut payload) = (vec![0; header], vec![0; payload]);
    input.read_exact(&mut header)?;
    input.read_exact(&mut payload)?;
    Ok(Message {
        request: serde_json::from_slice(&header)?,
        payload,
    })
}

/// A copy of a descriptor that programs started by R do not inherit.
fn duplicate(descriptor: i32) -> Result<File> {
    // SAFETY: a plain system call; the descriptor that it makes belongs to nobody else.
    let copy = unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 3) };
    if copy < 0 {
        return Err(Error::last_os_error());
    }
    // SAFETY: as above.
    Ok(unsafe { File::from_raw_fd(copy) })
}

fn replace(from: i32, to: i32) -> Result<()> {
    // SAFETY: a plain system call; both descriptors are open.
    match unsafe { libc::dup2(from, to) } {
        -1 => Err(Error::last_os_error()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(header: &[u8], payload: &[u8]) -> Vec<u8> {
        [
            &prefix(header.len() as u32, payload.len() as u64),
            header,
            payload,
        ]
        .concat()
    }

    #[test]
    fn frames_are_read_one_by_one() {
        let header = br#"{"id":1,"tool":"hwe"}"#;
        let two = [frame(header, b"abc"), frame(header, b"")].concat();
        let mut input = two.as_slice();
        let first = read(&mut input).unwrap();
        assert_eq!(
            (first.request.tool.as_str(), first.payload.as_slice()),
            ("hwe", &b"abc"[..])
        );
        assert!(read(&mut input).unwrap().payload.is_empty());
        assert!(read(&mut input).is_err(), "the end");
    }

    #[test]
    fn cut_and_wrong_frames_are_errors() {
        let whole = frame(br#"{"id":1,"tool":"hwe"}"#, b"abc");
        for cut in 0..whole.len() {
            assert!(read(&mut &whole[..cut]).is_err(), "{cut}");
        }
        for wrong in [frame(b"{}", b""), b"hello, world, hello".to_vec()] {
            assert!(read(&mut wrong.as_slice()).is_err());
        }
    }
}
