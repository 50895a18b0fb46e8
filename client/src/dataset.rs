//! Datasets, their files, samples, groups and findings.

use std::time::Duration;

use allelecast_protocol::dataset::{
    CreatedDataset, Dataset, FileState, Group, GroupUpdate, InfoGroupOffer, InfoGroupsRequest, NewDataset,
    NewGroup, NewPanel, VcfFile,
};
use allelecast_protocol::finding::FindingsPage;
use allelecast_protocol::panel::{PanelPreview, PanelPreviewRequest, SamplePage};
use reqwest::Method;

use crate::request::{read, send};
use crate::{Client, Error};

/// Time between two looks at a dataset that is being imported.
const LOOK_EVERY: Duration = Duration::from_millis(250);

impl Client {
    /// All datasets, newest first.
    pub async fn datasets(&self) -> Result<Vec<Dataset>, Error> {
        self.get("/api/v1/datasets").await
    }

    /// Makes a dataset.
    pub async fn create_dataset(&self, new: &NewDataset) -> Result<CreatedDataset, Error> {
        self.post("/api/v1/datasets", new).await
    }

    /// A dataset.
    pub async fn dataset(&self, id: i64) -> Result<Dataset, Error> {
        self.get(&format!("/api/v1/datasets/{id}")).await
    }

    /// Deletes a dataset.
    pub async fn delete_dataset(&self, id: i64) -> Result<(), Error> {
        self.delete(&format!("/api/v1/datasets/{id}")).await
    }

    /// Says that no further file follows.
    pub async fn complete(&self, id: i64) -> Result<Dataset, Error> {
        read(self.request(Method::POST, &format!("/api/v1/datasets/{id}/complete"))?).await
    }

    /// Looks at a dataset until none of its files is on its way; `look` sees it each time.
    pub async fn settled(&self, id: i64, mut look: impl FnMut(&Dataset)) -> Result<Dataset, Error> {
        loop {
            let dataset = self.dataset(id).await?;
            look(&dataset);
            let on_its_way = |file: &VcfFile| matches!(file.state, FileState::Waiting | FileState::Importing);
            if !dataset.files.iter().any(on_its_way) {
                return Ok(dataset);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Stops a file that is on its way.
    pub async fn cancel_file(&self, id: i64) -> Result<VcfFile, Error> {
        read(self.request(Method::POST, &format!("/api/v1/files/{id}/cancel"))?).await
    }

    /// Imports a failed or cancelled file again; the answer is the new file.
    pub async fn retry_file(&self, id: i64) -> Result<VcfFile, Error> {
        read(self.request(Method::POST, &format!("/api/v1/files/{id}/retry"))?).await
    }

    /// A page of a dataset's samples; `after` is the `next` of the page before.
    pub async fn samples(&self, id: i64, after: Option<&str>) -> Result<SamplePage, Error> {
        let request = self.request(Method::GET, &format!("/api/v1/datasets/{id}/samples"))?;
        read(request.query(&after.map(|after| [("after", after)]))).await
    }

    /// A page of the validation report; `after` is the `next` of the page before.
    pub async fn findings(&self, id: i64, after: Option<&str>) -> Result<FindingsPage, Error> {
        let request = self.request(Method::GET, &format!("/api/v1/datasets/{id}/findings"))?;
        read(request.query(&after.map(|after| [("after", after)]))).await
    }

    /// The validation report as CSV.
    pub async fn findings_csv(&self, id: i64) -> Result<String, Error> {
        let request = self.request(Method::GET, &format!("/api/v1/datasets/{id}/findings"))?;
        Ok(send(request.query(&[("format", "csv")])).await?.text().await?)
    }

    /// The groups of all datasets of a build.
    pub async fn groups(&self, build: &str) -> Result<Vec<Group>, Error> {
        read(
            self.request(Method::GET, "/api/v1/groups")?
                .query(&[("build", build)]),
        )
        .await
    }

    /// Replaces a dataset's callable regions by those of a BED, plain or gzipped.
    pub async fn replace_callable(&self, id: i64, bed: Vec<u8>) -> Result<Dataset, Error> {
        let request = self.request(Method::PUT, &format!("/api/v1/datasets/{id}/callable"))?;
        read(request.body(bed)).await
    }

    /// What a panel would do with these samples.
    pub async fn preview_panel(&self, request: &PanelPreviewRequest) -> Result<PanelPreview, Error> {
        self.post("/api/v1/panel/preview", request).await
    }

    /// Gives a group other members, by sample name; it is counted in the background.
    pub async fn update_group(&self, id: i64, members: Vec<String>) -> Result<Group, Error> {
        let members = Some(members);
        self.change_group(
            id,
            &GroupUpdate {
                members,
                ..GroupUpdate::default()
            },
        )
        .await
    }

    /// Gives a group other members, another name, or both.
    pub async fn change_group(&self, id: i64, update: &GroupUpdate) -> Result<Group, Error> {
        let path = format!("/api/v1/groups/{id}");
        read(self.request(Method::PATCH, &path)?.json(update)).await
    }

    /// Makes a group of samples.
    pub async fn create_group(&self, new: &NewGroup) -> Result<Group, Error> {
        self.post("/api/v1/groups", new).await
    }

    /// Removes a group.
    pub async fn delete_group(&self, id: i64) -> Result<(), Error> {
        self.delete(&format!("/api/v1/groups/{id}")).await
    }

    /// Applies a panel to a dataset that is there already.
    pub async fn put_panel(&self, id: i64, panel: &NewPanel) -> Result<Dataset, Error> {
        let path = format!("/api/v1/datasets/{id}/panel");
        read(self.request(Method::PUT, &path)?.json(panel)).await
    }

    /// The groups that INFO lines with these ids speak of.
    pub async fn preview_info_groups(&self, infos: Vec<String>) -> Result<Vec<InfoGroupOffer>, Error> {
        self.post("/api/v1/info-groups/preview", &InfoGroupsRequest { infos })
            .await
    }
}
