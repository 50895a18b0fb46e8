//! The URLs of assembly and pedigreeDB lines.
//!
//! Invariant: a URL has a scheme and a host that is a name or an IPv4 address; a file needs no host.

use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::rules::meta;

pub(super) fn check(kind: &[u8], value: &[u8], sink: &mut Sink<'_>) {
    let url = value
        .strip_prefix(b"<")
        .and_then(|rest| rest.strip_suffix(b">"))
        .unwrap_or(value);
    if !is_url(url) {
        let message = format!("{} is not a URL, as {} demands", quoted(url), quoted(kind));
        sink.add(&meta::URL_MALFORMED, value, message);
    }
}

fn is_url(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !scheme_fits || rest.contains(char::is_whitespace) {
        return false;
    }
    if scheme.eq_ignore_ascii_case("file") {
        return !rest.is_empty();
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let (host, port) = place
        .split_once(':')
        .map_or((place, "0"), |(host, port)| (host, port));
    let host_fits = host.parse::<std::net::Ipv4Addr>().is_ok()
        || (host.chars().any(|c| c.is_alphabetic())
            && host.chars().all(|c| c.is_alphanumeric() || "-._~%".contains(c)));
    host_fits && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (text, expected) in [
            ("ftp://user@host:8080/path/to/file.fastq", true),
            ("http://123.0.1.2:8080/valid", true),
            ("ftp://www.ebi.ac.uk/x?arg1=db1", true),
            ("file:///data/x.fa", true),
            ("ftp://8080:8080/path", false),
            ("path/to/file", false),
            ("ftp://", false),
        ] {
            assert_eq!(is_url(text.as_bytes()), expected, "{text}");
        }
    }
}
