//! The columns of an exported result, and a row as their cells: the same for every format.
//!
//! Invariant: every row has one cell for each column; a blank cell is a value that does not exist, never a zero.

use allelecast_protocol::row::{Counts, GroupCounts, Row, Status};

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Blank,
    /// Text as it came from a file or is ours.
    Text(&'a str),
    /// A list, written with `;` between its entries.
    List(&'a [String]),
    /// A whole number.
    Integer(u32),
    /// A number, in full precision.
    Number(f64),
}

/// Columns before those of the groups.
const SITE: [&str; 10] = [
    "chrom", "pos", "ref", "alt", "id", "qual", "filter", "type", "genes", "datasets",
];
/// Columns of one group.
const GROUP: [&str; 7] = ["status", "ac", "an", "af", "het", "hom", "hemi"];
/// Its columns of high-quality calls.
const HIGH_QUALITY: [&str; 6] = ["hq_ac", "hq_an", "hq_af", "hq_het", "hq_hom", "hq_hemi"];

/// The columns of one export.
#[derive(Debug, Clone)]
pub struct Table {
    groups: Vec<String>,
    with_hq: bool,
}

impl Table {
    /// Columns for these groups, in this order; those of high-quality calls where `with_hq`.
    pub fn new(groups: Vec<String>, with_hq: bool) -> Self {
        Self { groups, with_hq }
    }

    /// Whether a row fits: one with high-quality counts needs their columns.
    pub fn holds(&self, row: &Row) -> bool {
        self.with_hq || row.groups.values().all(|counts| counts.hq.is_none())
    }

    /// The names of the columns.
    pub fn columns(&self) -> Vec<String> {
        let hq = HIGH_QUALITY.iter().filter(|_| self.with_hq);
        let of_group = GROUP.iter().chain(hq);
        let groups = self.groups.iter();
        let counts = groups.flat_map(|group| of_group.clone().map(move |column| format!("{group} {column}")));
        SITE.iter().map(ToString::to_string).chain(counts).collect()
    }

    /// Hands out the cells of a row in the order of the columns.
    pub fn cells<'a>(&self, row: &'a Row, mut put: impl FnMut(Cell<'a>)) {
        let text = |text: &'a Option<String>| text.as_deref().map_or(Cell::Blank, Cell::Text);
        put(Cell::Text(&row.chrom));
        put(Cell::Integer(row.pos));
        put(Cell::Text(&row.reference_bases));
        put(Cell::Text(&row.alternate_bases));
        put(text(&row.id));
        put(row
            .qual
            .map_or(Cell::Blank, |qual| Cell::Number(as_written(qual))));
        put(text(&row.filter));
        put(Cell::Text(&row.kind));
        put(row.genes.as_deref().map_or(Cell::Blank, Cell::List));
        put(Cell::List(&row.datasets));
        for group in &self.groups {
            self.group(row.groups.get(group), &mut put);
        }
    }

    fn group<'a>(&self, counts: Option<&GroupCounts>, put: &mut impl FnMut(Cell<'a>)) {
        let integer = |n: Option<u32>| n.map_or(Cell::Blank, Cell::Integer);
        let number = |n: Option<f64>| n.map_or(Cell::Blank, Cell::Number);
        put(counts.map_or(Cell::Blank, |counts| Cell::Text(status(counts.status))));
        put(integer(counts.and_then(|counts| counts.ac)));
        put(integer(counts.and_then(|counts| counts.an)));
        put(number(counts.and_then(|counts| counts.af)));
        put(integer(counts.and_then(|counts| counts.het)));
        put(integer(counts.and_then(|counts| counts.hom)));
        put(integer(counts.and_then(|counts| counts.hemi)));
        if self.with_hq {
            let hq = counts.and_then(|counts| counts.hq);
            let of = |field: fn(Counts) -> Option<u32>| integer(hq.and_then(field));
            put(of(|hq| hq.ac));
            put(of(|hq| hq.an));
            put(number(hq.and_then(|hq| hq.af)));
            put(of(|hq| hq.het));
            put(of(|hq| hq.hom));
            put(of(|hq| hq.hemi));
        }
    }
}

/// The words of the wire.
fn status(status: Status) -> &'static str {
    match status {
        Status::Observed => "observed",
        Status::Ac0 => "ac0",
        Status::NotSeen => "not_seen",
        Status::NoData => "no_data",
    }
}

/// The number that the shortest decimal form of `single` names: 0.1, not 0.10000000149.
fn as_written(single: f32) -> f64 {
    single.to_string().parse().unwrap_or_else(|_| single.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(groups: serde_json::Value) -> Row {
        serde_json::from_value(serde_json::json!({
            "variant_id": "20-5-A-G", "chrom": "20", "pos": 5, "ref": "A", "alt": "G", "id": null, "filter": "PASS",
            "qual": 0.1, "type": "snv", "genes": ["SIRPA", "X"], "groups": groups, "datasets": ["demo"],
        }))
        .unwrap()
    }

    fn cells(table: &Table, row: &Row) -> Vec<String> {
        let mut cells = Vec::new();
        table.cells(row, |cell| cells.push(format!("{cell:?}")));
        assert_eq!(cells.len(), table.columns().len());
        cells
    }

    #[test]
    fn three_kinds_of_nothing_are_told_apart() {
        let row = row(serde_json::json!({
            "d.pop.A": {"status": "ac0", "ac": 0, "an": 0, "af": null, "het": 0, "hom": 0, "hemi": 0},
            "d.pop.B": {"status": "not_seen", "ac": 0, "an": 8, "af": 0.0, "het": 0, "hom": 0, "hemi": 0},
            "d.pop.C": {"status": "no_data", "af": null},
        }));
        let table = Table::new(["d.pop.C", "d.pop.A", "d.pop.B"].map(String::from).into(), false);
        let cells = cells(&table, &row);
        assert_eq!(table.columns()[10..12], ["d.pop.C status", "d.pop.C ac"]);
        let expected = [
            r#"Text("20")"#,
            "Integer(5)",
            r#"Text("A")"#,
            r#"Text("G")"#,
            "Blank",
            "Number(0.1)",
            r#"Text("PASS")"#,
            r#"Text("snv")"#,
            r#"List(["SIRPA", "X"])"#,
            r#"List(["demo"])"#,
        ];
        assert_eq!(cells[..10], expected);
        let of = |group: usize| cells[10 + 7 * group..10 + 7 * group + 4].join(" ");
        assert_eq!(of(0), r#"Text("no_data") Blank Blank Blank"#);
        assert_eq!(of(1), r#"Text("ac0") Integer(0) Integer(0) Blank"#);
        assert_eq!(of(2), r#"Text("not_seen") Integer(0) Integer(8) Number(0.0)"#);
    }

    #[test]
    fn high_quality_counts_need_their_columns() {
        let hq = serde_json::json!({"ns": 1, "ac": 1, "an": 2, "af": 0.5, "het": 1, "hom": 0, "hemi": 0});
        let counts = serde_json::json!({"status": "observed", "ac": 1, "an": 3, "af": 0.1, "hq": hq});
        let row = row(serde_json::json!({ "d.all.all": counts }));
        assert!(!Table::new(vec!["d.all.all".into()], false).holds(&row));
        let table = Table::new(vec!["d.all.all".into()], true);
        assert!(table.holds(&row));
        assert_eq!(table.columns()[17], "d.all.all hq_ac");
        assert_eq!(
            cells(&table, &row)[17..20],
            ["Integer(1)", "Integer(2)", "Number(0.5)"]
        );
    }
}
