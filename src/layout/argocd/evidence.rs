//! Which environment an Application belongs to: the strongest evidence first.

use std::collections::{BTreeMap, BTreeSet};

use crate::kube::Value;
use crate::layout::argocd::application::Application;
use crate::layout::argocd::fill::is_open;
use crate::layout::lexicon::{Lexicon, Mark, Trust};
use crate::text::RepoPath;

/// What names of parameters and labels say that their value is an environment.
const KEYS: &[&str] = &[
    "deploymentenvironment",
    "env",
    "environment",
    "environmentname",
    "envname",
    "landscape",
    "stage",
    "targetenv",
];

/// An environment and what tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::layout) struct Told {
    /// Index of the stage.
    pub stage: usize,
    /// The word for it.
    pub word: String,
    /// The decision in words.
    pub why: String,
}

/// What the evidence comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// One environment.
    Told(Told),
    /// More than one, in words, and what the name says against the path.
    Contradiction(String, Option<Told>),
    /// None.
    Silent,
}

impl Verdict {
    fn or(self, otherwise: impl FnOnce() -> Self) -> Self {
        if self == Self::Silent { otherwise() } else { self }
    }
}

/// What is needed to judge words.
pub(super) struct Judge<'a> {
    pub lexicon: &'a Lexicon,
    /// The stages of the overlays that their paths have placed.
    pub placed: &'a BTreeMap<RepoPath, BTreeSet<usize>>,
    /// Every stage that is proved somewhere.
    pub proved: BTreeSet<usize>,
}

/// One text that may tell.
struct Text<'t> {
    text: &'t str,
    what: &'static str,
}

impl Judge<'_> {
    /// The environment of an Application that its generator tells `told` about.
    pub(super) fn judge(
        &self,
        application: &Application,
        told: &[(String, String)],
        file: &RepoPath,
    ) -> Verdict {
        let (paths, files) = (path_texts(application), file_texts(application));
        let name = name_texts(application);
        let explicit = self.weigh(&explicit(application, told), Reading::Said);
        if explicit != Verdict::Silent {
            return explicit;
        }
        let sources = application.sources.iter();
        let by_path = self.by_placed(sources.filter_map(|source| source.path.as_ref()));
        let by_path = by_path.or(|| self.weigh(&paths, Reading::Whole));
        let by_name = self.weigh(&name, Reading::Part);
        let strong = matches!(&by_name, Verdict::Told(name) if self.is_strong(&name.word));
        match (&by_path, &by_name) {
            (Verdict::Told(path), Verdict::Told(name)) if path.stage != name.stage && strong => {
                let why = format!("{} and {}", path.why, name.why);
                return Verdict::Contradiction(why, Some(name.clone()));
            }
            _ => {}
        }
        let value_files = application.sources.iter().flat_map(|source| &source.value_files);
        let by_files = self.by_placed(value_files.filter_map(|file| file.path.as_ref()));
        let by_files = by_files.or(|| self.weigh(&files, Reading::Whole));
        let place = place_texts(application);
        let file: Vec<Text<'_>> = file
            .segments()
            .chain([file.stem()])
            .map(|text| Text { text, what: "the path of its file has" })
            .collect();
        // A wrong values file is a likelier mistake than a wrong name.
        let by_both = if strong { by_name.or(|| by_files) } else { by_files.or(|| by_name) };
        by_path
            .or(|| by_both)
            .or(|| self.weigh(&paths, Reading::Part))
            .or(|| self.weigh(&files, Reading::Part))
            .or(|| self.weigh(&place, Reading::Part))
            .or(|| self.weigh(&file, Reading::Whole))
            .or(|| self.weigh(&file, Reading::Part))
    }

    /// What the paths of the overlays that it deploys tell.
    fn by_placed<'r>(&self, roots: impl Iterator<Item = &'r RepoPath>) -> Verdict {
        let roots: Vec<&RepoPath> = roots.collect();
        let stages: BTreeSet<usize> =
            roots.iter().filter_map(|root| self.placed.get(*root)).flatten().copied().collect();
        let mut stages = stages.into_iter();
        let (Some(stage), None) = (stages.next(), stages.next()) else { return Verdict::Silent };
        let root = roots
            .iter()
            .find(|root| self.placed.get(**root).is_some_and(|stages| stages.contains(&stage)));
        let root = root.map_or("", |root| root.display());
        let word = root
            .split(['/', '.'])
            .filter_map(|name| self.lexicon.read(name))
            .find(|mark| mark.stage == stage);
        let word = word.map(|mark| mark.word).unwrap_or_default();
        Verdict::Told(Told { stage, word, why: format!("it deploys `{root}`") })
    }

    fn is_strong(&self, word: &str) -> bool {
        self.lexicon.read(word).is_some_and(|mark| mark.trust == Trust::Strong)
    }

    fn weigh(&self, texts: &[Text<'_>], reading: Reading) -> Verdict {
        let mut found: Vec<(Mark, &Text<'_>)> = texts
            .iter()
            .filter_map(|text| Some((self.lexicon.read(text.text)?, text)))
            .filter(|(mark, _)| self.accepts(mark, reading))
            .collect();
        if found.iter().any(|(mark, _)| !mark.is_broad()) {
            found.retain(|(mark, _)| !mark.is_broad());
        }
        let Some((first, text)) = found.first() else { return Verdict::Silent };
        let why = |text: &Text<'_>| format!("{} `{}`", text.what, text.text);
        match found.iter().find(|(mark, _)| mark.stage != first.stage) {
            Some((_, other)) => {
                Verdict::Contradiction(format!("{} and {}", why(text), why(other)), None)
            }
            None => {
                Verdict::Told(Told { stage: first.stage, word: first.word.clone(), why: why(text) })
            }
        }
    }

    fn accepts(&self, mark: &Mark, reading: Reading) -> bool {
        let known = mark.trust > Trust::Weak || self.proved.contains(&mark.stage);
        match reading {
            Reading::Said => mark.is_exact() || mark.trust > Trust::Weak,
            Reading::Whole => mark.is_exact() && known,
            Reading::Part => mark.fused || mark.trust > Trust::Weak || (mark.is_exact() && known),
        }
    }
}

/// How much of a text must mean the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Its name says that it is one.
    Said,
    /// All of it.
    Whole,
    /// A part of it.
    Part,
}

fn is_key(name: &str) -> bool {
    let last = name.rsplit(['.', '/']).next().unwrap_or(name);
    let plain: String = last.chars().filter(char::is_ascii_alphanumeric).collect();
    KEYS.contains(&plain.to_ascii_lowercase().as_str())
}

fn explicit<'t>(application: &'t Application, told: &'t [(String, String)]) -> Vec<Text<'t>> {
    let told = told.iter().filter(|(name, _)| is_key(name));
    let told = told.map(|(_, text)| Text { text, what: "its generator says" });
    let labels = application.body.at(&["metadata", "labels"]).and_then(Value::as_map);
    let labels = labels.into_iter().flatten().filter(|entry| is_key(&entry.key));
    let labels = labels.filter_map(|entry| entry.value.text());
    told.chain(labels.map(|text| Text { text, what: "its label is" }))
        .filter(|text| !is_open(text.text))
        .collect()
}

fn path_texts(application: &Application) -> Vec<Text<'_>> {
    let paths = application.sources.iter().filter_map(|source| source.text("path"));
    let parts = paths.filter(|path| !is_open(path)).flat_map(|path| path.split('/'));
    parts.map(|text| Text { text, what: "its path has" }).collect()
}

fn file_texts(application: &Application) -> Vec<Text<'_>> {
    let files = application.sources.iter().flat_map(|source| &source.value_files);
    let parts = files
        .flat_map(|file| file.text.trim_end_matches(".yaml").trim_end_matches(".yml").split('/'));
    let parts = parts.filter(|text| !is_open(text));
    parts.map(|text| Text { text, what: "its values file has" }).collect()
}

fn name_texts(application: &Application) -> Vec<Text<'_>> {
    let text = application.name.as_str();
    if application.is_named() { vec![Text { text, what: "its name is" }] } else { vec![] }
}

/// Where it is deployed to.
fn place_texts(application: &Application) -> Vec<Text<'_>> {
    let destination = |key: &str, what: &'static str| {
        application.destination(key).map(|text| Text { text, what })
    };
    let server = application.destination("server").map(host);
    let project = application.body.at(&["spec", "project"]).and_then(Value::text);
    [
        destination("namespace", "its namespace is"),
        destination("name", "its cluster is"),
        server.map(|text| Text { text, what: "its cluster is" }),
        project.filter(|text| !is_open(text)).map(|text| Text { text, what: "its project is" }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The host of an address, without the domain.
pub(super) fn host(server: &str) -> &str {
    let host = server.split_once("://").map_or(server, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or(host);
    host.split('.').next().unwrap_or(host)
}
