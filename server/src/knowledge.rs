//! Gene annotation: importers and look-ups.
