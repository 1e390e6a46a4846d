//! A job of GitHub that has one step, this Action, run as a runner would.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_yaml::Value;

use crate::site::{Run, Site};

/// The program of this build.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_paritylint");

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn action() -> Value {
    serde_yaml::from_str(&std::fs::read_to_string(root().join("action.yml")).unwrap()).unwrap()
}

/// A job that has one step: the Action.
pub(crate) struct Job<'s> {
    site: &'s Site,
    inputs: BTreeMap<&'static str, String>,
    /// `github.event.…` and the variables that go with them.
    event: BTreeMap<&'static str, String>,
    variables: BTreeMap<&'static str, String>,
    /// Where the Action's own files lie.
    pub(crate) sources: PathBuf,
}

/// What came out of a job.
#[derive(Default)]
pub(crate) struct Outcome {
    /// The exit code of the step that failed, or 0.
    pub(crate) code: i32,
    pub(crate) log: String,
    pub(crate) summary: String,
    /// Outputs as `STEP.NAME`.
    pub(crate) outputs: BTreeMap<String, String>,
    /// The Actions that were used, and with what.
    pub(crate) used: BTreeMap<String, BTreeMap<String, String>>,
}

impl<'s> Job<'s> {
    /// A job on a push, with the program of this build.
    pub(crate) fn new(site: &'s Site) -> Self {
        Self {
            site,
            inputs: BTreeMap::from([("binary", PROGRAM.to_owned())]),
            event: BTreeMap::new(),
            variables: BTreeMap::from([("GITHUB_EVENT_NAME", "push".to_owned())]),
            sources: root().to_owned(),
        }
    }

    pub(crate) fn input(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.inputs.insert(name, value.into());
        self
    }

    pub(crate) fn event(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.event.insert(name, value.into());
        self
    }

    pub(crate) fn variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.insert(name, value.into());
        self
    }

    /// Runs the steps one after the other, as far as they go.
    pub(crate) fn run(&self) -> Outcome {
        let action = action();
        let mut outcome = Outcome::default();
        let summary = self.site.path("summary");
        std::fs::write(&summary, "").unwrap();
        for step in action["runs"]["steps"].as_sequence().unwrap() {
            if step.get("if").is_some_and(|condition| !self.holds(condition, &action, &outcome)) {
                continue;
            }
            if let Some(uses) = step.get("uses") {
                let with = self.values(step.get("with"), &action, &outcome);
                let (name, _) = uses.as_str().unwrap().split_once('@').unwrap();
                outcome.used.insert(name.to_owned(), with);
                continue;
            }
            let output = self.site.path("output");
            std::fs::write(&output, "").unwrap();
            let script = self.site.path("script.sh");
            std::fs::write(&script, step["run"].as_str().unwrap()).unwrap();
            let mut command = self.site.command("bash");
            command
                .args(["--noprofile", "--norc", "-e", "-o", "pipefail"])
                .arg(&script)
                .env("GITHUB_ACTIONS", "true")
                .env("GITHUB_ACTION_PATH", &self.sources)
                .env("GITHUB_WORKSPACE", self.site.work())
                .env("GITHUB_OUTPUT", &output)
                .env("GITHUB_STEP_SUMMARY", &summary)
                .env("RUNNER_TEMP", self.site.directory("temp"))
                .env("RUNNER_TOOL_CACHE", self.site.directory("cache"))
                .env("RUNNER_OS", "Linux")
                .env("RUNNER_ARCH", "X64")
                .envs(&self.variables)
                .envs(self.values(step.get("env"), &action, &outcome));
            let run = Run::of(&mut command, "");
            outcome.log += &run.text;
            let id = step.get("id").and_then(Value::as_str).unwrap_or("-");
            for line in std::fs::read_to_string(&output).unwrap().lines() {
                let (name, value) = line.split_once('=').unwrap();
                outcome.outputs.insert(format!("{id}.{name}"), value.to_owned());
            }
            outcome.code = run.code;
            if run.code != 0 {
                break;
            }
        }
        outcome.summary = std::fs::read_to_string(&summary).unwrap();
        outcome
    }

    /// A map of a step, with its expressions resolved.
    fn values(
        &self,
        map: Option<&Value>,
        action: &Value,
        outcome: &Outcome,
    ) -> BTreeMap<String, String> {
        let map = map.and_then(Value::as_mapping).into_iter().flatten();
        map.map(|(name, value)| {
            let value = value.as_str().unwrap();
            let expression = value.strip_prefix("${{").and_then(|value| value.strip_suffix("}}"));
            let value = match expression {
                Some(expression) => self.resolve(expression, action, outcome),
                None => value.to_owned(),
            };
            (name.as_str().unwrap().to_owned(), value)
        })
        .collect()
    }

    /// The first of some contexts that says something.
    fn resolve(&self, expression: &str, action: &Value, outcome: &Outcome) -> String {
        let values = expression.split("||").map(|name| {
            let name = name.trim();
            if let Some(input) = name.strip_prefix("inputs.") {
                let default = || action["inputs"][input]["default"].as_str().unwrap().to_owned();
                self.inputs.get(input).cloned().unwrap_or_else(default)
            } else if let Some(output) = name.strip_prefix("steps.") {
                let output = output.replace(".outputs.", ".");
                outcome.outputs.get(&output).cloned().unwrap_or_default()
            } else {
                assert!(name.starts_with("github.event."), "{name}");
                self.event.get(name).cloned().unwrap_or_default()
            }
        });
        values.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
    }

    fn holds(&self, condition: &Value, action: &Value, outcome: &Outcome) -> bool {
        let (left, right) = condition.as_str().unwrap().split_once(" == ").unwrap();
        self.resolve(left, action, outcome) == right.trim_matches('\'')
    }
}

impl Outcome {
    #[track_caller]
    pub(crate) fn leaves_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.log);
        self
    }

    pub(crate) fn output(&self, name: &str) -> &str {
        self.outputs.get(&format!("run.{name}")).map_or("", String::as_str)
    }

    /// The report that an output names.
    pub(crate) fn report(&self, name: &str) -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(self.output(name)).unwrap()).unwrap()
    }

    /// The lines that the runner obeys.
    pub(crate) fn commands(&self) -> Vec<&str> {
        let mut stopped: Option<String> = None;
        let mut commands = Vec::new();
        for line in self.log.lines() {
            match &stopped {
                Some(token) if line == token => stopped = None,
                Some(_) => assert!(!line.contains("##["), "{line}"),
                None => match line.strip_prefix("::stop-commands::") {
                    Some(token) => stopped = Some(format!("::{token}::")),
                    None if line.trim_start().starts_with("::") => commands.push(line),
                    None => {}
                },
            }
        }
        assert!(stopped.is_none(), "commands are never obeyed again");
        commands
    }
}
