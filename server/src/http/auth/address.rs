//! The network address that a request came from.
//!
//! Invariant: `X-Forwarded-For` is believed only as far as trusted proxies wrote it.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::http::AppState;

/// The client's address, for rate limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| {
            peer.0.ip().to_canonical()
        });
        Ok(Self(client(
            peer,
            &parts.headers,
            &state.settings.trusted_proxies,
        )))
    }
}

/// The last address of the chain that is not a trusted proxy.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut address = peer;
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let mut hops = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.rsplit(','));
    while trusted.contains(&address) {
        match hops.next().map(|hop| hop.trim().parse::<IpAddr>()) {
            Some(Ok(hop)) => address = hop.to_canonical(),
            _ => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        for (peer, forwarded, trusted, expected) in [
            ("9.9.9.9", "1.2.3.4", "", "9.9.9.9"),
            ("127.0.0.1", "1.2.3.4", "127.0.0.1", "1.2.3.4"),
            ("127.0.0.1", "6.6.6.6, 1.2.3.4", "127.0.0.1", "1.2.3.4"),
            (
                "127.0.0.1",
                "6.6.6.6, 1.2.3.4, 10.0.0.1",
                "127.0.0.1 10.0.0.1",
                "1.2.3.4",
            ),
            ("127.0.0.1", "nonsense", "127.0.0.1", "127.0.0.1"),
            ("127.0.0.1", "", "127.0.0.1", "127.0.0.1"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            let trusted: Vec<IpAddr> = trusted.split_whitespace().map(|ip| ip.parse().unwrap()).collect();
            assert_eq!(
                client(peer.parse().unwrap(), &headers, &trusted).to_string(),
                expected,
                "{forwarded}"
            );
        }
    }
}
