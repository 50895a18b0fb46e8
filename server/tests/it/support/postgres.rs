//! A fresh, empty database for each test.
//!
//! Invariant: no two tests share a database, and none is left when its test has ended, well or badly.

use sqlx::{Connection, Executor, PgConnection};

const VARIABLE: &str = "ALLELECAST_TEST_DATABASE_URL";

/// A database of one test; dropping it drops the database with all connections to it.
#[derive(Debug)]
pub struct TestDatabase {
    /// The connection URL; its role may do everything.
    pub url: String,
    name: String,
    admin_url: String,
}

/// Makes a database in the PostgreSQL that `deploy/with-test-services` runs beside the tests.
pub async fn database() -> TestDatabase {
    let admin_url = std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{VARIABLE} is not set: run the tests as `deploy/with-test-services cargo test …` or `make test`"
        )
    });
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    execute(&admin_url, &format!("CREATE DATABASE {name}"))
        .await
        .expect("a database can be made");
    let mut url = url::Url::parse(&admin_url).expect("the variable holds a URL");
    url.set_path(&name);
    TestDatabase {
        url: url.into(),
        name,
        admin_url,
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let admin_url = std::mem::take(&mut self.admin_url);
        // The test's own runtime may be the one that is ending here, so this brings another.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(execute(&admin_url, &statement))
        })
        .join()
        .expect("dropping does not panic");
        assert!(
            std::thread::panicking() || dropped.is_ok(),
            "{} was not dropped: {dropped:?}",
            self.name
        );
    }
}

async fn execute(url: &str, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(statement).await?;
    connection.close().await
}

#[tokio::test]
async fn databases_are_apart_and_go_away() {
    let (first, second) = (database().await, database().await);
    execute(&first.url, "CREATE TABLE only_here ()").await.unwrap();
    assert!(execute(&second.url, "SELECT FROM only_here").await.is_err());
    let gone = first.url.clone();
    drop(first);
    assert!(execute(&gone, "SELECT 1").await.is_err());
}
