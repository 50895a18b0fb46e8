//! contig lines, and the grammar of contig names.
//!
//! Invariant: CHROM and the contig lines are judged by the same grammar.

use super::Header;
use super::structured::{Pair, get};
use crate::import::validate::finding::{Sink, quoted};
use crate::import::validate::reserved;
use crate::import::validate::rules::header as rules;
use crate::import::validate::version::ContigGrammar;

impl Header {
    pub(super) fn contig(&mut self, pairs: &[Pair<'_>], first: bool, sink: &mut Sink<'_>) {
        let length = get(pairs, "length").and_then(|pair| length(pair.value, sink));
        if let Some(md5) = get(pairs, "md5")
            && !(md5.value.len() == 32 && md5.value.iter().all(|b| b"0123456789abcdef".contains(b)))
        {
            sink.add(
                &rules::CONTIG_MD5,
                md5.value,
                "the md5 is not 32 lowercase hexadecimal digits",
            );
        }
        let Some(id) = get(pairs, "ID") else { return };
        if !is_contig_name(id.value, self.grammar().contig) {
            sink.add(
                &rules::CONTIG_ID_CHARACTERS,
                id.value,
                format!("{} is no contig name", quoted(id.value)),
            );
        } else if id.value.contains(&b':') {
            sink.add(
                &rules::CONTIG_STYLE,
                id.value,
                format!("the contig name {} has a colon", quoted(id.value)),
            );
        }
        if reserved::SYMBOLIC.iter().any(|name| name.as_bytes() == id.value) {
            let message = format!("{} is the name of a symbolic allele", quoted(id.value));
            sink.add(&rules::CONTIG_RESERVED, id.value, message);
        }
        if first {
            self.contigs.insert(id.value.into(), length);
        }
    }
}

fn length(text: &[u8], sink: &mut Sink<'_>) -> Option<u64> {
    let length = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok())
        .filter(|&n| n > 0);
    if length.is_none() {
        sink.add(
            &rules::CONTIG_LENGTH,
            text,
            format!("the length {} is not a positive integer", quoted(text)),
        );
    }
    length
}

/// Whether `name` (without angle brackets) may name a contig.
pub(crate) fn is_contig_name(name: &[u8], grammar: ContigGrammar) -> bool {
    let Some(&first) = name.first() else { return false };
    match grammar {
        ContigGrammar::Loose => !name.iter().any(|b| b.is_ascii_whitespace() || b"<>".contains(b)),
        ContigGrammar::Sam => {
            first != b'*'
                && first != b'='
                && name
                    .iter()
                    .all(|&b| matches!(b, b'!'..=b'~') && !b"\\,\"`'()[]{}<>".contains(&b))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, loose, sam) in [
            ("1", true, true),
            ("chrX", true, true),
            ("HLA-A*01:01", true, true),
            ("*", true, false),
            ("=1", true, false),
            ("a,b", true, false),
            ("a b", false, false),
            ("<1>", false, false),
            ("", false, false),
            ("ä", true, false),
        ] {
            assert_eq!(
                is_contig_name(name.as_bytes(), ContigGrammar::Loose),
                loose,
                "{name}"
            );
            assert_eq!(is_contig_name(name.as_bytes(), ContigGrammar::Sam), sam, "{name}");
        }
    }
}
