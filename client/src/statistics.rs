//! Statistics.

use std::time::Duration;

use allelecast_protocol::statistics::{RunState, StatisticRequest, StatisticRun, Statistics};
use reqwest::Method;

use crate::request::read;
use crate::{Client, Error};

/// Time between two looks at a run.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// Rows of a result that are asked for at once.
const ROWS: u32 = 20_000;

impl Client {
    /// The tools, and whether the server can use R.
    pub async fn statistics(&self) -> Result<Statistics, Error> {
        self.get("/api/v1/statistics").await
    }

    /// Starts a run of a tool, or finds the one that was asked the same of the same version.
    pub async fn start_statistic(
        &self,
        tool: &str,
        request: &StatisticRequest,
    ) -> Result<StatisticRun, Error> {
        self.post(&format!("/api/v1/statistics/{tool}"), request).await
    }

    /// A run with the rows of its result from `offset` on, at most 20,000.
    pub async fn statistic(&self, id: i64, offset: u64) -> Result<StatisticRun, Error> {
        let request = self.request(Method::GET, &format!("/api/v1/statistics/runs/{id}"))?;
        read(request.query(&[("offset", offset), ("limit", ROWS.into())])).await
    }

    /// Looks at a run until it has ended.
    pub async fn ended_statistic(&self, id: i64) -> Result<StatisticRun, Error> {
        loop {
            let run = self.statistic(id, 0).await?;
            if run.state != RunState::Running {
                return Ok(run);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Cancels a run that is under way; deletes one that has ended.
    pub async fn stop_statistic(&self, id: i64) -> Result<(), Error> {
        self.delete(&format!("/api/v1/statistics/runs/{id}")).await
    }
}
