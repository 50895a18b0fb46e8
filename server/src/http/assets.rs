//! The bundle of the pages: which hashed file stands for a name, and serving the files.
//!
//! Invariant: the manifest is read once, at start; a file named in it never changes, so browsers may keep it for ever.

use std::collections::HashMap;
use std::path::{Path as FilePath, PathBuf};

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::{AppState, Error, Path};

/// Where the files are served.
const BASE: &str = "/static/";

/// One entry of the manifest: a file, and the chunks that it cannot start without.
#[derive(Debug, Clone, Deserialize)]
struct Entry {
    file: String,
    preload: Vec<String>,
}

/// The bundle.
#[derive(Debug, Default)]
pub struct Assets {
    dir: PathBuf,
    entries: HashMap<String, Entry>,
}

/// Why the bundle cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AssetsError {
    /// The manifest is there and cannot be read.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The manifest.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The manifest is no manifest.
    #[error("{path}: {source}; build the pages again", path = .path.display())]
    Malformed {
        /// The manifest.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

impl Assets {
    /// Reads the manifest of a bundle. Without one there are no pages, and all else works.
    pub fn open(dir: &FilePath) -> Result<Self, AssetsError> {
        let path = dir.join("manifest.json");
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                tracing::warn!(manifest = %path.display(), "the pages are not built; only the API is served");
                return Ok(Self::default());
            }
            Err(source) => return Err(AssetsError::Io { path, source }),
        };
        let entries =
            serde_json::from_slice(&text).map_err(|source| AssetsError::Malformed { path, source })?;
        Ok(Self {
            dir: dir.to_owned(),
            entries,
        })
    }

    /// Address of a file by the name that it was built from (`app.css`); an error while the pages are not built.
    pub fn url(&self, name: &str) -> Result<String, Error> {
        Ok(address(&self.entry(name)?.file))
    }

    /// Addresses of the chunks that a script cannot start without.
    pub fn preload(&self, name: &str) -> Result<Vec<String>, Error> {
        Ok(self
            .entry(name)?
            .preload
            .iter()
            .map(|file| address(file))
            .collect())
    }

    fn entry(&self, name: &str) -> Result<&Entry, Error> {
        let missing = || {
            Error::unavailable("The pages are not built.")
                .with_hint("Run `npm run build` in `static/`, then restart.")
        };
        self.entries.get(name).ok_or_else(missing)
    }
}

fn address(file: &str) -> String {
    format!("{BASE}{file}")
}

/// A file of the bundle.
pub async fn file(
    State(state): State<AppState>,
    Path(file): Path<String>,
    mut request: Request,
) -> Result<Response, Error> {
    let uri = format!("/{file}")
        .parse::<Uri>()
        .map_err(|_| Error::not_found("file"))?;
    *request.uri_mut() = uri;
    let served = ServeDir::new(&state.assets.dir)
        .append_index_html_on_directories(false)
        .oneshot(request)
        .await;
    let mut response = served.map_err(Error::internal)?.into_response();
    if response.status().is_client_error() {
        return Err(Error::not_found("file"));
    }
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, forever);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(manifest: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("manifest.json"), manifest).unwrap();
        folder
    }

    #[test]
    fn names_lead_to_hashed_files() {
        let folder = folder(r#"{"start.js": {"file": "start-AB12.js", "preload": ["chunk-CD34.js"]}}"#);
        let assets = Assets::open(folder.path()).unwrap();
        assert_eq!(assets.url("start.js").unwrap(), "/static/start-AB12.js");
        assert_eq!(assets.preload("start.js").unwrap(), ["/static/chunk-CD34.js"]);
        assert!(assets.url("other.js").is_err());
    }

    #[test]
    fn without_a_bundle_pages_say_what_to_do() {
        let assets = Assets::open(FilePath::new("/nowhere")).unwrap();
        assert!(
            assets
                .url("start.js")
                .unwrap_err()
                .to_string()
                .contains("npm run build")
        );
    }

    #[test]
    fn a_broken_manifest_is_named() {
        let folder = folder("{");
        let error = Assets::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("manifest.json"), "{error}");
    }
}
