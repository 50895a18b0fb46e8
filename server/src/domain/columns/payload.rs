//! Frequencies as they are stored: the groups of a block, several to a payload.
//!
//! Invariant: the schema at the head of a payload followed by one group's part is an Arrow stream by itself, so that
//! a reader of few groups fetches little.

use super::{
    frequencies::{DERIVED, FrequencyColumns},
    ipc::{self, ColumnError, Columns, Stream},
};

/// One Arrow IPC stream with a record batch for each of its groups.
///
/// Groups share a payload where their columns agree in names and types: a schema is then written once, and yet each
/// column is as narrow as its own group's counts allow. Measured, a column as wide as the widest group needs takes a
/// fifth more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrequencyPayload {
    /// The group versions, in the order of the batches; not empty.
    pub group_versions: Vec<i64>,
    /// Offsets at which the schema and then each group's batch end.
    pub ends: Vec<usize>,
    /// The stream.
    pub data: Vec<u8>,
}

impl FrequencyPayload {
    /// The payloads of groups of one block.
    ///
    /// # Errors
    /// None but those of Arrow's writer.
    pub fn encode<'a>(
        groups: impl IntoIterator<Item = (i64, &'a FrequencyColumns)>,
    ) -> Result<Vec<Self>, ColumnError> {
        let mut shared: Vec<(Vec<i64>, Vec<Columns>)> = Vec::new();
        for (group_version, columns) in groups {
            let columns = columns.arrays();
            match shared
                .iter_mut()
                .find(|(_, batches)| have_one_schema(&batches[0], &columns))
            {
                Some((group_versions, batches)) => {
                    group_versions.push(group_version);
                    batches.push(columns);
                }
                None => shared.push((vec![group_version], vec![columns])),
            }
        }
        let payload = |(group_versions, batches): (Vec<i64>, _)| {
            let names: Vec<String> = group_versions.iter().map(i64::to_string).collect();
            let metadata = [
                ("group_versions", names.join(",")),
                ("derived", DERIVED.to_owned()),
            ];
            let Stream { data, ends } = ipc::write_all(batches, &metadata)?;
            Ok(FrequencyPayload {
                group_versions,
                ends,
                data,
            })
        };
        shared.into_iter().map(payload).collect()
    }

    /// The stream of one group, as the store cuts it out.
    #[cfg(test)]
    pub(super) fn cut(&self, group: usize) -> Vec<u8> {
        let batch = &self.data[self.ends[group]..self.ends[group + 1]];
        [&self.data[..self.ends[0]], batch].concat()
    }
}

fn have_one_schema(one: &Columns, other: &Columns) -> bool {
    let schema = |columns: &Columns| -> Vec<_> {
        let field =
            |(name, array): &(&'static str, arrow::array::ArrayRef)| (*name, array.data_type().clone());
        columns.iter().map(field).collect()
    };
    schema(one) == schema(other)
}
