//! Parses `<key=value,key="value",…>`.
//!
//! Invariant: the slices of a parsed line are parts of it, so that findings can tell their column.

/// One pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    pub key: &'a [u8],
    /// The value without its quotation marks, escapes kept.
    pub value: &'a [u8],
    pub quoted: bool,
}

/// A line that could be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parsed<'a> {
    pub pairs: Vec<Pair<'a>>,
    /// The first unescaped quotation mark inside a quoted value, to the end of that value.
    pub inner_quote: Option<&'a [u8]>,
}

/// Why a line could not be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault<'a> {
    NotClosed { in_quotation: bool },
    QuoteNotClosed(&'a [u8]),
    NoPair(&'a [u8]),
}

/// Parses the value of a line, which begins with `<`.
pub(super) fn parse(value: &[u8]) -> Result<Parsed<'_>, Fault<'_>> {
    let trimmed = value.trim_ascii_end();
    let Some(inner) = trimmed
        .strip_prefix(b"<")
        .and_then(|rest| rest.strip_suffix(b">"))
    else {
        let rest = trimmed.strip_prefix(b"<").unwrap_or(trimmed);
        return Err(Fault::NotClosed {
            in_quotation: matches!(pairs(rest), Err(Fault::QuoteNotClosed(_))),
        });
    };
    pairs(inner)
}

fn pairs(mut rest: &[u8]) -> Result<Parsed<'_>, Fault<'_>> {
    let mut parsed = Parsed {
        pairs: Vec::new(),
        inner_quote: None,
    };
    loop {
        let end = rest
            .iter()
            .position(|&b| b == b',' || b == b'=')
            .unwrap_or(rest.len());
        let key = &rest[..end];
        if rest.get(end) != Some(&b'=') || key.is_empty() {
            // A comma in an unquoted description: the rest belongs to it, and the missing quotation is the fault.
            if parsed
                .pairs
                .last()
                .is_some_and(|last| last.key == b"Description" && !last.quoted)
            {
                match rest.get(end) {
                    Some(b',') => rest = &rest[end + 1..],
                    _ => return Ok(parsed),
                }
                continue;
            }
            return Err(Fault::NoPair(key));
        }
        let after = &rest[end + 1..];
        let (value, quoted, length) = if after.first() == Some(&b'"') {
            let length = quotation(after, &mut parsed.inner_quote).ok_or(Fault::QuoteNotClosed(after))?;
            (&after[1..length - 1], true, length)
        } else if after.first() == Some(&b'[') {
            let length = after
                .iter()
                .position(|&b| b == b']')
                .map_or(after.len(), |at| at + 1);
            (&after[..length], false, length)
        } else {
            let length = after.iter().position(|&b| b == b',').unwrap_or(after.len());
            (&after[..length], false, length)
        };
        parsed.pairs.push(Pair { key, value, quoted });
        match after.get(length) {
            None => return Ok(parsed),
            Some(b',') => rest = &after[length + 1..],
            Some(_) => return Err(Fault::NoPair(&after[length..])),
        }
    }
}

/// Length of the quotation at the beginning of `text`, marks included. A mark closes it where another pair or the
/// end follows; any other unescaped mark is an inner one.
fn quotation<'a>(text: &'a [u8], inner: &mut Option<&'a [u8]>) -> Option<usize> {
    let mut at = 1;
    let mut first_inner = None;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 1,
            b'"' if closes(&text[at + 1..]) => {
                if let Some(start) = first_inner {
                    inner.get_or_insert(&text[start..at]);
                }
                return Some(at + 1);
            }
            b'"' => {
                first_inner.get_or_insert(at);
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn closes(rest: &[u8]) -> bool {
    match rest.split_first() {
        None => true,
        Some((b',', pair)) => {
            let key = pair
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || b"_-.: ".contains(b))
                .count();
            pair.get(key) == Some(&b'=') || key == pair.len()
        }
        Some(_) => false,
    }
}

/// The pair with this key.
pub(super) fn get<'p, 'a>(pairs: &'p [Pair<'a>], key: &str) -> Option<&'p Pair<'a>> {
    pairs.iter().find(|pair| pair.key == key.as_bytes())
}

/// The first key that stands twice.
pub(super) fn repeated_key<'a>(pairs: &[Pair<'a>]) -> Option<&'a [u8]> {
    let mut seen = std::collections::HashSet::new();
    pairs.iter().map(|pair| pair.key).find(|key| !seen.insert(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(value: &str) -> String {
        match parse(value.as_bytes()) {
            Ok(parsed) => {
                let pairs = parsed.pairs.iter().map(|pair| {
                    let mark = if pair.quoted { "\"" } else { "" };
                    format!(
                        "{}={mark}{}{mark}",
                        pair.key.escape_ascii(),
                        pair.value.escape_ascii()
                    )
                });
                let pairs = pairs.collect::<Vec<_>>().join(" ");
                if parsed.inner_quote.is_some() {
                    format!("{pairs} inner")
                } else {
                    pairs
                }
            }
            Err(Fault::NotClosed { in_quotation }) => format!("not closed {in_quotation}"),
            Err(Fault::QuoteNotClosed(_)) => "quote not closed".into(),
            Err(Fault::NoPair(text)) => format!("no pair {}", text.escape_ascii()),
        }
    }

    #[test]
    fn shapes() {
        for (value, expected) in [
            ("<ID=A,Number=1>", "ID=A Number=1"),
            (r#"<ID=A,Description="a, b=c">"#, r#"ID=A Description="a, b=c""#),
            (r#"<ID=A,Description="">"#, r#"ID=A Description="""#),
            ("<ID=A,Values=[a, b],X=1>", "ID=A Values=[a, b] X=1"),
            ("<ID=A,Description=raw, depth>", "ID=A Description=raw"),
            ("<ID=1,A,length=5>", "no pair A"),
            ("<ID=A", "not closed false"),
            (r#"<ID=A,Description="x"#, "not closed true"),
            (r#"<ID=A,Description="x>"#, "quote not closed"),
            ("<>", "no pair "),
            (r#"<"free text">"#, r#"no pair \"free text\""#),
        ] {
            assert_eq!(show(value), expected, "{value}");
        }
        assert!(show(r#"<ID=A,Description="with "inner" marks">"#).ends_with("inner"));
        assert!(!show(r#"<ID=A,Description="with \"escaped\" marks">"#).ends_with("inner"));
    }
}
