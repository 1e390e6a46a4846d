//! Temporary repositories and runs of the program in them.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A repository of a test.
pub(crate) struct Repo {
    directory: TempDir,
}

/// What a run gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Repo {
    /// A git repository with these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let repo = Self::without_git(files);
        git2::Repository::init(repo.path()).unwrap();
        repo
    }

    /// A directory with these files.
    pub(crate) fn without_git(files: &[(&str, &str)]) -> Self {
        let repo = Self { directory: tempfile::tempdir().unwrap() };
        for (path, text) in files {
            repo.write(path, text.as_bytes());
        }
        repo
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Moves a file or directory; directories on the way are made.
    pub(crate) fn rename(&self, old: &str, new: &str) {
        let new = self.path().join(new);
        std::fs::create_dir_all(new.parent().unwrap()).unwrap();
        std::fs::rename(self.path().join(old), new).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Runs the program in the repository.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_in("", args)
    }

    /// Runs the program in a directory of the repository.
    pub(crate) fn run_in(&self, directory: &str, args: &[&str]) -> Run {
        Run::new(
            self.command(args).current_dir(self.path().join(directory)).output().unwrap(),
            self,
        )
    }

    /// The program, with nothing of the caller's environment that it reads.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_paritylint"));
        command.args(args).current_dir(self.path()).stdin(Stdio::null());
        for name in
            ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"]
        {
            command.env_remove(name);
        }
        command.env("GIT_CEILING_DIRECTORIES", self.path().parent().unwrap());
        command
    }
}

impl Run {
    fn new(output: Output, repo: &Repo) -> Self {
        let real = repo.path().canonicalize().unwrap();
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(real.to_str().unwrap(), "ROOT")
        };
        Self {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

/// Two overlays of one unit that differ in a value, and one that production lacks.
pub(crate) const SHOP: &[(&str, &str)] = &[
    ("apps/shop/overlays/staging/kustomization.yaml", "resources: [settings.yaml]\n"),
    ("apps/shop/overlays/production/kustomization.yaml", "resources: [settings.yaml]\n"),
    (
        "apps/shop/overlays/staging/settings.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  TIMEOUT: 30s\n  \
         RETRIES: \"3\"\n",
    ),
    (
        "apps/shop/overlays/production/settings.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\ndata:\n  TIMEOUT: 90s\n",
    ),
];
