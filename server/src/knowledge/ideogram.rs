//! The gene cache of the npm package ideogram: genes of Ensembl's GFF3, one a line.
//!
//! TSV: comments that begin with `##`, then a header that begins with `# chr`. Columns: chromosome, start (1-based),
//! **end minus start**, Ensembl number without `ENSG` and leading zeros, symbol, description with GFF3's percent
//! encoding, and two of tissues, which are not read. There is no strand.
//!
//! Invariant: a line is one Ensembl gene; who shares a symbol is not decided here.

use super::ImportError;
use super::place::place;
use crate::domain::build::Build;
use crate::domain::genes::annotation::{AnnotatedGene, Annotation, Reason, Refusal};

const HEADER: &str = "# chr\tstart\tlength\tslim_id\tsymbol\tdescription";
const DERIVED: &str = "## Derived from ";
const PREFIX: &str = "## prefix: ";
/// Digits of an Ensembl gene id.
const DIGITS: usize = 11;

/// Reads the file.
pub(super) fn parse(build: Build, text: &str) -> Result<Annotation, ImportError> {
    let mut annotation = Annotation::default();
    let (mut prefix, mut has_header) = (None, false);
    for line in text.lines() {
        if let Some(url) = line.strip_prefix(DERIVED) {
            if !url.contains(&format!(".{build}.")) {
                return Err(ImportError::OtherBuild(build));
            }
            annotation.release = release(url);
        } else if let Some(found) = line.strip_prefix(PREFIX) {
            prefix = Some(found);
        } else if line.starts_with('#') {
            has_header |= line.starts_with(HEADER);
        } else {
            let (Some(prefix), true) = (prefix, has_header) else {
                break;
            };
            match gene(build, prefix, line) {
                Ok(gene) => annotation.genes.push(gene),
                Err(refusal) => annotation.refusals.push(refusal),
            }
        }
    }
    if annotation.release.is_empty() || prefix.is_none() || !has_header {
        return Err(ImportError::format(
            "the lines “## Derived from”, “## prefix” and the header of ideogram's gene cache come first",
        ));
    }
    Ok(annotation)
}

/// `Ensembl 110` of `https://…/release-110/…`; the address where it tells no release.
fn release(url: &str) -> String {
    let number = url.split('/').find_map(|part| part.strip_prefix("release-"));
    number.map_or_else(|| url.to_owned(), |number| format!("Ensembl {number}"))
}

fn gene(build: Build, prefix: &str, line: &str) -> Result<AnnotatedGene, Refusal> {
    let fields: Vec<&str> = line.split('\t').collect();
    let field = |at: usize| fields.get(at).copied().unwrap_or_default();
    let (seqname, symbol) = (field(0), field(4));
    let number: Option<u64> = field(3).parse().ok();
    let ensembl_id = number.map(|number| format!("{prefix}{number:0DIGITS$}"));
    let range = field(1).parse::<u32>().ok().zip(field(2).parse::<u32>().ok());
    let range = range.and_then(|(start, length)| Some((start, start.checked_add(length)?)));
    let refuse = |reason, message| Refusal {
        reason,
        symbol: symbol.to_owned(),
        ensembl_id: ensembl_id.clone(),
        place: match range {
            Some((start, end)) => format!("{seqname}:{start}-{end}"),
            None => seqname.to_owned(),
        },
        message,
    };
    let (Some(range), Some(id), false) = (range, &ensembl_id, symbol.is_empty()) else {
        let message = "a chromosome, a start, a length, a number and a symbol were expected";
        return Err(refuse(Reason::Malformed, message.to_owned()));
    };
    let place = place(build, seqname, range, None).map_err(|(reason, message)| refuse(reason, message))?;
    Ok(AnnotatedGene {
        symbol: symbol.to_owned(),
        ensembl_id: Some(id.clone()),
        description: Some(percent_decode(field(5))).filter(|text| !text.is_empty()),
        aliases: Vec::new(),
        places: vec![place],
    })
}

/// Text with GFF3's `%2C` and the like put back; what is no such code stays.
fn percent_decode(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        decoded.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "## Ideogram.js gene cache for Homo sapiens\n\
        ## Derived from https://ftp.example.org/pub/release-110/gff3/Homo_sapiens.GRCh38.110.gff3.gz\n\
        ## prefix: ENSG\n# chr\tstart\tlength\tslim_id\tsymbol\tdescription\ttop_tissues\ttop_tissues_in_gene\n";

    #[test]
    fn lines_become_genes() {
        type Expected<'a> = Result<(&'a str, &'a str, i16, u32, u32, &'a str), Reason>;
        let table: [(&str, Expected); 6] = [
            (
                "17\t7661779\t25759\t141510\tTP53\ttumor protein p53\t\t10,11",
                Ok((
                    "TP53",
                    "ENSG00000141510",
                    17,
                    7_661_779,
                    7_687_538,
                    "tumor protein p53",
                )),
            ),
            (
                "12\t25205246\t45690\t133703\tKRAS\tKRAS proto-oncogene%2C GTPase\t\t",
                Ok((
                    "KRAS",
                    "ENSG00000133703",
                    12,
                    25_205_246,
                    25_250_936,
                    "KRAS proto-oncogene, GTPase",
                )),
            ),
            (
                "MT\t577\t70\t210049\tMT-TF\t\t\t",
                Ok(("MT-TF", "ENSG00000210049", 25, 577, 647, "")),
            ),
            ("KI270733.1\t1\t9\t1\tU6\t\t\t", Err(Reason::OffStandardContig)),
            ("MT\t16000\t1000\t1\tX\t\t\t", Err(Reason::OutOfRange)),
            ("1\t5\tx\t1\tA\t\t\t", Err(Reason::Malformed)),
        ];
        for (line, expected) in table {
            let found = parse(Build::Grch38, &format!("{HEAD}{line}\n")).unwrap();
            assert_eq!(found.release, "Ensembl 110");
            let read = found.genes.iter().map(|gene| {
                let (id, at) = (
                    gene.ensembl_id.as_deref().unwrap_or_default(),
                    gene.places[0].interval,
                );
                let description = gene.description.as_deref().unwrap_or_default();
                Ok((&*gene.symbol, id, at.contig, at.start, at.end, description))
            });
            let refused = found.refusals.iter().map(|refusal| Err(refusal.reason));
            assert_eq!(
                read.chain(refused).collect::<Vec<Expected>>(),
                [expected],
                "{line}"
            );
        }
    }

    #[test]
    fn other_files_are_refused() {
        assert!(matches!(
            parse(Build::Grch37, HEAD),
            Err(ImportError::OtherBuild(_))
        ));
        for text in ["", "1\t5\t6\t1\tA\t\t\t\n", "## prefix: ENSG\n"] {
            assert!(
                matches!(parse(Build::Grch38, text), Err(ImportError::Format(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn percent_codes_are_put_back() {
        for (text, expected) in [("a%2Cb", "a,b"), ("5%", "5%"), ("%zz%3B", "%zz;"), ("%ff", "%ff")] {
            assert_eq!(percent_decode(text), expected);
        }
    }
}
