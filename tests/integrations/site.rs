//! Git repositories of tests, and programs that run in them with an environment of their own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A directory with a git repository in `work`, and homes for the programs beside it.
pub(crate) struct Site {
    directory: TempDir,
}

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    /// Both streams, the second after the first.
    pub(crate) text: String,
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  selector:
    matchLabels: {app: orders}
  template:
    metadata:
      labels: {app: orders}
    spec:
      containers:
        - name: api
          image: nordwerk/orders:1.4.0
";

/// The settings of an environment that is as it should be.
pub(crate) const SETTINGS: &str = "apiVersion: v1
kind: ConfigMap
metadata:
  name: orders
data:
  REGION: north
  COLOUR: green
  CURRENCY: EUR
  GREETING: moin
  LANGUAGE: de
  MODE: quick
  ORDER: newest
  TIMEOUT: 30s
  RETRIES: \"3\"
";

/// One unit of kustomizations, one of plain manifests.
pub(crate) fn overlay(environment: &str) -> PathBuf {
    Path::new("apps/orders/overlays").join(environment)
}

pub(crate) fn manifests(environment: &str) -> PathBuf {
    Path::new("clusters").join(environment).join("billing")
}

/// Settings without a key that staging has.
pub(crate) fn without(key: &str) -> String {
    let lines = SETTINGS.split_inclusive('\n');
    lines.filter(|line| !line.trim_start().starts_with(key)).collect()
}

impl Site {
    /// A repository without a commit.
    pub(crate) fn empty() -> Self {
        let site = Self { directory: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(site.work()).unwrap();
        std::fs::write(
            site.path("gitconfig"),
            "[user]\nname = Kim\nemail = kim@nordwerk.example\n[init]\ndefaultBranch = main\n\
             [advice]\ndetachedHead = false\n",
        )
        .unwrap();
        site.git(&["init", "--quiet"]).passes();
        site
    }

    /// A repository whose two environments are alike, not committed.
    pub(crate) fn uncommitted() -> Self {
        let site = Self::empty();
        for environment in ["staging", "production"] {
            let (overlay, manifests) = (overlay(environment), manifests(environment));
            let kustomization = "namespace: orders\nresources: [deployment.yaml, settings.yaml]\n";
            site.write(overlay.join("kustomization.yaml"), kustomization);
            for directory in [overlay, manifests] {
                site.write(directory.join("deployment.yaml"), DEPLOYMENT);
                site.write(directory.join("settings.yaml"), SETTINGS);
            }
        }
        site
    }

    /// A repository whose two environments are alike, with one commit.
    pub(crate) fn new() -> Self {
        let site = Self::uncommitted();
        site.commit_unchecked("begin");
        site
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join(name)
    }

    /// A directory beside the repository.
    pub(crate) fn directory(&self, name: &str) -> PathBuf {
        let directory = self.path(name);
        std::fs::create_dir_all(&directory).unwrap();
        directory
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.path("work")
    }

    pub(crate) fn write(&self, path: impl AsRef<Path>, text: &str) {
        let path = self.work().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Commits everything, without hooks.
    pub(crate) fn commit_unchecked(&self, message: &str) {
        self.git(&["add", "--all"]).passes();
        self.git(&["commit", "--quiet", "--no-verify", "--message", message]).passes();
    }

    /// How many commits there are.
    pub(crate) fn commits(&self) -> usize {
        let run = self.git(&["rev-list", "--count", "HEAD"]);
        if run.code == 0 { run.text.trim().parse().unwrap() } else { 0 }
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> Run {
        self.run("git", arguments)
    }

    /// Runs a program in the repository.
    pub(crate) fn run(&self, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Run {
        Run::of(self.command(program).args(arguments), "")
    }

    /// A program that will run in the repository. Nothing of the caller's environment reaches it:
    /// tests are run by hooks too, and git tells hooks by variables which repository is meant.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let ours = Path::new(env!("CARGO_BIN_EXE_paritylint")).parent().unwrap().to_owned();
        let inherited = std::env::var_os("PATH").unwrap();
        let path = std::iter::once(ours).chain(std::env::split_paths(&inherited));
        command
            .env_clear()
            .env("PATH", std::env::join_paths(path).unwrap())
            .env("HOME", self.path("home"))
            .env("XDG_CACHE_HOME", self.path("home/cache"))
            .env("PRE_COMMIT_HOME", self.path("home/pre-commit"))
            .env("PREK_HOME", self.path("home/prek"))
            .env("GIT_CONFIG_GLOBAL", self.path("gitconfig"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C.UTF-8")
            .current_dir(self.work());
        command
    }
}

impl Run {
    /// Runs a command that reads this from its standard input.
    pub(crate) fn of(command: &mut Command, input: &str) -> Self {
        let pipe = Stdio::piped;
        let mut child = command.stdin(pipe()).stdout(pipe()).stderr(pipe()).spawn().unwrap();
        // A program that reads nothing may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        Self { code: output.status.code().unwrap(), text: text.concat() }
    }

    #[track_caller]
    pub(crate) fn passes(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.text);
        self
    }

    /// It left with 1 and said all of this.
    #[track_caller]
    pub(crate) fn fails(self, words: &[&str]) -> Self {
        assert_eq!(self.code, 1, "{}", self.text);
        self.says(words)
    }

    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.text.contains(word), "no `{word}` in:\n{}", self.text);
        }
        self
    }

    #[track_caller]
    pub(crate) fn never_says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(!self.text.contains(word), "`{word}` in:\n{}", self.text);
        }
        self
    }
}
