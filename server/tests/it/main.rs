//! The integration tests, one binary. Those that need a database or Redis run under `deploy/with-test-services`.

mod accounts;
mod adhoc;
mod alignment;
mod checks;
mod command_line;
mod counting;
mod coverage;
mod datasets;
mod demo;
mod embedded;
mod exports;
mod front_door;
mod genes;
mod groups;
mod imports;
mod killed;
mod live;
mod payloads;
mod stated;
mod statistics;
mod support;
mod sweep;
mod symbolic;
mod uploads;
mod validation;
