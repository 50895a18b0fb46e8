//! Taking the port, and naming who has it if somebody does.

mod holder;

use std::net::SocketAddr;

use tokio::net::TcpListener;

use holder::Holder;

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else listens there.
    #[error("port {} is taken by {}: stop that, or choose another with --listen {}:PORT", address.port(), holder, address.ip())]
    Busy {
        /// The address wanted.
        address: SocketAddr,
        /// Who has it.
        holder: Holder,
    },
    /// Anything else.
    #[error("cannot listen on {address}: {source}")]
    Other {
        /// The address wanted.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Listens on the address.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == std::io::ErrorKind::AddrInUse {
            ListenError::Busy {
                address,
                holder: Holder::of_port(address.port()),
            }
        } else {
            ListenError::Other { address, source }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_busy_port_names_its_holder() {
        let first = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = first.local_addr().unwrap();
        let text = listen(address).await.unwrap_err().to_string();
        let binary = std::env::current_exe().unwrap();
        let name = binary.file_name().unwrap().to_str().unwrap();
        let expected = format!(
            "port {} is taken by process {} ({name})",
            address.port(),
            std::process::id()
        );
        assert!(text.starts_with(&expected), "{text}");
        assert!(text.ends_with("--listen 127.0.0.1:PORT"), "{text}");
    }
}
