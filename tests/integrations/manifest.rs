//! `.pre-commit-hooks.yaml` itself.

use std::path::Path;

use serde_yaml::Value;

use crate::site::Site;
use crate::tools::tool;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");

#[test]
fn both_frameworks_accept_the_manifest() {
    let site = Site::empty();
    for framework in ["pre-commit", "prek"] {
        let Some(program) = tool(framework) else { continue };
        site.run(program, &["validate-manifest", MANIFEST]).passes();
    }
}

/// The traps that were measured: names that are filtered or split, hooks that run beside
/// themselves, commits that only delete.
#[test]
fn a_hook_always_runs_once_and_asks_git_itself() {
    let text = std::fs::read_to_string(Path::new(MANIFEST)).unwrap();
    let hooks: Value = serde_yaml::from_str(&text).unwrap();
    let hooks = hooks.as_sequence().unwrap();
    let ids: Vec<_> = hooks.iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["paritylint", "paritylint-system"]);
    for hook in hooks {
        assert_eq!(hook["always_run"], Value::Bool(true));
        assert_eq!(hook["pass_filenames"], Value::Bool(false));
        assert_eq!(hook["require_serial"], Value::Bool(true));
        for filter in ["files", "types", "types_or", "exclude", "exclude_types", "verbose"] {
            assert!(hook.get(filter).is_none(), "{filter}");
        }
        // The frameworks build binaries and call them by this name.
        assert!(hook["entry"].as_str().unwrap().starts_with("paritylint check --hook"));
    }
}
