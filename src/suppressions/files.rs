//! Which files are searched for marks.

use crate::text::RepoPath;

/// Largest file that is searched, in bytes: nobody writes marks into more.
pub(super) const LARGEST: usize = 1 << 20;

/// Directories whose files are documents, copies, or data of tests.
const FOREIGN: &[&str] =
    &["doc", "docs", "fixtures", "node_modules", "testdata", "test-data", "third_party", "vendor"];

/// Extensions of files that tools with marks read. Documents are not among them: a mark in one is
/// an example.
const EXTENSIONS: &[&str] = &[
    "bash",
    "bicep",
    "c",
    "cc",
    "cfg",
    "cjs",
    "conf",
    "cpp",
    "cs",
    "cue",
    "dockerfile",
    "env",
    "go",
    "gotmpl",
    "gradle",
    "groovy",
    "h",
    "hcl",
    "ini",
    "java",
    "js",
    "json",
    "jsonnet",
    "jsx",
    "kt",
    "libsonnet",
    "mjs",
    "mk",
    "php",
    "properties",
    "proto",
    "ps1",
    "py",
    "rb",
    "rego",
    "rs",
    "scala",
    "sh",
    "sql",
    "swift",
    "tf",
    "tfvars",
    "tofu",
    "toml",
    "tpl",
    "ts",
    "tsx",
    "xml",
    "yaml",
    "yml",
];

/// Beginnings of names of files without an extension that says what they are.
const NAMES: &[&str] = &["Dockerfile", "Containerfile", "Makefile", "Jenkinsfile", ".env"];

/// Whole names of ignore files and settings without a known extension.
const SETTINGS: &[&str] = &[".trivyignore", ".gitleaksignore", ".yamllint"];

/// Whether marks in the file are meant for a tool.
pub(super) fn is_read(path: &RepoPath) -> bool {
    let name = path.file_name();
    let known = EXTENSIONS.contains(&path.extension().as_str())
        || NAMES.iter().any(|start| name.starts_with(start))
        || SETTINGS.contains(&name);
    known && !path.parent().is_some_and(|directory| is_foreign(&directory))
}

fn is_foreign(directory: &RepoPath) -> bool {
    let mut before = "";
    directory.segments().any(|name| {
        let of_tests = before == "tests" && name == "data";
        let hidden = name.starts_with('.') && !matches!(name, ".github" | ".config");
        before = name;
        hidden || of_tests || FOREIGN.contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::is_read;
    use crate::text::RepoPath;

    #[test]
    fn documents_and_data_of_tests_are_not_read() {
        for path in [
            "a.yaml",
            "main.tf",
            "Dockerfile.api",
            ".github/workflows/ci.yml",
            ".trivyignore",
            "envs/test/a.yaml",
            ".yamllint",
            "hack/run.sh",
            "chart/templates/tests/a.yaml",
        ] {
            assert!(is_read(&RepoPath::new(path).unwrap()), "{path}");
        }
        for path in [
            "README.md",
            "docs/a.yaml",
            "tests/data/a.yaml",
            "logo.png",
            "notes.txt",
            "a/vendor/x.go",
            ".chainsaw-test/a.yaml",
            "tests/fixtures/a.tf",
        ] {
            assert!(!is_read(&RepoPath::new(path).unwrap()), "{path}");
        }
    }
}
