//! The integration tests, one binary. Those that need a database or Redis run under `deploy/with-test-services`.

mod accounts;
mod adhoc;
mod command_line;
mod counting;
mod datasets;
mod demo;
mod embedded;
mod exports;
mod front_door;
mod genes;
mod hostile;
mod killed;
mod live;
mod statistics;
mod support;
mod uploads;
mod validation;
