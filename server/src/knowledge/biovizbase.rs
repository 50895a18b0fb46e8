//! `genesymbol` of Bioconductor's biovizBase: ranges of transcripts on GRCh37 by symbol, one Entrez gene a symbol.
//!
//! The file is TSV as `deploy/genes` writes it: comments `# biovizBase 1.46.0` and `# GRCh37`, a header, then symbol,
//! Ensembl id or nothing, sequence name as UCSC spells it, start, end (1-based inclusive), strand.
//!
//! Invariant: a symbol is one gene; its ranges are merged where they overlap and kept where they are apart.

use std::collections::BTreeMap;

use super::ImportError;
use super::place::place;
use crate::domain::build::Build;
use crate::domain::genes::annotation::{AnnotatedGene, Annotation, Reason, Refusal, Strand};

const HEADER: &str = "symbol\tensembl_id\tseqname\tstart\tend\tstrand";

/// Reads the file.
pub(super) fn parse(build: Build, text: &str) -> Result<Annotation, ImportError> {
    let (comments, lines) = split_comments(text);
    let release = comments.iter().find(|comment| comment.starts_with("biovizBase "));
    let release = release.ok_or_else(|| ImportError::format("there is no line “# biovizBase VERSION”"))?;
    if !comments.contains(&build.as_str()) {
        return Err(ImportError::OtherBuild(build));
    }
    let mut lines = lines.into_iter();
    if lines.next() != Some(HEADER) {
        return Err(ImportError::format(
            "the header is not symbol, ensembl_id, seqname, start, end, strand",
        ));
    }
    let mut genes: BTreeMap<&str, AnnotatedGene> = BTreeMap::new();
    let mut refusals = Vec::new();
    for line in lines {
        match range(build, line) {
            Ok((symbol, ensembl_id, place)) => {
                let gene = genes.entry(symbol).or_default();
                gene.symbol = symbol.to_owned();
                gene.ensembl_id = gene.ensembl_id.take().or(ensembl_id);
                gene.places.push(place);
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    let mut genes: Vec<AnnotatedGene> = genes.into_values().collect();
    genes.iter_mut().for_each(AnnotatedGene::merge_places);
    Ok(Annotation {
        release: (*release).to_owned(),
        genes,
        refusals,
    })
}

/// Comments without their `#`, and the other lines.
fn split_comments(text: &str) -> (Vec<&str>, Vec<&str>) {
    let (comments, lines): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    let comments = comments.into_iter();
    (
        comments
            .map(|comment| comment.trim_start_matches('#').trim())
            .collect(),
        lines,
    )
}

type Range<'a> = (&'a str, Option<String>, crate::domain::genes::annotation::Place);

fn range(build: Build, line: &str) -> Result<Range<'_>, Refusal> {
    let fields: Vec<&str> = line.split('\t').collect();
    let refuse = |reason, message| {
        let field = |at: usize| fields.get(at).copied().unwrap_or_default();
        Refusal {
            reason,
            symbol: field(0).to_owned(),
            ensembl_id: Some(field(1)).filter(|id| !id.is_empty()).map(str::to_owned),
            place: format!("{}:{}-{}", field(2), field(3), field(4)),
            message,
        }
    };
    let malformed = || {
        refuse(
            Reason::Malformed,
            "a symbol, a place and a strand were expected".to_owned(),
        )
    };
    let &[symbol, ensembl_id, seqname, start, end, strand] = &fields[..] else {
        return Err(malformed());
    };
    let (Ok(start), Ok(end)) = (start.parse(), end.parse()) else {
        return Err(malformed());
    };
    if symbol.is_empty() {
        return Err(malformed());
    }
    let place = place(build, seqname, (start, end), Strand::read(strand));
    let place = place.map_err(|(reason, message)| refuse(reason, message))?;
    Ok((
        symbol,
        (!ensembl_id.is_empty()).then(|| ensembl_id.to_owned()),
        place,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "# biovizBase 1.46.0\n# GRCh37\nsymbol\tensembl_id\tseqname\tstart\tend\tstrand\n";

    type Expected<'a> = (
        &'a [(&'a str, &'a str, &'a [(i16, u32, u32, &'a str)])],
        &'a [Reason],
    );

    #[test]
    fn ranges_become_genes() {
        let table: [(&str, Expected); 6] = [
            // Ranges that overlap are merged, one that is apart is kept.
            (
                "A\tENSG1\tchr20\t10\t20\t+\nA\tENSG1\tchr20\t15\t40\t+\nA\tENSG1\tchr20\t60\t70\t+\n",
                (&[("A", "ENSG1", &[(20, 10, 40, "+"), (20, 60, 70, "+")])], &[]),
            ),
            // Both strands tell none; an id in any line is the gene's.
            (
                "A\t\tchr1\t10\t20\t+\nA\tENSG1\tchr1\t21\t40\t-\n",
                (&[("A", "ENSG1", &[(1, 10, 40, "")])], &[]),
            ),
            // Several chromosomes.
            (
                "SHOX\t\tchrY\t5\t9\t+\nSHOX\t\tchrX\t5\t9\t+\n",
                (&[("SHOX", "", &[(23, 5, 9, "+"), (24, 5, 9, "+")])], &[]),
            ),
            (
                "A\t\tchr6_cox_hap2\t1\t5\t+\nA\t\tchr6\t1\t5\t+\n",
                (&[("A", "", &[(6, 1, 5, "+")])], &[Reason::OffStandardContig]),
            ),
            ("A\t\tchr1\t5\t4\t+\n", (&[], &[Reason::OutOfRange])),
            (
                "A\tchr1\t5\n\t\tchr1\t5\t9\t+\nA\t\tchr1\tx\t9\t+\n",
                (&[], &[Reason::Malformed, Reason::Malformed, Reason::Malformed]),
            ),
        ];
        for (lines, (genes, reasons)) in table {
            let found = parse(Build::Grch37, &format!("{HEAD}{lines}")).unwrap();
            assert_eq!(found.release, "biovizBase 1.46.0");
            let places = |gene: &AnnotatedGene| {
                let place = |place: &crate::domain::genes::annotation::Place| {
                    let at = place.interval;
                    (
                        at.contig,
                        at.start,
                        at.end,
                        place.strand.map_or("", Strand::as_str),
                    )
                };
                gene.places.iter().map(place).collect::<Vec<_>>()
            };
            let read = found.genes.iter().map(|gene| {
                let id = gene.ensembl_id.clone().unwrap_or_default();
                (gene.symbol.clone(), id, places(gene))
            });
            let expected = genes
                .iter()
                .map(|(symbol, id, places)| (symbol.to_string(), id.to_string(), places.to_vec()));
            assert_eq!(read.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{lines}");
            let found = found.refusals.iter().map(|refusal| refusal.reason);
            assert_eq!(found.collect::<Vec<_>>(), reasons, "{lines}");
        }
    }

    #[test]
    fn other_files_are_refused() {
        for text in [
            "",
            "# biovizBase 1.46.0\n# GRCh37\n",
            "symbol\n",
            "# biovizBase 1.46.0\n# GRCh37\nsymbol\tx\n",
        ] {
            let error = parse(Build::Grch37, text).unwrap_err();
            assert!(matches!(error, ImportError::Format(_)), "{text}");
        }
        assert!(matches!(
            parse(Build::Grch38, HEAD),
            Err(ImportError::OtherBuild(_))
        ));
    }
}
