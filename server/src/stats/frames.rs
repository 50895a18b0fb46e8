//! Frames to and from a worker, as `allelecast_protocol::r` says.
//!
//! Invariant: what is read is a whole frame or an error that says whether the channel ended or carried something else.

use std::io;

use allelecast_protocol::r::{
    MAX_HEADER_BYTES, MAX_PAYLOAD_BYTES, PREFIX_BYTES, RReply, RRequest, lengths, prefix,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Why no frame was read.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    /// The worker is gone.
    #[error("the channel ended")]
    Ended,
    /// Something else came.
    #[error("{0}")]
    Rubbish(String),
}

/// Sends a request; the payload is in pieces.
pub(super) async fn send(
    to: &mut (impl AsyncWrite + Unpin),
    request: &RRequest,
    payload: &[&[u8]],
) -> io::Result<()> {
    let header = serde_json::to_vec(request)?;
    let bytes: usize = payload.iter().map(|piece| piece.len()).sum();
    let length = u32::try_from(header.len())
        .ok()
        .filter(|&length| length <= MAX_HEADER_BYTES);
    let (Some(length), true) = (length, bytes as u64 <= MAX_PAYLOAD_BYTES) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    to.write_all(&prefix(length, bytes as u64)).await?;
    to.write_all(&header).await?;
    for piece in payload {
        to.write_all(piece).await?;
    }
    to.flush().await
}

/// Reads a reply and its payload.
pub(super) async fn receive(from: &mut (impl AsyncRead + Unpin)) -> Result<(RReply, Vec<u8>), FrameError> {
    let mut start = [0; PREFIX_BYTES];
    from.read_exact(&mut start).await.map_err(|_| FrameError::Ended)?;
    let rubbish =
        |bytes: &[u8]| FrameError::Rubbish(format!("it wrote {:?}", String::from_utf8_lossy(bytes)));
    let (header, payload) = lengths(&start).ok_or_else(|| rubbish(&start))?;
    let mut header_bytes = vec![0; header];
    from.read_exact(&mut header_bytes)
        .await
        .map_err(|_| FrameError::Ended)?;
    let reply =
        serde_json::from_slice(&header_bytes).map_err(|error| FrameError::Rubbish(error.to_string()))?;
    let mut payload_bytes = vec![0; payload];
    from.read_exact(&mut payload_bytes)
        .await
        .map_err(|_| FrameError::Ended)?;
    Ok((reply, payload_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(header: &str, payload: &[u8]) -> Vec<u8> {
        let start = prefix(header.len() as u32, payload.len() as u64);
        [&start, header.as_bytes(), payload].concat()
    }

    #[tokio::test]
    async fn a_request_is_one_frame() {
        let request = RRequest {
            id: 1,
            tool: "hwe".into(),
            arguments: [].into(),
            tables: Vec::new(),
        };
        let mut sent = Vec::new();
        send(&mut sent, &request, &[b"ab", b"c"]).await.unwrap();
        let header = r#"{"id":1,"tool":"hwe","arguments":{},"tables":[]}"#;
        assert_eq!(sent, frame(header, b"abc"));
    }

    #[tokio::test]
    async fn a_reply_is_read_with_its_payload() {
        let bytes = frame(r#"{"type":"result","id":4,"warnings":[]}"#, b"xyz");
        let (reply, payload) = receive(&mut bytes.as_slice()).await.unwrap();
        assert_eq!(
            reply,
            RReply::Result {
                id: 4,
                warnings: Vec::new()
            }
        );
        assert_eq!(payload, b"xyz");
    }

    #[tokio::test]
    async fn the_end_and_rubbish_are_told_apart() {
        let whole = frame(r#"{"type":"progress","id":4,"share":1}"#, b"xyz");
        for cut in 0..whole.len() {
            let cut = receive(&mut &whole[..cut]).await;
            assert!(matches!(cut, Err(FrameError::Ended)));
        }
        for rubbish in [
            b"Loading required package".to_vec(),
            frame("{}", b""),
            frame("no", b""),
        ] {
            let read = receive(&mut rubbish.as_slice()).await;
            assert!(matches!(read, Err(FrameError::Rubbish(_))));
        }
    }
}
