//! Columns through their payloads and back.
//!
//! Invariant: what is compared holds every optional part in some cases and lacks it in others.

use proptest::prelude::*;

use super::*;
use crate::domain::{
    allele::{Alignment, AlleleKind},
    planes::{Counts, Exception, GenotypeRow, words_for},
    stated::Known,
};

fn counts() -> impl Strategy<Value = Counts> {
    let diploid = (0u32..70_000, 0u32..300, 0u32..300).prop_map(|(other, het, hom)| {
        let n_dip = other + het + hom;
        Counts {
            ns: n_dip,
            an: 2 * n_dip,
            ac: het + 2 * hom,
            het,
            hom,
            hemi: 0,
            n_dip,
        }
    });
    let any = any::<[u32; 7]>();
    let any = any.prop_map(|[ns, an, ac, het, hom, hemi, n_dip]| Counts {
        ns,
        an,
        ac,
        het,
        hom,
        hemi,
        n_dip,
    });
    prop_oneof![20 => diploid, 1 => any]
}

fn figures(rows: usize) -> impl Strategy<Value = Option<Vec<f32>>> {
    prop::option::of(prop::collection::vec(
        prop_oneof![Just(f32::NAN), 0f32..1000.0],
        rows,
    ))
}

fn frequencies() -> impl Strategy<Value = FrequencyColumns> {
    (0usize..40).prop_flat_map(|rows| {
        let of_rows = move || prop::collection::vec(counts(), rows);
        let hq = prop::option::of((of_rows(), prop::collection::vec(any::<bool>(), rows)));
        let known = prop::option::of(prop::collection::vec(
            (0u32..0x7f).prop_map(Known::from_bits),
            rows,
        ));
        (
            of_rows(),
            hq,
            known,
            [figures(rows), figures(rows), figures(rows), figures(rows)],
        )
            .prop_map(|(raw, hq, known, [mean_dp, over_20x, mean_gq, af_given])| {
                let columns = |rows: Vec<Counts>| CountColumns {
                    known: known.clone(),
                    ..CountColumns::from_rows(rows.into_iter())
                };
                FrequencyColumns {
                    raw: columns(raw),
                    hq: hq.map(|(counts, known)| HighQualityColumns {
                        counts: columns(counts),
                        known,
                    }),
                    quality: QualityColumns {
                        mean_dp,
                        over_20x,
                        mean_gq,
                    },
                    af_given,
                }
            })
    })
}

fn genotypes() -> impl Strategy<Value = GenotypeColumns> {
    (1usize..140).prop_flat_map(|samples| {
        let words = words_for(samples);
        let plane = move || {
            prop::collection::vec(any::<u64>(), words).prop_map(move |mut plane| {
                plane[words - 1] &= u64::MAX >> ((64 - samples % 64) % 64);
                plane
            })
        };
        let exception = (0..samples as u32, any::<u16>(), any::<u16>());
        let exceptions = prop_oneof![4 => Just(vec![]), 1 => prop::collection::vec(exception, 1..3)];
        let row = (
            plane(),
            plane(),
            prop::option::of(plane()),
            prop::option::of(plane()),
            exceptions,
        );
        prop::collection::vec(row, 0..20).prop_map(move |rows| {
            let mut columns = GenotypeColumns::new(samples);
            for (p0, p1, p2, hq, exceptions) in rows {
                let exception = |(sample, called, copies)| Exception {
                    sample,
                    called,
                    copies,
                };
                let exceptions: Vec<_> = exceptions.into_iter().map(exception).collect();
                let (p2, hq) = (p2.as_deref(), hq.as_deref());
                columns.push(&GenotypeRow {
                    p0: &p0,
                    p1: &p1,
                    p2,
                    hq,
                    exceptions: &exceptions,
                });
            }
            columns
        })
    })
}

/// The stream of one group alone.
fn alone(columns: &FrequencyColumns) -> Vec<u8> {
    FrequencyPayload::encode([(1, columns)]).unwrap().remove(0).data
}

proptest! {
    /// Each group's part says what the group's columns said, whichever groups share its payload.
    #[test]
    fn frequencies_lead_back(groups in prop::collection::vec(frequencies(), 1..5)) {
        let payloads = FrequencyPayload::encode((10..).zip(&groups)).unwrap();
        let mut found = Vec::new();
        for payload in &payloads {
            for (at, group) in payload.group_versions.iter().enumerate() {
                found.push(*group);
                let decoded = FrequencyColumns::decode(&payload.cut(at)).unwrap();
                // NaN, which stands for "not stated", equals nothing; so what is compared is the text.
                prop_assert_eq!(format!("{decoded:?}"), format!("{:?}", groups[*group as usize - 10]));
            }
        }
        found.sort_unstable();
        prop_assert_eq!(found, (10..10 + groups.len() as i64).collect::<Vec<_>>());
    }

    #[test]
    fn genotypes_lead_back(columns in genotypes()) {
        let frames = columns.encode().unwrap();
        let payloads = frames.iter().map(|frame| frame.payload.as_slice());
        prop_assert_eq!(GenotypeColumns::decode(columns.samples(), payloads).unwrap(), columns);
    }

    /// Rows come back from several frames as from one, whichever of them have the optional planes.
    #[test]
    fn frames_join(columns in genotypes()) {
        let single = |row: usize| {
            let mut one = GenotypeColumns::new(columns.samples());
            one.push(&columns.row(row));
            one.encode().unwrap().remove(0).payload
        };
        let payloads: Vec<_> = (0..columns.len()).map(single).collect();
        let joined = GenotypeColumns::decode(columns.samples(), payloads.iter().map(Vec::as_slice)).unwrap();
        prop_assert_eq!(joined, columns);
    }
}

/// Any Arrow library reads a payload whole: a batch for each of its groups.
#[test]
fn a_payload_is_one_stream() {
    let columns = |ns: u32| FrequencyColumns {
        raw: CountColumns::from_rows((0..3).map(|row| Counts {
            ns,
            an: 2 * ns,
            n_dip: ns,
            ac: row,
            het: row,
            ..Counts::default()
        })),
        ..FrequencyColumns::default()
    };
    let (small, large, other) = (columns(9), columns(300), columns(8));
    let payloads = FrequencyPayload::encode([(4, &small), (2, &large), (7, &other)]).unwrap();
    let groups: Vec<&[i64]> = payloads
        .iter()
        .map(|payload| &payload.group_versions[..])
        .collect();
    assert_eq!(groups, [&[4, 7][..], &[2]], "those of one width share a payload");
    let reader = arrow::ipc::reader::StreamReader::try_new(&payloads[0].data[..], None).unwrap();
    assert_eq!(reader.schema().metadata()["group_versions"], "4,7");
    let ns: Vec<u32> = reader
        .map(|batch| integers::required(&batch.unwrap(), "ns").unwrap()[0])
        .collect();
    assert_eq!(ns, [9, 8]);
}

fn sites() -> SiteColumns {
    let row = SiteRow {
        pos: 100,
        end: 101,
        reference: "AT",
        alternate: "A",
        id: Some("rs1"),
        qual: 29.5,
        filter: "PASS",
        kind: AlleleKind::Deletion,
        svlen: 0,
        mate: None,
        ordinal: 0,
        record_offset: 1 << 40,
        record_allele: 1,
        alignment: Alignment::Trimmed,
        original: None,
    };
    let other = SiteRow {
        pos: 70_000,
        id: None,
        qual: f32::NAN,
        filter: "q10;s50",
        ordinal: 300,
        ..row
    };
    let symbolic = SiteRow {
        pos: 70_001,
        end: 90_000,
        reference: "A",
        alternate: "<DEL>",
        id: Some("esv7"),
        kind: AlleleKind::Symbolic,
        record_offset: (1 << 40) - 7,
        ..row
    };
    SiteColumns::from_rows([row, other, symbolic].into_iter())
}

/// As they were written before positions and offsets became steps, texts dictionaries.
fn earlier_payload(columns: &SiteColumns) -> Vec<u8> {
    use arrow::array::{ArrayRef, DictionaryArray, UInt16Array, UInt64Array};
    use std::sync::Arc;
    let text = |text: &arrow::array::StringArray| Arc::new(text.clone()) as ArrayRef;
    let codes = UInt16Array::from(columns.filter.codes.clone());
    let of = |values: Vec<u32>| integers::narrow(&values);
    let batch = vec![
        ("pos", integers::narrow(&columns.pos)),
        ("end", integers::narrow(&columns.end)),
        ("ref", text(&columns.reference)),
        ("alt", text(&columns.alternate)),
        ("id", text(&columns.id)),
        ("qual", integers::figures(&columns.qual)),
        (
            "filter",
            Arc::new(DictionaryArray::new(codes, text(&columns.filter.values))),
        ),
        ("type", of(columns.kind.iter().map(|&kind| kind as u32).collect())),
        (
            "ordinal",
            of(columns.ordinal.iter().map(|&value| value.into()).collect()),
        ),
        (
            "record_offset",
            Arc::new(UInt64Array::from(columns.record_offset.clone())),
        ),
        (
            "record_allele",
            of(columns.record_allele.iter().map(|&value| value.into()).collect()),
        ),
    ];
    ipc::write(batch, &[]).unwrap()
}

#[test]
fn what_few_alleles_have_takes_space_only_there() {
    let plain = sites();
    let names = |columns: &SiteColumns| {
        let batch = super::ipc::read(&columns.encode().unwrap()).unwrap();
        let schema = batch.schema();
        let names = schema.fields().iter().map(|field| field.name().clone());
        names.skip(11).collect::<Vec<_>>()
    };
    assert_eq!(names(&plain), Vec::<String>::new());
    let original = Original {
        pos: 104,
        reference: "TAT",
        alternate: "T",
    };
    let rows = [
        SiteRow {
            svlen: 300,
            mate: Some("2:17"),
            ..plain.row(0)
        },
        SiteRow {
            alignment: Alignment::Shifted,
            original: Some(original),
            ..plain.row(0)
        },
        SiteRow {
            alignment: Alignment::TooFar,
            ..plain.row(1)
        },
    ];
    let columns = SiteColumns::from_rows(rows.into_iter());
    assert_eq!(names(&columns), ["svlen", "mate", "alignment", "original"]);
    let decoded = SiteColumns::decode(&columns.encode().unwrap()).unwrap();
    assert_eq!(format!("{decoded:?}"), format!("{columns:?}"));
    assert_eq!(decoded.row(0).mate, Some("2:17"));
    assert_eq!(
        (decoded.row(1).svlen, decoded.row(1).original),
        (0, Some(original))
    );
    assert_eq!(decoded.row(2).alignment, Alignment::TooFar);
    let joined = SiteColumns::concat([&plain, &columns].into_iter());
    assert_eq!(joined.row(3).svlen, 300);
    assert_eq!(joined.row(4).original, Some(original));
}

#[test]
fn sites_lead_back() {
    for columns in [sites(), SiteColumns::from_rows([].into_iter())] {
        for payload in [columns.encode().unwrap(), earlier_payload(&columns)] {
            let decoded = SiteColumns::decode(&payload).unwrap();
            assert_eq!(format!("{decoded:?}"), format!("{columns:?}"));
        }
    }
    let columns = sites();
    assert_eq!(columns.filter.codes, [0, 1, 0]);
    assert_eq!(columns.filter.value(1), "q10;s50");
    assert_eq!(columns.variant_id("X", 0).to_string(), "X-100-AT-A");
    assert!(columns.key(1, 0) < columns.key(1, 1));
}

#[test]
fn columns_that_follow_from_others_take_no_space() {
    let diploid = Counts {
        ns: 100,
        an: 200,
        ac: 30,
        het: 10,
        hom: 10,
        hemi: 0,
        n_dip: 100,
    };
    let haploid = Counts {
        ns: 100,
        an: 150,
        ac: 20,
        het: 5,
        hom: 5,
        hemi: 5,
        n_dip: 50,
    };
    let null_columns = |counts: Counts| {
        let raw = CountColumns::from_rows([counts].into_iter());
        let columns = FrequencyColumns {
            raw,
            ..FrequencyColumns::default()
        };
        let batch = ipc::read(&alone(&columns)).unwrap();
        let is_null = |name: &&str| {
            *batch.column_by_name(name).unwrap().data_type() == arrow::datatypes::DataType::Null
        };
        ["ns", "an", "ac", "het", "hom", "hemi", "n_dip"]
            .into_iter()
            .filter(is_null)
            .collect::<Vec<_>>()
    };
    assert_eq!(null_columns(diploid), ["an", "het", "hemi", "n_dip"]);
    assert_eq!(null_columns(haploid), ["het"]);
}

#[test]
fn what_is_no_payload_is_an_error() {
    let payload = sites().encode().unwrap();
    for bytes in [&[][..], b"hello", &payload[..payload.len() / 2]] {
        assert!(SiteColumns::decode(bytes).is_err());
        assert!(FrequencyColumns::decode(bytes).is_err());
        assert!(GenotypeColumns::decode(3, [bytes]).is_err());
    }
    assert!(matches!(
        FrequencyColumns::decode(&payload),
        Err(ColumnError::Column("ns"))
    ));
    let mut genotypes = GenotypeColumns::new(3);
    genotypes.push(&GenotypeRow {
        p0: &[1],
        p1: &[0],
        p2: None,
        hq: None,
        exceptions: &[],
    });
    let frame = genotypes.encode().unwrap().remove(0).payload;
    assert!(GenotypeColumns::decode(3, [frame.as_slice()]).is_ok());
    assert!(matches!(
        GenotypeColumns::decode(30, [frame.as_slice()]),
        Err(ColumnError::Column("p0"))
    ));
}

#[test]
fn frames_keep_to_their_size() {
    let samples = 100_000;
    let plane = vec![0; words_for(samples)];
    let mut columns = GenotypeColumns::new(samples);
    for _ in 0..100 {
        columns.push(&GenotypeRow {
            p0: &plane,
            p1: &plane,
            p2: None,
            hq: None,
            exceptions: &[],
        });
    }
    let frames = columns.encode().unwrap();
    let rows: Vec<_> = frames.iter().map(|frame| frame.rows.clone()).collect();
    assert_eq!(rows, [0..41, 41..82, 82..100]);
    let payloads = frames.iter().map(|frame| frame.payload.as_slice());
    assert_eq!(GenotypeColumns::decode(samples, payloads).unwrap(), columns);
}
