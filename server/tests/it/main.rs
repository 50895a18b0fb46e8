//! The integration tests, one binary. Those that need a database or Redis run under `deploy/with-test-services`.

mod counting;
mod embedded;
mod support;
mod validation;
