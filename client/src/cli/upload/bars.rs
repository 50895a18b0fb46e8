//! Two things grow at once: the bytes sent, file by file, and the import. Each has its bar, rate and time left.
//!
//! Invariant: what is drawn goes to standard error, and nothing is where that is no terminal.

use std::time::Duration;

use allelecast_client::Client;
use allelecast_client::protocol::dataset::{Dataset, FileState};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Time between two looks at the import while files are sent.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The bars of one upload.
pub(super) struct Bars {
    all: MultiProgress,
    import: ProgressBar,
}

impl Bars {
    pub(super) fn new() -> Self {
        let all = MultiProgress::new();
        let import = all.add(ProgressBar::new(0));
        import.set_style(style(
            "import [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta} left, {msg}",
        ));
        Self { all, import }
    }

    /// A bar for a file that is sent.
    pub(super) fn sending(&self, name: &str, size: u64) -> ProgressBar {
        let bar = self.all.insert_before(&self.import, ProgressBar::new(size));
        bar.set_style(style(
            "{prefix} [{bar:30}] {bytes}/{total_bytes} {bytes_per_sec} {eta} left",
        ));
        bar.set_prefix(name.to_owned());
        bar
    }

    /// Shows how far the import is, until it is dropped.
    pub(super) async fn watch(&self, client: &Client, dataset_id: i64) {
        loop {
            // What cannot be seen now is seen later.
            if let Ok(dataset) = client.dataset(dataset_id).await {
                self.show(&dataset);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Shows how far the import is: of the bytes declared, those that were read.
    pub(super) fn show(&self, dataset: &Dataset) {
        let (mut read, mut size) = (0, 0);
        for file in &dataset.files {
            let whole = file.size.unwrap_or(file.received);
            let parsed = match file.state {
                FileState::Failed | FileState::Cancelled => continue,
                FileState::Ready => whole,
                FileState::Waiting | FileState::Importing => file.parsed.min(whole),
            };
            read += parsed.unsigned_abs();
            size += whole.unsigned_abs();
        }
        self.import.set_length(size);
        self.import.set_position(read);
        self.import.set_message(format!("{} alleles", dataset.alleles));
    }

    /// Leaves the bars as they are.
    pub(super) fn end(&self) {
        self.import.finish();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
