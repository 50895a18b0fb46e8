//! The integration tests, one binary. Those that need a database or Redis run under `deploy/with-test-services`.

mod accounts;
mod counting;
mod datasets;
mod demo;
mod embedded;
mod exports;
mod front_door;
mod support;
mod uploads;
mod validation;
