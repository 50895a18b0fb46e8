//! Datasets, their files, samples, groups and findings.

use allelecast_client::Error;
use allelecast_client::protocol::ErrorCode;
use allelecast_client::protocol::dataset::{DatasetState, FileState};
use allelecast_client::protocol::finding::{FindingsPage, Severity};
use allelecast_client::protocol::panel::PanelPreviewRequest;
use sqlx::PgPool;

use crate::support::server::{new_dataset, server, server_with, server_without_imports};

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorCode {
    result.unwrap_err().code().unwrap()
}

async fn seq(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT seq FROM head")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn make_complete_delete() {
    let server = server().await;
    let (pool, client) = (server.pool().await, server.user().await);
    let before = seq(&pool).await;
    let first = client.create_dataset(&new_dataset("1000 Genomes")).await.unwrap();
    let second = client
        .create_dataset(&new_dataset(" 1000 Genomes "))
        .await
        .unwrap();
    assert_eq!(
        (first.slug.as_str(), second.slug.as_str()),
        ("dataset_1000_genomes", "dataset_1000_genomes_2")
    );
    assert_eq!(seq(&pool).await, before + 2);
    let listed: Vec<i64> = client
        .datasets()
        .await
        .unwrap()
        .iter()
        .map(|dataset| dataset.id)
        .collect();
    assert_eq!(listed, [second.id, first.id]);

    let shown = client.dataset(first.id).await.unwrap();
    assert_eq!(
        (shown.build.as_str(), shown.state, shown.progress),
        ("GRCh37", DatasetState::Empty, Some(0.0))
    );
    client.complete(first.id).await.unwrap();
    client.complete(first.id).await.unwrap();
    assert_eq!(seq(&pool).await, before + 3, "completing twice is one change");
    assert_eq!(
        code(client.begin_upload(first.id, "a.vcf", Some(1)).await),
        ErrorCode::Conflict
    );

    client.delete_dataset(first.id).await.unwrap();
    assert_eq!(seq(&pool).await, before + 4);
    assert_eq!(code(client.dataset(first.id).await), ErrorCode::NotFound);
    assert_eq!(code(client.delete_dataset(first.id).await), ErrorCode::NotFound);
    assert_eq!(code(client.complete(first.id).await), ErrorCode::NotFound);
    let again = client.create_dataset(&new_dataset("1000 Genomes")).await.unwrap();
    assert_eq!(
        again.slug, "dataset_1000_genomes",
        "the slug of a deleted dataset is free"
    );
    let kinds: Vec<String> = sqlx::query_scalar("SELECT kind FROM change ORDER BY seq")
        .fetch_all(&pool)
        .await
        .unwrap();
    let expected = [
        "dataset_created",
        "dataset_created",
        "dataset_completed",
        "dataset_deleted",
        "dataset_created",
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn fields_are_checked() {
    let server = server_with(|config| config.limits.max_panel = 5_000).await;
    let client = server.user().await;
    let mut wrong_build = new_dataset("x");
    wrong_build.build = "hg19".into();
    assert_eq!(
        code(client.create_dataset(&wrong_build).await),
        ErrorCode::InvalidField
    );
    assert_eq!(
        code(client.create_dataset(&new_dataset("  ")).await),
        ErrorCode::InvalidField
    );
    let mut panel = new_dataset("x");
    panel.panel = Some("sample\tpop\nA\tGBR\nA\tYRI\n".into());
    assert_eq!(code(client.create_dataset(&panel).await), ErrorCode::InvalidField);
    panel.panel = Some(format!("sample\tpop\n{}", "A\tGBR\n".repeat(1000)));
    assert_eq!(
        code(client.create_dataset(&panel).await),
        ErrorCode::LimitExceeded
    );
    panel.panel = Some("sample\tpop\nA\tGBR\n".into());
    client.create_dataset(&panel).await.unwrap();
}

#[tokio::test]
async fn panels_are_previewed() {
    let server = server().await;
    let request = PanelPreviewRequest {
        panel: "sample\tpop\tsex\nA\tGBR\tmale\nB\tYRI\tfemale\n".into(),
        samples: vec!["A".into(), "C1::B".into(), "C".into()],
        ignore_prefix: false,
    };
    let preview = server.user().await.preview_panel(&request).await.unwrap();
    assert_eq!((preview.listed, preview.samples, preview.matched), (2, 3, 1));
    assert_eq!(preview.prefix.map(|prefix| prefix.matched_without), Some(2));
    let families: Vec<&str> = preview
        .families
        .iter()
        .map(|family| family.family.as_str())
        .collect();
    assert_eq!(families, ["all", "pop", "sex"]);
}

#[tokio::test]
async fn a_file_is_cancelled_and_retried() {
    let server = server_without_imports().await;
    let (client, dataset) = server.user_with_dataset().await;
    let mut upload = client.begin_upload(dataset, "a.vcf", Some(10)).await.unwrap();
    upload.append("12345").await.unwrap();
    let file = client.dataset(dataset).await.unwrap().files.remove(0);
    assert_eq!(
        (file.state, file.received, file.size),
        (FileState::Waiting, 5, Some(10))
    );
    assert_eq!(
        client.dataset(dataset).await.unwrap().state,
        DatasetState::Importing
    );
    assert_eq!(code(client.retry_file(file.id).await), ErrorCode::Conflict);

    let cancelled = client.cancel_file(file.id).await.unwrap();
    assert_eq!(cancelled.state, FileState::Cancelled);
    assert!(cancelled.error.unwrap().message.starts_with("Cancelled by user"));
    assert_eq!(code(client.cancel_file(file.id).await), ErrorCode::Conflict);
    assert_eq!(code(upload.append("67890").await), ErrorCode::NotFound);
    assert_eq!(client.dataset(dataset).await.unwrap().state, DatasetState::Failed);

    let retried = client.retry_file(file.id).await.unwrap();
    assert_eq!((retried.state, retried.received), (FileState::Waiting, 5));
    assert_eq!(code(client.retry_file(file.id).await), ErrorCode::Conflict);
    assert_eq!(upload.append("67890").await.unwrap(), 10);
    let files = client.dataset(dataset).await.unwrap().files;
    assert_eq!(files.len(), 1, "only the newest try is shown");
    assert_eq!((files[0].id, files[0].received), (retried.id, 10));
    let jobs: Vec<(String, String)> = sqlx::query_as("SELECT kind, state FROM job ORDER BY id")
        .fetch_all(&server.pool().await)
        .await
        .unwrap();
    assert_eq!(jobs[0], ("import".into(), "cancelled".into()));
    assert_eq!((jobs.len(), jobs[1].0.as_str()), (2, "import"));
}

#[tokio::test]
async fn samples_and_groups_are_listed() {
    let server = server_with(|config| config.limits.max_page = 2).await;
    let (client, dataset) = server.user_with_dataset().await;
    let pool = server.pool().await;
    sqlx::query(
        "WITH samples AS (INSERT INTO sample (dataset_id, name, sex)
                          VALUES ($1, 'A', 'male'), ($1, 'B', NULL), ($1, 'C', 'female') RETURNING id),
              groups AS (INSERT INTO sample_group (dataset_id, family, value)
                         VALUES ($1, 'pop', 'GBR'), ($1, 'all', 'all'), ($1, 'pop', 'new') RETURNING id, value)
         INSERT INTO group_version (group_id, members, published_seq)
         SELECT g.id, ARRAY (SELECT id FROM samples), CASE WHEN g.value <> 'new' THEN 1 END FROM groups g",
    )
    .bind(dataset)
    .execute(&pool)
    .await
    .unwrap();
    let groups = client.groups("GRCh37").await.unwrap();
    let names: Vec<(&str, i64)> = groups
        .iter()
        .map(|group| (group.name.as_str(), group.samples))
        .collect();
    assert_eq!(
        names,
        [("test.all", 3), ("test.pop.GBR", 3)],
        "one that is being counted is not listed"
    );
    assert!(client.groups("GRCh38").await.unwrap().is_empty());
    let shown = client.dataset(dataset).await.unwrap();
    assert_eq!((shown.samples, shown.groups), (3, groups));

    let first = client.samples(dataset, None).await.unwrap();
    assert_eq!(
        first
            .samples
            .iter()
            .map(|sample| sample.name.as_str())
            .collect::<Vec<_>>(),
        ["A", "B"]
    );
    assert_eq!(
        (first.samples[0].sex.as_deref(), first.samples[0].groups.len()),
        (Some("male"), 2)
    );
    let second = client.samples(dataset, first.next.as_deref()).await.unwrap();
    assert_eq!((second.samples[0].name.as_str(), second.next), ("C", None));
    assert_eq!(code(client.samples(dataset + 1, None).await), ErrorCode::NotFound);
}

#[tokio::test]
async fn findings_come_by_page_and_as_safe_csv() {
    let server = server_with(|config| config.limits.max_page = 2).await;
    let (client, dataset) = server.user_with_dataset().await;
    client.begin_upload(dataset, "a,b.vcf", Some(10)).await.unwrap();
    let file = client.dataset(dataset).await.unwrap().files[0].id;
    let pool = server.pool().await;
    sqlx::query(
        "INSERT INTO finding (file_id, rule, severity, line, \"column\", text, message) VALUES
             ($1, 'pos-not-integer', 'error', 7, 2, '=1+1', 'POS must be a number'),
             ($1, 'info.key', 'warning', 8, 8, 'A,\"B\"', 'undeclared'),
             ($1, 'info.key', 'warning', 9, 8, 'C', 'undeclared')",
    )
    .bind(file)
    .execute(&pool)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO finding_total VALUES ($1, 'pos-not-integer', 'error', 1), ($1, 'info.key', 'warning', 5000)",
    )
    .bind(file)
    .execute(&pool)
    .await
    .unwrap();
    let first = client.findings(dataset, None).await.unwrap();
    let totals: Vec<(&str, Severity, i64)> = first
        .totals
        .iter()
        .map(|total| (total.rule.as_str(), total.severity, total.n))
        .collect();
    assert_eq!(
        totals,
        [
            ("pos-not-integer", Severity::Error, 1),
            ("info.key", Severity::Warning, 5000)
        ]
    );
    assert_eq!((first.findings.len(), first.findings[0].line), (2, 7));
    let second = client.findings(dataset, first.next.as_deref()).await.unwrap();
    assert_eq!(
        (second.findings.len(), second.findings[0].line, second.next),
        (1, 9, None)
    );
    let request = client
        .request(
            reqwest::Method::GET,
            &format!("/api/v1/datasets/{dataset}/findings?rule=info.key&severity=warning&limit=1"),
        )
        .unwrap();
    let own: FindingsPage = request.send().await.unwrap().json().await.unwrap();
    assert_eq!((own.findings.len(), own.findings[0].line), (1, 8));
    let shown = client.dataset(dataset).await.unwrap().findings;
    assert_eq!((shown.errors, shown.warnings), (1, 5000));
    let csv = client.findings_csv(dataset).await.unwrap();
    let expected = "file,severity,rule,line,column,text,message,section,specification,how to mend\r\n\
        \"a,b.vcf\",error,pos-not-integer,7,2,\"'=1+1\",POS must be a number,1.4.1 / 1.6.1,\
        \"POS is required and an integer, 0 or more.\",Write the 1-based position.\r\n\
        \"a,b.vcf\",warning,info.key,8,8,\"A,\"\"B\"\"\",undeclared,,,\r\n\
        \"a,b.vcf\",warning,info.key,9,8,C,undeclared,,,\r\n";
    assert_eq!(csv, expected);
    assert_eq!(
        code(client.findings(dataset + 1, None).await),
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn completing_lets_a_block_commit_that_has_taken_its_version() {
    let server = server_without_imports().await;
    let (client, id) = server.user_with_dataset().await;
    client.begin_upload(id, "a.vcf", Some(10)).await.unwrap();
    let pool = server.pool().await;
    let mut block = pool.begin().await.unwrap();
    sqlx::query("UPDATE head SET seq = seq + 1")
        .execute(&mut *block)
        .await
        .unwrap();
    let completing = tokio::spawn(async move { client.complete(id).await });
    // Until it has the dataset and waits for the version.
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity
                                WHERE datname = current_database() AND wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(waits)
        .fetch_one(&pool)
        .await
        .unwrap()
    {
        tokio::task::yield_now().await;
    }
    sqlx::query(
        "INSERT INTO block (id, dataset_id, file_id, contig, first_pos, last_pos, span_start, span_end, n, bucket,
                            bytes, created_seq)
         SELECT nextval('block_id_seq'), dataset_id, id, 20, 1, 1, 1, 1, 1, 0, 0, 1 FROM vcf_file",
    )
    .execute(&mut *block)
    .await
    .unwrap();
    block.rollback().await.unwrap();
    completing.await.unwrap().unwrap();
}
