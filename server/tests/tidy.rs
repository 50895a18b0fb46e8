//! Reads the sources and refuses what the rules of the house forbid, so that they hold without anybody remembering.
//! `ARCHITECTURE.md` gives the reasons.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which modules of the server each of its top-level modules may name. Data flows one way.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("import", &["domain", "store"]),
    ("query", &["domain", "store"]),
    ("live", &["domain", "store", "query"]),
    ("stats", &["domain", "store", "query"]),
    ("knowledge", &["domain", "store"]),
    ("export", &["domain", "store", "query"]),
    (
        "ws",
        &[
            "domain",
            "store",
            "import",
            "query",
            "live",
            "stats",
            "knowledge",
            "export",
        ],
    ),
    (
        "http",
        &[
            "domain",
            "store",
            "import",
            "query",
            "live",
            "stats",
            "knowledge",
            "export",
            "ws",
        ],
    ),
    (
        "app",
        &[
            "domain",
            "store",
            "import",
            "query",
            "live",
            "stats",
            "knowledge",
            "export",
            "ws",
            "http",
        ],
    ),
];

const LONGEST_FILE: usize = 600;

/// Folders that hold nothing that the project wrote.
const NOT_OURS: &[&str] = &[
    ".git",
    "target",
    "node_modules",
    "data",
    "var",
    "dist",
    "test-results",
];

struct Source {
    /// Relative to the root of the project.
    path: String,
    text: String,
}

impl Source {
    /// The path of modules: `server/src/import/upload.rs` gives `import`, `upload`.
    fn modules(&self) -> Vec<&str> {
        let inside = self.path.strip_prefix("server/src/").unwrap_or_default();
        inside.trim_end_matches(".rs").split('/').collect()
    }

    fn is(&self, extension: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|found| found == extension)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the project")
        .into()
}

fn sources() -> Vec<Source> {
    let (root, mut folders, mut sources) = (root(), vec![root()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            if NOT_OURS.iter().any(|skipped| name == *skipped) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                sources.push(Source { path, text });
            }
        }
    }
    assert!(sources.len() > 20, "the project's sources are here");
    sources
}

fn server_sources() -> impl Iterator<Item = Source> {
    sources()
        .into_iter()
        .filter(|source| source.path.starts_with("server/src/") && source.is("rs"))
}

/// Fails with one line for each broken rule.
fn none(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The top-level modules that `text` names, by `crate::…` or by as many `super::` as lead to the root from `depth`.
fn named_modules(text: &str, depth: usize) -> BTreeSet<String> {
    let text = without_comments(text);
    let mut named = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        named.extend(heads(&text[at + "crate::".len()..]));
    }
    // One more where the file has a module of tests inside.
    for supers in [depth, depth + 1] {
        let path = "super::".repeat(supers);
        for (at, _) in text.match_indices(&path) {
            if !text[..at].ends_with("super::") {
                let known = |name: &String| MAY_NAME.iter().any(|(module, _)| module == name);
                named.extend(heads(&text[at + path.len()..]).into_iter().filter(known));
            }
        }
    }
    named
}

/// The first name of a path, or of each path in a group: `{a::b, c}` gives `a`, `c`.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let (mut depth, mut heads, mut start) = (0, Vec::new(), 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                heads.push(name(group[start..at].trim_start()));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

#[test]
fn reads_imports() {
    for (text, depth, expected) in [
        ("use crate::store::users;", 2, vec!["store"]),
        (
            "use crate::{\n    domain::{allele, contig},\n    store::pool,\n};",
            2,
            vec!["domain", "store"],
        ),
        ("fn f(a: crate::query::Page) {}", 2, vec!["query"]),
        ("// see crate::http\n/// or crate::ws\n", 2, vec![]),
        ("use super::super::store::pool;", 2, vec!["store"]),
        ("use super::frame::Frame;", 2, vec![]),
        ("mod tests { use super::super::http; }", 1, vec!["http"]),
        ("mod tests { use super::*; }", 1, vec![]),
    ] {
        assert_eq!(
            named_modules(text, depth).into_iter().collect::<Vec<_>>(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn imports_point_one_way() {
    let mut broken = Vec::new();
    for source in server_sources() {
        let modules = source.modules();
        if modules == ["lib"] || modules == ["main"] {
            continue;
        }
        let Some((_, allowed)) = MAY_NAME.iter().find(|(module, _)| *module == modules[0]) else {
            broken.push(format!(
                "{}: give this module a place in the order of tests/tidy.rs",
                source.path
            ));
            continue;
        };
        for name in named_modules(&source.text, modules.len()) {
            if name != modules[0] && !allowed.contains(&name.as_str()) {
                broken.push(format!("{}: `{}` may not name `{name}`", source.path, modules[0]));
            }
        }
    }
    none(broken);
}

#[test]
fn sql_stays_in_the_store() {
    let statements = ["sqlx::", "SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE "];
    let mut broken = Vec::new();
    for source in server_sources().filter(|source| !["store", "app", "main"].contains(&source.modules()[0])) {
        let text = without_comments(&source.text);
        for statement in statements.iter().filter(|statement| text.contains(**statement)) {
            broken.push(format!("{}: `{statement}` belongs into store/", source.path));
        }
    }
    none(broken);
}

#[test]
fn the_domain_does_no_io() {
    let outside = [
        "tokio::",
        "std::fs",
        "std::net",
        "std::process",
        "async fn",
        "async move",
    ];
    let mut broken = Vec::new();
    for source in server_sources().filter(|source| source.modules()[0] == "domain") {
        let text = without_comments(&source.text);
        for word in outside.iter().filter(|word| text.contains(**word)) {
            broken.push(format!("{}: `{word}` has no place in the domain", source.path));
        }
    }
    none(broken);
}

#[test]
fn the_crates_point_one_way() {
    for (manifest, allowed) in [("protocol", &[][..]), ("client", &["allelecast-protocol"][..])] {
        let text = fs::read_to_string(root().join(manifest).join("Cargo.toml")).unwrap();
        let dependencies = text.split_once("[dependencies]").unwrap_or_default().1;
        let ours = dependencies
            .lines()
            .filter(|line| line.starts_with("allelecast-"));
        for line in ours {
            let name = line.split(['.', ' ']).next().unwrap();
            assert!(allowed.contains(&name), "{manifest} may not depend on {name}");
        }
    }
}

#[test]
fn files_are_small_named_for_what_they_hold_and_say_it() {
    let mut broken = Vec::new();
    for source in sources() {
        let (rust, typescript) = (source.is("rs"), source.is("ts"));
        if !rust && !typescript {
            continue;
        }
        let name = Path::new(&source.path).file_stem().unwrap().to_str().unwrap();
        let lines = source.text.lines().count();
        if lines > LONGEST_FILE {
            broken.push(format!(
                "{}: {lines} lines, {LONGEST_FILE} are the limit",
                source.path
            ));
        }
        if name == "mod" {
            broken.push(format!(
                "{}: name the file after the module, beside its folder",
                source.path
            ));
        }
        let vague = ["util", "utils", "helper", "helpers", "manager"];
        if name.split(['_', '-', '.']).any(|word| vague.contains(&word)) {
            broken.push(format!("{}: this name says nothing", source.path));
        }
        if rust && !source.text.starts_with("//!") {
            broken.push(format!(
                "{}: open with `//!`: what does it own, what always holds?",
                source.path
            ));
        }
    }
    none(broken);
}

#[test]
fn no_path_of_a_developers_machine() {
    // Taken apart, so that this file does not break its own rule.
    let homes = ["home", "Users", "work", "root"].map(|folder| format!("/{folder}/"));
    let starts =
        |text: &str, at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "._-*/}".contains(c));
    let mut broken = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            if homes
                .iter()
                .any(|home| line.match_indices(home.as_str()).any(|(at, _)| starts(line, at)))
            {
                broken.push(format!("{}:{}: a path of one machine", source.path, number + 1));
            }
        }
    }
    none(broken);
}
