//! Servers and databases that are killed in the middle of an import: it ends as if nothing had happened.
//!
//! Invariant: moments are random but seeded, and reached by what was observed, never by waiting for time to pass.

mod content;
mod file;
mod gvcf;
mod victim;

use crate::support::postgres::database;
use crate::support::process::Process;
use crate::support::random::Random;
use content::Outcome;
use file::TestFile;
use sqlx::PgPool;
use victim::Import;

/// A lease that runs out soon, so that a restarted server need not wait.
const SOON: [&str; 2] = ["--lease", "2"];

/// Where in an import something is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// Once that many bytes were sent.
    Sent(usize),
    /// Once that many bytes were sent and that many alleles committed.
    Committed(usize, i64),
    /// While bytes from there on are being sent.
    Amid(usize),
}

/// Moments of each kind, in the order of the file; the last ones after its last byte was sent.
fn moments(random: &mut Random, file: &TestFile, number: usize) -> Vec<Moment> {
    let mut offsets: Vec<usize> = (0..number)
        .map(|_| random.below(file.text.len() * 5 / 4).clamp(1, file.text.len()))
        .collect();
    offsets.sort_unstable();
    let at = |(i, offset): (usize, usize)| match (i + random.below(2)) % 3 {
        _ if offset == file.text.len() => {
            let rest = file.alleles() - file.alleles_certain_of(offset);
            Moment::Committed(
                offset,
                file.alleles_certain_of(offset) + random.below(rest as usize + 1) as i64 / 2,
            )
        }
        0 => Moment::Sent(offset),
        1 => Moment::Committed(
            offset,
            random.below(file.alleles_certain_of(offset) as usize + 1) as i64,
        ),
        _ => Moment::Amid(offset),
    };
    offsets.into_iter().enumerate().map(at).collect()
}

/// What an import comes to that nobody disturbs: what the API says, and the genotypes as stored.
async fn undisturbed(url: &str, file: &TestFile, pool: &PgPool) -> (Outcome, Vec<String>) {
    let mut import = Import::begin(url, "undisturbed", file).await;
    let outcome = finish(&mut import, file).await;
    let genotypes = import.genotypes(pool).await;
    (outcome, genotypes)
}

async fn finish(import: &mut Import, file: &TestFile) -> Outcome {
    import.send_to(file.text.len()).await;
    import.complete().await;
    import.outcome().await
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_of_the_server_change_nothing() {
    let (database, data) = (database().await, tempfile::tempdir().unwrap());
    let pool = PgPool::connect(&database.url).await.unwrap();
    let mut random = Random::new(20);
    let file = TestFile::new(&mut random);
    let mut server = Process::start(Some(&database.url), data.path(), &SOON);
    let (expected, genotypes) = undisturbed(&server.url, &file, &pool).await;
    assert_eq!(expected.alleles, file.alleles());
    assert!(expected.findings.lines().count() > 10, "{}", expected.findings);

    let mut import = Import::begin(&server.url, "disturbed", &file).await;
    for (number, moment) in moments(&mut random, &file, 20).into_iter().enumerate() {
        println!("kill {number}: {moment:?}");
        match moment {
            Moment::Sent(offset) => import.send_to(offset).await,
            Moment::Committed(offset, alleles) => {
                import.send_to(offset).await;
                import.committed(alleles).await;
            }
            Moment::Amid(offset) => import.send_amid(offset).await,
        }
        server.kill();
        server = Process::start(Some(&database.url), data.path(), &SOON);
        import.go_on_at(&server.url).await;
    }
    finish(&mut import, &file).await.assert_is(&expected);
    content::assert_same_rows(&import.genotypes(&pool).await, &genotypes);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_kills_of_postgresql_change_nothing() {
    let data = tempfile::tempdir().unwrap();
    let mut random = Random::new(5);
    let file = TestFile::new(&mut random);
    let server = Process::start(None, data.path(), &SOON);
    let database = victim::Postgres::of(&server);
    let pool = database.pool().await;
    let (expected, genotypes) = undisturbed(&server.url, &file, &pool).await;

    let mut import = Import::begin(&server.url, "disturbed", &file).await;
    for (number, moment) in moments(&mut random, &file, 5).into_iter().enumerate() {
        println!("kill {number}: {moment:?}");
        let (Moment::Sent(offset) | Moment::Committed(offset, _) | Moment::Amid(offset)) = moment;
        import.send_to(offset).await;
        if let Moment::Committed(_, alleles) = moment {
            import.committed(alleles).await;
        }
        victim::Postgres::kill(&server);
    }
    finish(&mut import, &file).await.assert_is(&expected);
    let pool = database.pool().await;
    content::assert_same_rows(&import.genotypes(&pool).await, &genotypes);
    pool.close().await;
    server.stop();
}

/// The other instance is there all along; within which time it takes over is told by the length of the lease, which
/// the worker holds against the 15 seconds when it is compiled.
#[tokio::test(flavor = "multi_thread")]
async fn another_instance_goes_on_where_a_killed_one_stood() {
    let (database, data) = (database().await, tempfile::tempdir().unwrap());
    let pool = PgPool::connect(&database.url).await.unwrap();
    let mut random = Random::new(1);
    let file = TestFile::new(&mut random);
    let first = Process::start(Some(&database.url), data.path(), &[]);
    let (expected, genotypes) = undisturbed(&first.url, &file, &pool).await;
    let mut import = Import::begin(&first.url, "disturbed", &file).await;
    let third = file.text.len() / 3;
    import.send_to(third).await;
    import.committed(file.alleles_certain_of(third)).await;
    let second = Process::start(Some(&database.url), data.path(), &[]);
    first.kill();
    import.go_on_at(&second.url).await;
    finish(&mut import, &file).await.assert_is(&expected);
    content::assert_same_rows(&import.genotypes(&pool).await, &genotypes);
}
