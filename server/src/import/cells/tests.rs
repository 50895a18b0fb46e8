//! Cells against the text that they were read from.
//!
//! Invariant: the shapes are written here by hand, as FORMAT and the number of alleles ask for them.

use super::*;

const USUAL: [(Role, u32); 4] = [
    (Role::AlleleDepths, 2),
    (Role::Depth, 1),
    (Role::Quality, 1),
    (Role::Other, 3),
];

fn cell(alleles: [u8; 2], depth: u32, quality: u32, allele_depths: [u32; 2]) -> Cell {
    Cell {
        alleles,
        depth,
        quality,
        allele_depths,
    }
}

/// How many samples are taken from the first on, and the cells.
fn taken(text: &str, top: u8, keys: &[(Role, u32)]) -> Vec<Cell> {
    let mut cells = Cells::default();
    cells.begin(top, keys.iter().copied());
    let (at, taken) = cells.take(text.as_bytes(), 0);
    assert_eq!(taken, cells.cells.len());
    assert_eq!(text[..at].matches('\t').count(), taken);
    cells.cells
}

#[test]
fn usual_samples_are_read() {
    let text = "0/1:10,12:22:99:255,0,240\t1|1:0,7:123456789:3:9,9,0\t0/0:1,0:1:2:0,1,2";
    assert_eq!(
        taken(text, 1, &USUAL),
        [
            cell([0, 1], 22, 99, [10, 12]),
            cell([1, 1], 123_456_789, 3, [7, 7])
        ],
        "the last has no tab behind it"
    );
    assert_eq!(
        taken("0/2:5\t", 2, &[(Role::AlleleDepths, 1)]),
        [cell([0, 2], ABSENT, ABSENT, [5, ABSENT])]
    );
}

#[test]
fn others_are_left() {
    for text in [
        "./.:1,2:3:4:5,6,7\t",
        "0:1,2:3:4:5,6\t",
        "0/2:1,2:3:4:5,6,7\t",
        "0/1\t",
        "0/1:1,2:3:4\t",
        "0/1:1,2:3:4:5,6\t",
        "0/1:1,2:3:4:5,6,7,8\t",
        "0/1:1,2:3:4:5,6,7:8\t",
        "0/1:1,.:3:4:5,6,7\t",
        "0/1:1,:3:4:5,6,7\t",
        "0/1:1,2:-3:4:5,6,7\t",
        "0/1:1,2:1234567890:4:5,6,7\t",
        "0/1:1,2:3.5:4:5,6,7\t",
        "0/1/1:1,2:3:4:5,6,7\t",
        "10/1:1,2:3:4:5,6,7\t",
        "0/11:1,2:3:4:5,6,7\t",
        "0-1:1,2:3:4:5,6,7\t",
        "0/1:1:2:3:4,5,6,7\t",
        "",
    ] {
        assert_eq!(taken(text, 1, &USUAL), [], "{text:?}");
    }
}

#[test]
fn what_was_read_and_what_was_left_come_in_order() {
    let text = "0/1:1\t./.\t0/0:2\t1/1:3\t.\t0/1:4";
    let mut cells = Cells::default();
    cells.begin(1, [(Role::Depth, 1)].into_iter());
    assert!(cells.samples().is_none());
    let mut at = 0;
    while at < text.len() {
        (at, _) = cells.take(text.as_bytes(), at);
        let end = text[at..].find('\t').map_or(text.len(), |end| at + end);
        cells.leave(at..end);
        at = end + 1;
    }
    cells.finish();
    let samples = cells.samples().unwrap();
    let samples: Vec<Result<u32, &str>> = samples
        .map(|sample| sample.map(|cell| cell.depth).map_err(|range| &text[range]))
        .collect();
    assert_eq!(samples, [Ok(1), Err("./."), Ok(2), Ok(3), Err("."), Err("0/1:4")]);
    assert_eq!(cells.len(), 6);
}

#[test]
fn long_lines_are_read_to_their_end() {
    let sample = "0/1:10,12:22:99:255,0,240\t";
    assert_eq!(taken(&sample.repeat(5000), 1, &USUAL).len(), 5000);
}

#[test]
fn numbers_of_any_length_are_read() {
    for number in [0, 7, 10, 99, 100, 909, 1000, 9876, 10_000, 123_456, 999_999_999] {
        let text = format!("0/1:{number}\t");
        assert_eq!(taken(&text, 1, &[(Role::Depth, 1)])[0].depth, number);
    }
    assert_eq!(taken("0/1:0007\t", 1, &[(Role::Quality, 1)])[0].quality, 7);
}
