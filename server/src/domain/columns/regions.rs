//! Sets of positions as a stored payload.
//!
//! Invariant: decoding gives back the set.

use super::{
    ColumnError,
    integers::{narrow, required, required_u16},
    ipc,
};
use crate::domain::intervals::{Interval, Intervals};

impl Intervals {
    /// The intervals as an Arrow IPC stream of contig, start and end.
    ///
    /// # Errors
    /// None but those of Arrow's writer.
    pub fn encode(&self) -> Result<Vec<u8>, ColumnError> {
        let column = |get: fn(&Interval) -> u32| narrow(&self.iter().map(get).collect::<Vec<_>>());
        let columns = vec![
            (
                "contig",
                column(|interval| u32::from(interval.contig.cast_unsigned())),
            ),
            ("start", column(|interval| interval.start)),
            ("end", column(|interval| interval.end)),
        ];
        ipc::write(
            columns,
            &[("contig", "ordinal of the contig in its build".to_owned())],
        )
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// The bytes are no such stream.
    pub fn decode(bytes: &[u8]) -> Result<Self, ColumnError> {
        let batch = ipc::read(bytes)?;
        let contigs = required_u16(&batch, "contig")?;
        let (starts, ends) = (required(&batch, "start")?, required(&batch, "end")?);
        let intervals = contigs.into_iter().zip(starts).zip(ends);
        let interval = |((contig, start), end): ((u16, u32), u32)| Interval {
            contig: contig.cast_signed(),
            start,
            end,
        };
        Ok(Self::new(intervals.map(interval).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_come_back() {
        let interval = |contig, start, end| Interval { contig, start, end };
        for set in [
            vec![],
            vec![
                interval(1, 1, 10),
                interval(23, 5, i32::MAX as u32),
                interval(i16::MAX, 70_000, 70_000),
            ],
        ] {
            let set = Intervals::new(set);
            assert_eq!(Intervals::decode(&set.encode().unwrap()).unwrap(), set);
        }
    }
}
