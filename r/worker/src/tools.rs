//! The R package's tools, and calling one.
//!
//! Invariant: only the package's own `run_tool` is ever called, which keeps the list of tools and catches R's errors.

use std::path::Path;

use allelecast_protocol::r::{RPackage, RReply, RRequest};
use extendr_api::prelude::*;

use super::WorkerError;
use super::{arguments, tables};

/// What a tool gave back.
pub struct Answer {
    /// Its table, an Arrow IPC stream.
    pub table: Vec<u8>,
    pub warnings: Vec<String>,
}

/// The loaded package.
pub struct Tools {
    run_tool: Function,
    describe: Function,
}

impl Tools {
    /// Loads the package from its sources, or as it is installed.
    pub fn load(r_dir: Option<&Path>) -> std::result::Result<Self, WorkerError> {
        let package = match r_dir {
            Some(folder) => {
                let folder = Robj::from(folder.to_string_lossy().as_ref());
                eval_string_with_params(
                    "local({
                        package <- new.env(parent = globalenv())
                        for (file in list.files(file.path(param.0, 'R'), full.names = TRUE)) sys.source(file, package)
                        package
                    })",
                    &[&folder],
                )
            }
            None => eval_string("asNamespace('allelecastr')"),
        };
        let package = package.map_err(|_| {
            WorkerError::R("the package allelecastr could not be loaded; standard error has R's words".into())
        })?;
        let function = |name: &str| {
            let found =
                eval_string_with_params("get(param.0, envir = param.1)", &[&Robj::from(name), &package]);
            let found = found.ok().and_then(|found| found.as_function());
            found.ok_or_else(|| WorkerError::R(format!("the package allelecastr has no function {name}")))
        };
        Ok(Self {
            run_tool: function("run_tool")?,
            describe: function("describe")?,
        })
    }

    /// What the worker says of itself.
    pub fn hello(&self) -> std::result::Result<RReply, WorkerError> {
        let described = self.describe.call(pairlist!())?;
        let texts = |name: &str| -> Vec<String> {
            let value = described.dollar(name).ok();
            value
                .and_then(|value| value.as_string_vector())
                .unwrap_or_default()
        };
        let packages = texts("packages").into_iter().zip(texts("versions"));
        Ok(RReply::Hello {
            r: texts("r").concat(),
            packages: packages
                .map(|(name, version)| RPackage { name, version })
                .collect(),
            tools: texts("tools"),
        })
    }

    /// Calls a tool; the error is R's message.
    pub fn call(&self, request: &RRequest, payload: &[u8]) -> std::result::Result<Answer, String> {
        let arguments = arguments::list(request, payload).map_err(|error| error.to_string())?;
        let call = pairlist!(tool = request.tool.as_str(), arguments = arguments);
        let answer = self
            .run_tool
            .call(call)
            .map_err(|_| "R could not be called".to_owned())?;
        let part = |name: &str| answer.dollar(name).ok().filter(|part| !part.is_null());
        if let Some(message) = part("error") {
            return Err(message.as_str().unwrap_or("R gave no reason").to_owned());
        }
        let value = part("value")
            .and_then(|value| value.as_list())
            .ok_or("the tool gave no table")?;
        let table = tables::write(&value).map_err(|error| error.to_string())?;
        let warnings = part("warnings")
            .and_then(|warnings| warnings.as_string_vector())
            .unwrap_or_default();
        Ok(Answer { table, warnings })
    }
}
