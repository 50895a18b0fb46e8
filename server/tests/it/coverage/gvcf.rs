//! gVCFs: generated, counted naively, asked at positions where only another dataset has alleles.

use std::fmt::Write;

use allelecast_client::protocol::dataset::{NewDataset, Profile};
use allelecast_client::protocol::row::Status;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{cell, import, reference, rows};
use crate::support::server::{new_dataset, server};

const SAMPLES: [&str; 5] = ["A", "B", "C", "D", "E"];
const LAST: u32 = 3_000;

/// What a gVCF says of each sample at each position, and the file that says it.
struct Generated {
    text: String,
    /// By position and sample: called alleles, and whether the call is of high quality.
    called: Vec<[(u32, bool); 5]>,
    /// Positions of its own alleles.
    alleles: Vec<u32>,
}

/// GATK's blocks (`per_sample` false): END holds for all samples. Those of VCF 4.5: each sample has its own LEN.
fn generate(per_sample: bool, seed: u64) -> Generated {
    let mut random = StdRng::seed_from_u64(seed);
    let version = if per_sample { "4.5" } else { "4.2" };
    let symbol = if per_sample { "<*>" } else { "<NON_REF>" };
    let mut text = format!(
        "##fileformat=VCFv{version}\n##contig=<ID=1>\n##contig=<ID=2>\n##ALT=<ID={},Description=\"Any\">\n\
         ##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n\
         ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
         ##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n\
         ##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Quality\">\n\
         ##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description=\"Least depth\">\n\
         ##FORMAT=<ID=LEN,Number=1,Type=Integer,Description=\"Length\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\tD\tE\n",
        symbol.trim_matches(['<', '>'])
    );
    let mut called = vec![[(0, false); 5]; LAST as usize + 200];
    let mut alleles = Vec::new();
    let mut position = 100;
    while position < LAST {
        let is_allele = position > 100 && random.random_bool(0.2);
        let length = if is_allele {
            1
        } else {
            random.random_range(1..80u32)
        };
        let end = position + length - 1;
        let (alternate, info) = match (is_allele, per_sample) {
            (true, _) => (format!("C,{symbol}"), ".".to_owned()),
            (false, false) => (symbol.to_owned(), format!("END={end}")),
            (false, true) => (symbol.to_owned(), ".".to_owned()),
        };
        let format = if per_sample {
            "GT:DP:GQ:LEN"
        } else {
            "GT:DP:GQ:MIN_DP"
        };
        write!(text, "1\t{position}\t.\tA\t{alternate}\t.\t.\t{info}\t{format}").unwrap();
        for (sample, _) in SAMPLES.iter().enumerate() {
            let least = random.random_range(0..30u32);
            let quality = random.random_range(0..60u32);
            let genotype = match (random.random_range(0..6), is_allele) {
                (0, _) => "./.",
                (1, true) => "0/2",
                _ => "0/0",
            };
            let is_called = genotype != "./.";
            let is_hq = is_called && least >= 10 && quality >= 20 && genotype == "0/0";
            let own = if per_sample && !is_allele {
                random.random_range(1..200u32)
            } else {
                length
            };
            let last = if per_sample && !is_allele {
                LAST.min(position + own - 1)
            } else {
                end
            };
            if is_called {
                for at in position..=last {
                    called[at as usize][sample] = (2, is_hq);
                }
            }
            let extra = if per_sample {
                if is_allele || !is_called {
                    ".".into()
                } else {
                    (last - position + 1).to_string()
                }
            } else if is_allele {
                ".".into()
            } else {
                least.to_string()
            };
            write!(text, "\t{genotype}:{least}:{quality}:{extra}").unwrap();
        }
        text.push('\n');
        if is_allele {
            alleles.push(position);
        }
        position = end
            + 1
            + if random.random_bool(0.2) {
                random.random_range(1..50)
            } else {
                0
            };
    }
    // A contig that has nothing but a block.
    let calls = ["0/0:30:50:."; 5].join("\t");
    let format = if per_sample {
        "GT:DP:GQ:LEN"
    } else {
        "GT:DP:GQ:MIN_DP"
    };
    writeln!(text, "2\t500\t.\tA\t{symbol}\t.\t.\tEND=600\t{format}\t{calls}").unwrap();
    Generated {
        text,
        called,
        alleles,
    }
}

/// An allele at every fifth position, that no gVCF here has.
fn asking() -> String {
    let mut text = String::from(
        "##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=2>\n\
         ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
         #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tZ\n",
    );
    for position in (50..LAST + 100).step_by(5) {
        writeln!(text, "1\t{position}\t.\tA\tT\t.\t.\t.\tGT\t0/1").unwrap();
    }
    text + "2\t499\t.\tA\tT\t.\t.\t.\tGT\t0/1\n2\t550\t.\tA\tT\t.\t.\t.\tGT\t0/1\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gvcf_counts_whom_it_covers() {
    let server = server().await;
    let client = server.user().await;
    import(&client, &new_dataset("asking"), &asking()).await;
    let members = [("all", 0..5), ("pop.P", 0..2), ("pop.Q", 2..5)];
    for (name, per_sample, seed) in [("gatk", false, 7), ("lengths", true, 8)] {
        let generated = generate(per_sample, seed);
        // VCF 4.2 forbids GATK's key MIN_DP.
        let new = NewDataset {
            profile: Profile::Tolerant,
            ..reference(name, None)
        };
        let dataset = import(&client, &new, &generated.text).await;
        assert!(dataset.has_coverage);
        assert_eq!(
            dataset.alleles as usize,
            generated.alleles.len(),
            "<NON_REF> is no allele"
        );
        // The same before and after the blocks were compacted.
        for _ in 0..2 {
            let request = allelecast_client::QueryRequest {
                limit: Some(1_000),
                groups: members
                    .iter()
                    .map(|(group, _)| format!("{name}.{group}"))
                    .collect(),
                ..allelecast_client::QueryRequest::new("GRCh37", "seen(asking.all)")
            };
            let listed = client.query(&request).await.unwrap().rows;
            for row in listed.iter().filter(|row| row.chrom == "1") {
                let called = &generated.called[row.pos as usize];
                for (group, range) in &members {
                    let of_group = &called[range.clone()];
                    let found = &row.groups[&format!("{name}.{group}")];
                    let an: u32 = of_group.iter().map(|(n, _)| n).sum();
                    let hq_an: u32 = of_group.iter().filter(|(_, hq)| *hq).map(|(n, _)| n).sum();
                    let status = if an == 0 { Status::NoData } else { Status::NotSeen };
                    assert_eq!(found.status, status, "{group} at {}", row.pos);
                    assert_eq!(found.an.unwrap_or(0), an, "{group} at {}", row.pos);
                    assert_eq!(found.inferred, an > 0);
                    // At a record of its own with an allele the file lacks AD, and quality of "0/2" is not known.
                    if an > 0 && !generated.alleles.contains(&row.pos) {
                        assert_eq!(found.hq.unwrap().an, Some(hq_an), "{group} at {}", row.pos);
                    }
                }
            }
            let second = rows(&client, &format!("af({name}.all) < 1% AND region:2")).await;
            assert_eq!(second.len(), 1, "chromosome 2 is covered from 500 to 600");
            assert_eq!(
                cell(&second, "2-550-A-T", &format!("{name}.all")).mean_dp,
                Some(30.0)
            );
            wait_for_compaction(&server.pool().await).await;
        }
    }
}

/// Waits until no job is left.
async fn wait_for_compaction(pool: &sqlx::PgPool) {
    loop {
        let open: i64 = sqlx::query_scalar("SELECT count(*) FROM job WHERE state IN ('queued', 'running')")
            .fetch_one(pool)
            .await
            .unwrap();
        if open == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}
