//! Counting a new group version over the blocks that exist, from their genotype planes, without the file.
//!
//! Invariant: it is published whole; a group that was just made answers from its planes meanwhile, as does a block that is
//! committed meanwhile without the version.

use super::run::{ImportError, Workbench};
use crate::domain::build::Build;
use crate::domain::columns::{FrequencyColumns, FrequencyPayload, GenotypeColumns, SiteColumns};
use crate::domain::groups::Sex;
use crate::domain::planes::SampleMask;
use crate::store::blocks::{self, BlockRecord};
use crate::store::jobs::Claim;
use crate::store::recounts::{self, Recount};
use crate::store::{StoreError, imports};

/// Counts and publishes the group version of a claimed job.
pub(super) async fn recount(bench: &Workbench, claim: &Claim) -> Result<(), ImportError> {
    let id = claim.group_version_id.unwrap_or_default();
    let Some(recount) = recounts::load(&bench.pool, id).await? else {
        return Ok(recounts::finish(&bench.pool, claim).await?);
    };
    let sexes = imports::sexes(&bench.pool, recount.dataset_id).await?;
    for block in blocks::uncounted(&bench.pool, recount.dataset_id, id).await? {
        count(bench, &recount, &sexes, &block).await?;
    }
    if recount.is_published {
        recounts::finish(&bench.pool, claim).await?;
    } else {
        recounts::publish(&bench.head, &bench.pool, claim, &recount).await?;
    }
    Ok(())
}

async fn count(
    bench: &Workbench,
    recount: &Recount,
    sexes: &[(i64, String)],
    block: &BlockRecord,
) -> Result<(), ImportError> {
    // A file that was taken back meanwhile needs no count.
    let Some(file) = imports::load(&bench.pool, block.file_id).await? else {
        return Ok(());
    };
    let build: Build = file
        .build
        .parse()
        .map_err(|_| malformed("the build is not known"))?;
    let samples = file.sample_ids.len();
    let sites = blocks::sites(&bench.pool, &[(block.bucket, block.id)]).await?;
    let (_, sites) = sites
        .into_iter()
        .next()
        .ok_or_else(|| malformed("the sites are missing"))?;
    let frames = blocks::genotypes(&bench.pool, block.bucket, block.id).await?;
    let index = |wanted: &dyn Fn(i64) -> bool| {
        let indexes = (0u32..)
            .zip(&file.sample_ids)
            .filter(|(_, id)| wanted(**id))
            .map(|(index, _)| index);
        SampleMask::new(samples, indexes)
    };
    let members = index(&|id| recount.members.contains(&id));
    let males = index(&|id| {
        sexes
            .iter()
            .any(|(male, sex)| *male == id && sex_of(sex) == Sex::Male)
    });
    let (contig, group_version) = (block.contig, recount.group_version_id);
    let counted = tokio::task::spawn_blocking(move || {
        let sites = SiteColumns::decode(&sites)?;
        let genotypes = GenotypeColumns::decode(samples, frames.iter().map(Vec::as_slice))?;
        let counted = FrequencyColumns::from_planes(&genotypes, &members, &males, build, contig, &sites.pos);
        FrequencyPayload::encode([(group_version, &counted)])
    });
    for payload in counted.await.map_err(|_| ImportError::Died)?? {
        blocks::add_frequencies(&bench.pool, block.bucket, block.id, &payload).await?;
    }
    Ok(())
}

fn sex_of(text: &str) -> Sex {
    if text == "male" { Sex::Male } else { Sex::Female }
}

fn malformed(message: &str) -> ImportError {
    StoreError::Malformed {
        what: "block",
        message: message.to_owned(),
    }
    .into()
}
