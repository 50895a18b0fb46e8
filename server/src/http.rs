//! Routes, extractors, pages.
//!
//! Invariant: every route is listed in one table, and all but a named few demand a signed-in user.
