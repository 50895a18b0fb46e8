//! Routes, extractors, pages.
//!
//! Invariant: every route is listed in one table ([`routes`]), and all but a named few demand a signed-in user.

pub mod auth;
mod error;
mod extract;
mod limits;
mod middleware;
mod openapi;
mod route;
pub mod routes;
mod settings;
mod state;

pub mod account;
mod assets;
mod callable;
mod check;
mod datasets;
mod demo;
mod docs;
mod exports;
mod files;
mod findings;
mod genes;
mod groups;
mod health;
mod info_groups;
mod pages;
mod panel;
mod query;
mod socket;
mod statistics;
mod tokens;
mod uploads;
mod ws_ticket;

pub use assets::{Assets, AssetsError};
pub use demo::Demo;
pub use error::Error;
pub use extract::{Body, Path, Query};
pub use limits::Limits;
pub use route::Route;
pub use routes::router;
pub use settings::Settings;
pub use state::AppState;
