//! Snapshot + transitions = a fresh query, for rows and for charts, through anything that may happen to the data.
//!
//! Two datasets share positions and leave gaps. A plan of random steps imports, breaks off, retracts, recounts and
//! deletes; at every version that a watcher is shown, a second server with caches of its own is asked the same.

use std::fmt::Write;

use allelecast_client::live::Live;
use allelecast_client::protocol::dataset::{AbsentSites, FileState};
use allelecast_client::protocol::live::Subscription;
use allelecast_client::{Client, Upload};
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::support::{settle, subscription};
use crate::support::server::{PASSWORD, TestServer, new_dataset, server};

/// Longest that a step may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(40);
/// Regions that the files of a dataset lie in, one each, apart from one another.
const REGIONS: usize = 6;
const SAMPLES: [&str; 5] = ["S1", "S2", "S3", "S4", "S5"];
const PANEL: &str =
    "sample\tpop\tsex\nS1\tP\tmale\nS2\tP\tfemale\nS3\tQ\tmale\nS4\tQ\tfemale\nS5\tQ\tfemale\n";

#[derive(Debug, Clone)]
enum Step {
    /// A file goes in whole.
    Import { dataset: usize, region: usize },
    /// A file goes in by halves, the first of which is seen before the second comes.
    ByHalves { dataset: usize, region: usize },
    /// A file whose last line is broken: what was seen of it is taken back.
    Break { dataset: usize, region: usize },
    /// A file is cancelled half way.
    Cancel { dataset: usize, region: usize },
    /// A group gets other members.
    Recount { dataset: usize, members: u8 },
    /// A dataset gets other callable regions.
    Callable { dataset: usize, regions: u8 },
    /// The second dataset is deleted.
    Delete,
}

fn step() -> impl Strategy<Value = Step> {
    let place = || (0..2usize, 0..REGIONS);
    prop_oneof![
        4 => place().prop_map(|(dataset, region)| Step::Import { dataset, region }),
        3 => place().prop_map(|(dataset, region)| Step::ByHalves { dataset, region }),
        2 => place().prop_map(|(dataset, region)| Step::Break { dataset, region }),
        2 => place().prop_map(|(dataset, region)| Step::Cancel { dataset, region }),
        2 => (0..2usize, 1..32u8).prop_map(|(dataset, members)| Step::Recount { dataset, members }),
        2 => (0..2usize, any::<u8>()).prop_map(|(dataset, regions)| Step::Callable { dataset, regions }),
        1 => Just(Step::Delete),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 4, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_what_a_fresh_query_says(
        steps in proptest::collection::vec(step(), 4..9),
        reference in any::<[bool; 2]>(),
        seed in any::<u64>(),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(play(steps, reference, seed));
    }
}

struct World {
    client: Client,
    judge: Client,
    live: Live,
    ids: [i64; 2],
    slugs: [String; 2],
    /// Regions that hold a file already.
    taken: [[bool; REGIONS]; 2],
    deleted: bool,
    /// Where absent sites mean the reference.
    reference: [bool; 2],
    random: StdRng,
}

async fn play(steps: Vec<Step>, reference: [bool; 2], seed: u64) {
    let server: TestServer = server().await;
    let second = server.second_instance().await;
    let client = server.user().await;
    let email = client.account().await.unwrap().email;
    let judge = Client::new(&format!("http://{}", second.address)).unwrap();
    judge.login(&email, PASSWORD).await.unwrap();
    let (mut ids, mut slugs) = ([0; 2], [String::new(), String::new()]);
    for (at, name) in ["a", "b"].into_iter().enumerate() {
        let mut new = new_dataset(name);
        new.panel = Some(PANEL.into());
        new.absent_sites = if reference[at] {
            AbsentSites::Reference
        } else {
            AbsentSites::Unknown
        };
        let created = client.create_dataset(&new).await.unwrap();
        (ids[at], slugs[at]) = (created.id, created.slug);
    }
    let live = Live::connect(&client, None).await.unwrap();
    let mut world = World {
        client,
        judge,
        live,
        ids,
        slugs,
        taken: Default::default(),
        deleted: false,
        reference,
        random: StdRng::seed_from_u64(seed),
    };
    // Groups exist once a file has named its samples.
    for dataset in 0..2 {
        world.import(dataset, 0).await;
    }
    for asked in world.asked() {
        world.live.subscribe(asked).await.unwrap();
    }
    for step in steps {
        // The steps that a failing plan took stand in its output.
        println!("{step:?}");
        let taken = tokio::time::timeout(PATIENCE, world.take(&step)).await;
        assert!(
            taken.is_ok(),
            "{step:?} does not come to its end: {}",
            world.standing().await
        );
        let asked = world.asked();
        settle(&mut world.live, &world.judge, &asked).await;
    }
    second.stop().await.unwrap();
}

impl World {
    /// The queries that are watched and can still be asked afresh.
    fn asked(&self) -> Vec<Subscription> {
        let both = &self.slugs[..];
        let one = &self.slugs[..1];
        let queries = [
            (1, one, ""),
            (2, one, "af(a.pop.P) < 30% OR NOT seen(a.pop.Q)"),
            (3, both, ""),
            (
                4,
                both,
                "hom(a.pop.Q) >= 1 OR af(b.pop.P) > 5 * af(a.pop.P) OR NOT covered(b.all)",
            ),
        ];
        let known = queries.into_iter().filter(|(sub, ..)| !self.deleted || *sub < 3);
        known
            .map(|(sub, datasets, query)| subscription(sub, datasets, query))
            .collect()
    }

    async fn take(&mut self, step: &Step) {
        match *step {
            Step::Import { dataset, region } if self.is_free(dataset, region) => {
                self.import(dataset, region).await
            }
            Step::ByHalves { dataset, region } if self.is_free(dataset, region) => {
                let text = self.vcf(region, None);
                let mut upload = self.half(dataset, region, &text).await;
                let rest = text[upload.offset() as usize..].to_owned();
                upload.append(rest).await.unwrap();
                self.taken[dataset][region] = true;
                self.file_is(dataset, FileState::Ready).await;
            }
            Step::Break { dataset, region } if self.is_free(dataset, region) => {
                let text = self.vcf(
                    region,
                    Some("20\tnowhere\t.\tA\tC\t.\t.\t.\tGT\t0/0\t0/0\t0/0\t0/0\t0/0\n"),
                );
                let mut upload = self.half(dataset, region, &text).await;
                let rest = text[upload.offset() as usize..].to_owned();
                upload.append(rest).await.unwrap();
                self.file_is(dataset, FileState::Failed).await;
            }
            Step::Cancel { dataset, region } if self.is_free(dataset, region) => {
                let text = self.vcf(region, None);
                self.half(dataset, region, &text).await;
                let files = self.client.dataset(self.ids[dataset]).await.unwrap().files;
                self.client
                    .cancel_file(files.iter().map(|file| file.id).max().unwrap())
                    .await
                    .unwrap();
                self.file_is(dataset, FileState::Cancelled).await;
            }
            Step::Recount { dataset, members } if dataset == 0 || !self.deleted => {
                let groups = self.client.dataset(self.ids[dataset]).await.unwrap().groups;
                let group = groups.iter().find(|group| group.value == "P").unwrap().clone();
                let chosen =
                    |(bit, name): (usize, &&str)| (members >> bit & 1 == 1).then(|| (*name).to_owned());
                let members: Vec<String> = SAMPLES.iter().enumerate().filter_map(chosen).collect();
                let size = members.len() as i64;
                let before = self.client.head().await.unwrap();
                self.client.update_group(group.id, members).await.unwrap();
                loop {
                    let groups = self.client.dataset(self.ids[dataset]).await.unwrap().groups;
                    let counted = groups
                        .iter()
                        .any(|known| known.id == group.id && known.samples == size);
                    if counted && self.client.head().await.unwrap() != before {
                        break;
                    }
                }
            }
            Step::Callable { dataset, regions }
                if self.reference[dataset] && (dataset == 0 || !self.deleted) =>
            {
                let region = |region: u32| 1_000_000 + 700_000 * region;
                let chosen = (0..REGIONS as u32).filter(|at| regions >> at & 1 == 1);
                let bed: String = chosen
                    .map(|at| format!("20\t{}\t{}\n", region(at) + 15, region(at) + 200_000))
                    .collect();
                let changed = self
                    .client
                    .replace_callable(self.ids[dataset], bed.into_bytes())
                    .await;
                changed.unwrap();
            }
            Step::Delete if !self.deleted => {
                self.client.delete_dataset(self.ids[1]).await.unwrap();
                self.deleted = true;
            }
            _ => {}
        }
    }

    /// Where the datasets stand, for who must find out why.
    async fn standing(&self) -> String {
        let [a, b] = [
            self.client.dataset(self.ids[0]).await,
            self.client.dataset(self.ids[1]).await,
        ];
        format!("{a:?}\n{b:?}")
    }

    fn is_free(&self, dataset: usize, region: usize) -> bool {
        !self.taken[dataset][region] && (dataset == 0 || !self.deleted)
    }

    async fn import(&mut self, dataset: usize, region: usize) {
        let text = self.vcf(region, None);
        let size = text.len() as u64;
        let mut upload = self
            .client
            .begin_upload(self.ids[dataset], "x.vcf", Some(size))
            .await
            .unwrap();
        upload.append(text).await.unwrap();
        self.taken[dataset][region] = true;
        self.file_is(dataset, FileState::Ready).await;
    }

    /// Uploads the first half of a file and waits until something of it is committed.
    async fn half(&mut self, dataset: usize, region: usize, text: &str) -> Upload {
        let size = text.len() as u64;
        let name = format!("half{region}.vcf");
        let mut upload = self
            .client
            .begin_upload(self.ids[dataset], &name, Some(size))
            .await
            .unwrap();
        upload
            .append(text[..text.len() * 3 / 4].to_owned())
            .await
            .unwrap();
        loop {
            let files = self.client.dataset(self.ids[dataset]).await.unwrap().files;
            let newest = files.iter().max_by_key(|file| file.id).unwrap();
            if newest.alleles > 0 {
                return upload;
            }
        }
    }

    /// Waits until the newest file of a dataset has come to a state.
    async fn file_is(&self, dataset: usize, state: FileState) {
        loop {
            let files = self.client.dataset(self.ids[dataset]).await.unwrap().files;
            let newest = files.iter().max_by_key(|file| file.id).unwrap();
            if newest.state == state {
                return;
            }
            let ended = matches!(
                newest.state,
                FileState::Ready | FileState::Failed | FileState::Cancelled
            );
            assert!(!ended, "{newest:?} should be {state:?}");
        }
    }

    /// A file of a region, with positions that the other dataset may have too.
    fn vcf(&mut self, region: usize, last: Option<&str>) -> String {
        let mut text = String::from(
            "##fileformat=VCFv4.2\n##contig=<ID=20>\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
             #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2\tS3\tS4\tS5\n",
        );
        // Some files are gVCFs, with blocks that cover some of the samples up to the next record.
        let gvcf = self.random.random_bool(0.4);
        // 700,000 bases a region: some regions lie across the border of two cells.
        let mut position = 1_000_000 + 700_000 * region as u32;
        for _ in 0..self.random.random_range(6..14) {
            position +=
                10 * self.random.random_range(1..4) * if self.random.random_bool(0.1) { 9_000 } else { 1 };
            let alternate = ["A", "C", "A,C"][self.random.random_range(0..3)];
            write!(text, "20\t{position}\t.\tG\t{alternate}\t.\t.\t.\tGT").unwrap();
            for _ in SAMPLES {
                let genotypes = ["0/0", "0/0", "0/1", "1/1", "./.", "0|1", "./1"];
                write!(
                    text,
                    "\t{}",
                    genotypes[self.random.random_range(0..genotypes.len())]
                )
                .unwrap();
            }
            text.push('\n');
            if gvcf {
                let end = position + self.random.random_range(1..20);
                write!(text, "20\t{}\t.\tG\t<NON_REF>\t.\t.\tEND={end}\tGT", position + 1).unwrap();
                for _ in SAMPLES {
                    let genotypes = ["0/0", "0/0", "./."];
                    write!(text, "\t{}", genotypes[self.random.random_range(0..3)]).unwrap();
                }
                text.push('\n');
            }
        }
        text.push_str(last.unwrap_or_default());
        text
    }
}
