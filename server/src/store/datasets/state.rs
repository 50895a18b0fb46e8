//! What a dataset's files say of it as a whole.
//!
//! Invariant: functions of their arguments.

use allelecast_protocol::dataset::{DatasetState, FileState, VcfFile};

/// Where a dataset stands.
pub(in crate::store) fn state(completed: bool, files: &[VcfFile]) -> DatasetState {
    let any = |states: &[FileState]| files.iter().any(|file| states.contains(&file.state));
    if files.is_empty() {
        DatasetState::Empty
    } else if any(&[FileState::Waiting, FileState::Importing]) {
        DatasetState::Importing
    } else if any(&[FileState::Failed, FileState::Cancelled]) {
        DatasetState::Failed
    } else if completed {
        DatasetState::Ready
    } else {
        DatasetState::Importing
    }
}

/// Fraction imported of the bytes declared, files that were stopped left out; `None` where a size is unknown.
pub(super) fn progress(files: &[VcfFile]) -> Option<f64> {
    let (mut parsed, mut size) = (0, 0);
    for file in files {
        let whole = file.size?;
        match file.state {
            FileState::Failed | FileState::Cancelled => continue,
            FileState::Ready => parsed += whole,
            FileState::Waiting | FileState::Importing => parsed += file.parsed.min(whole),
        }
        size += whole;
    }
    Some(if size == 0 {
        0.0
    } else {
        parsed as f64 / size as f64
    })
}

/// Alleles that can be seen.
pub(super) fn alleles(files: &[VcfFile]) -> i64 {
    let shown = |file: &&VcfFile| !matches!(file.state, FileState::Failed | FileState::Cancelled);
    files.iter().filter(shown).map(|file| file.alleles).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use FileState::{Cancelled, Failed, Importing, Ready, Waiting};

    fn file(state: FileState, size: Option<i64>, parsed: i64) -> VcfFile {
        VcfFile {
            id: 1,
            dataset_id: 1,
            filename: "a.vcf".into(),
            state,
            size,
            received: parsed,
            parsed,
            records: 5,
            alleles: 6,
            alignment: None,
            error: None,
        }
    }

    #[test]
    fn state_follows_from_the_files() {
        for (completed, files, expected) in [
            (false, &[][..], DatasetState::Empty),
            (true, &[], DatasetState::Empty),
            (false, &[Ready], DatasetState::Importing),
            (true, &[Ready], DatasetState::Ready),
            (true, &[Ready, Waiting], DatasetState::Importing),
            (true, &[Failed, Importing], DatasetState::Importing),
            (true, &[Ready, Failed], DatasetState::Failed),
            (false, &[Cancelled], DatasetState::Failed),
        ] {
            let rows: Vec<_> = files.iter().map(|&state| file(state, Some(10), 0)).collect();
            assert_eq!(state(completed, &rows), expected, "{completed} {files:?}");
        }
    }

    #[test]
    fn progress_and_alleles_leave_out_what_was_stopped() {
        assert_eq!(progress(&[]), Some(0.0));
        assert_eq!(progress(&[file(Importing, None, 3)]), None);
        let files = [
            file(Importing, Some(100), 50),
            file(Ready, Some(100), 90),
            file(Failed, Some(7), 3),
        ];
        assert_eq!(progress(&files), Some(0.75));
        assert_eq!(alleles(&files), 12);
    }
}
