//! Values with which one environment names another: its hosts, buckets, secrets and namespaces.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::compare::find::find;
use crate::compare::identity::is_host;
use crate::compare::lines::{line_span, split_key};
use crate::compare::names::{Names, PairNames, tokens};
use crate::compare::show::show;
use crate::kube::{Kind, Path, PathStep, Resource, ResourceId, Value};
use crate::source::Snapshot;
use crate::text::Span;

/// Deepest nesting that is searched.
const DEPTH: usize = 32;
/// Most references that one pair of objects may give.
const MOST: usize = 64;
/// Longer lines are no names of anything.
const LONGEST: usize = 400;

/// A value that both sides have and that bears the name of one of them only.
#[derive(Debug, Clone)]
pub struct Foreign {
    /// Index among the evaluated overlays: the one that names the other.
    pub overlay: usize,
    /// Index of the overlay whose environment is named.
    pub named: usize,
    /// The object, as the overlay names it.
    pub resource: ResourceId,
    /// The path of the value.
    pub path: Path,
    /// The value as reports show it.
    pub shown: String,
    /// The bytes that set it.
    pub span: Span,
    /// The bytes that set the same value in the environment that it belongs to.
    pub owner: Span,
    /// Whether files of one side alone set it: somebody wrote it for this environment.
    pub own: bool,
    /// How many values of the overlay at places of this sort bear its own name.
    pub peers: usize,
    /// Every word that names the environment has another meaning too: `test`, `live`.
    pub vague: bool,
}

/// Keys below which names of environments say nothing, or say it on purpose.
const SILENT: &[&str] = &[
    "annotations",
    "description",
    "expr",
    "generators",
    "ignoreDifferences",
    "image",
    "imageName",
    "labels",
    "livenessProbe",
    "matchExpressions",
    "matchLabels",
    "readinessProbe",
    "registry",
    "repoURL",
    "repository",
    "roleRef",
    "selector",
    "sops",
    "startupProbe",
    "subjects",
    "summary",
];
/// Kinds whose content is about other things than what a workload talks to.
const SILENT_KINDS: &[&str] = &[
    "CustomResourceDefinition",
    "PrometheusRule",
    "ClusterPolicy",
    "Policy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "HelmRepository",
    "GitRepository",
    "OCIRepository",
    "ImagePolicy",
    "ImageRepository",
    "ImageUpdateAutomation",
    "GrafanaDashboard",
    "AppProject",
];
/// Words in a key or a value that speak of what environments share: sign-on, documents, tools.
const SHARED: &[&str] = &[
    "auth",
    "chart",
    "charts",
    "dashboard",
    "docs",
    "documentation",
    "ghcr",
    "git",
    "github",
    "gitlab",
    "grafana",
    "idp",
    "image",
    "issuer",
    "jira",
    "keycloak",
    "letsencrypt",
    "login",
    "oauth",
    "oidc",
    "registry",
    "runbook",
    "slack",
    "sso",
    "wiki",
];

/// Two overlays with the words of their environments.
pub(crate) struct Sides<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) overlays: (usize, usize),
    pub(crate) names: &'a PairNames,
    /// The words of the environments alone, not those of clusters and regions.
    pub(crate) words: (Names, Names),
    /// Whether the first environment comes before the second.
    pub(crate) first_is_lower: bool,
}

/// Whether a text is a pattern of what may be asked for: that is often somebody else's.
fn is_pattern(text: &str) -> bool {
    text.starts_with('^') && text.contains(['\\', '[', '(', '*', '+'])
}

impl Sides<'_> {
    /// The values of two aligned objects that name the environment of one side on both.
    pub(crate) fn search(&self, here: &Resource, there: &Resource) -> Vec<Foreign> {
        let mut found: Vec<Foreign> = Vec::new();
        if !SILENT_KINDS.contains(&&*here.id.gvk.kind) {
            let mut path = Vec::new();
            self.walk(&here.body, &mut path, (here, there), &mut found);
        }
        found
    }

    fn walk(
        &self,
        value: &Value,
        path: &mut Vec<PathStep>,
        objects: (&Resource, &Resource),
        found: &mut Vec<Foreign>,
    ) {
        if path.len() > DEPTH || found.len() >= MOST {
            return;
        }
        match &value.kind {
            Kind::Map(map) => {
                for entry in map.iter() {
                    let name = &*entry.key;
                    let own_name = path.len() == 1 && matches!(name, "name" | "generateName");
                    if SILENT.contains(&name) || own_name {
                        continue;
                    }
                    path.push(PathStep::Key(entry.key.clone()));
                    self.walk(&entry.value, path, objects, found);
                    path.pop();
                }
            }
            Kind::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    let name = item.get("name").and_then(Value::text);
                    path.push(name.map_or(PathStep::Index(at), |name| PathStep::Element {
                        key: "name".into(),
                        value: name.into(),
                    }));
                    self.walk(item, path, objects, found);
                    path.pop();
                }
            }
            Kind::Scalar(scalar) => {
                if self.words.0.normal(&scalar.text) != self.words.1.normal(&scalar.text) {
                    self.scalar(value, path, objects, found);
                }
            }
        }
    }

    fn scalar(
        &self,
        value: &Value,
        path: &[PathStep],
        (here, there): (&Resource, &Resource),
        found: &mut Vec<Foreign>,
    ) {
        let Some(answer) = find(&there.body, path, &self.names.there) else { return };
        let (Some(text), Some(theirs)) = (value.text(), answer.text()) else { return };
        let whole = text == theirs;
        if !whole && !text.trim_end().contains('\n') {
            return;
        }
        let answers = OnceCell::new();
        let answers = || {
            answers.get_or_init(|| {
                let lines: Vec<&str> = theirs.lines().map(str::trim).collect();
                // The first of several that are the same.
                let numbered = lines.into_iter().enumerate().rev();
                numbered.map(|(at, line)| (line, at)).collect::<BTreeMap<&str, usize>>()
            })
        };
        for (number, line) in text.lines().map(str::trim).enumerate() {
            let mine = self.words.0.names_environment(line);
            let other = self.words.1.names_environment(line);
            let answer_line = || answers().get(line).copied();
            if found.len() >= MOST {
                return;
            }
            // What a variable stands in is made for each environment.
            if mine == other
                || line.len() > LONGEST
                || line.contains("${")
                || !(whole || answer_line().is_some())
            {
                continue;
            }
            let many = text.trim_end().contains('\n');
            let (key, inner) = if many { split_key(line) } else { ("", None) };
            let mut path = path.to_vec();
            if !key.is_empty() {
                path.push(PathStep::Key(key.into()));
            }
            let said = inner.unwrap_or(line);
            let words = if mine { &self.words.0 } else { &self.words.1 };
            // What staging shares with production is often named after production, never the
            // other way round.
            let upwards = other == self.first_is_lower;
            let itself = !upwards && names_itself(&path, said, words);
            let shared = upwards && (is_shared(&path, said) || is_pattern(said));
            let elsewhere = points_somewhere(said, words) && !shared;
            if !itself && !elsewhere {
                continue;
            }
            let telling = |value: &Value, text: &str, number: usize| {
                let step = value.provenance.telling(self.snapshot, line);
                if many { line_span(self.snapshot, step.span, text, number) } else { step.span }
            };
            let mine_at = telling(value, text, number);
            let theirs_at = telling(&answer, theirs, answer_line().unwrap_or(number));
            let (overlay, named) =
                if other { self.overlays } else { (self.overlays.1, self.overlays.0) };
            let (object, span, owner) =
                if other { (here, mine_at, theirs_at) } else { (there, theirs_at, mine_at) };
            let path = Path(path);
            let shown = Value::string(said, value.provenance.clone());
            found.push(Foreign {
                overlay,
                named,
                resource: object.id.clone(),
                shown: show(&object.id.gvk.kind, path.steps(), &shown),
                path,
                span,
                owner,
                own: span.file != owner.file,
                peers: 0,
                vague: is_vague(said, words),
            });
        }
    }
}

/// How many values of the objects, at places like that of the reference, bear the one name and not
/// the other.
pub(crate) fn peers(objects: &[Resource], foreign: &Foreign, own: &Names, other: &Names) -> usize {
    let mut texts = Vec::new();
    let kind = &foreign.resource.gvk.kind;
    for object in objects.iter().filter(|object| object.id.gvk.kind == *kind) {
        collect(&object.body, foreign.path.steps(), &mut texts);
    }
    let bears = |text: &&&str| own.names_environment(text) && !other.names_environment(text);
    texts.iter().filter(bears).count()
}

/// The texts at a path, whatever the names of elements and of keys of data are.
fn collect<'v>(value: &'v Value, path: &[PathStep], texts: &mut Vec<&'v str>) {
    match (path, &value.kind) {
        ([], Kind::Scalar(scalar)) => texts.push(&scalar.text),
        ([PathStep::Key(data), PathStep::Key(_)], Kind::Map(map)) if &**data == "data" => {
            let entries = map.get(data).and_then(Value::as_map).into_iter().flatten();
            texts.extend(entries.filter_map(|entry| entry.value.text()));
        }
        ([PathStep::Key(key), rest @ ..], Kind::Map(map)) => {
            if let Some(inner) = map.get(key) {
                collect(inner, rest, texts);
            }
        }
        ([PathStep::Element { .. } | PathStep::Index(_), rest @ ..], Kind::List(items)) => {
            for item in items.iter() {
                collect(item, rest, texts);
            }
        }
        _ => {}
    }
}

/// Words of environments that mean something else as often.
const VAGUE: &[&str] =
    &["acc", "demo", "dev", "int", "integration", "lab", "live", "local", "preview", "test"];

/// Whether only vague words name the environment.
fn is_vague(text: &str, words: &Names) -> bool {
    let mut tokens = tokens(text).filter(|token| words.names_environment(token));
    tokens.all(|token| VAGUE.iter().any(|vague| token.eq_ignore_ascii_case(vague)))
}

/// Whether the text names a thing of an environment, and not the environment itself.
fn points_somewhere(text: &str, words: &Names) -> bool {
    let text = text.trim_matches(['"', '\'', ',', ' ']);
    let normal = words.normal(text);
    let rest = normal.chars().filter(|c| c.is_alphanumeric()).count();
    let spaced = text.contains(char::is_whitespace);
    rest >= 3 && !text.starts_with('#') && (!spaced || connects(text, words))
}

/// Whether a text with blanks is made of settings, of which one names a host or an address of the
/// environment: `Server=sql-staging.example.org;Authentication=Active Directory Default`.
fn connects(text: &str, words: &Names) -> bool {
    text.split(|c: char| matches!(c, ';' | ',') || c.is_whitespace()).any(|part| {
        let value = part.split_once('=').map_or("", |(_, value)| value.trim_matches(['"', '\'']));
        let host = value.strip_prefix("tcp:").unwrap_or(value);
        words.names_environment(host) && (is_host(host) || host.contains("://"))
    })
}

/// Whether a setting says which environment this is, and the text is nothing but a name.
fn names_itself(path: &[PathStep], text: &str, words: &Names) -> bool {
    const SETTINGS: &[&str] = &["env", "environment", "profile", "profiles", "stage"];
    let setting = path.iter().rev().take(2).any(|step| {
        let (PathStep::Key(name) | PathStep::Element { value: name, .. }) = step else {
            return false;
        };
        tokens(name).any(|token| SETTINGS.iter().any(|own| token.eq_ignore_ascii_case(own)))
    });
    let text = text.trim_matches(['"', '\'', ',', ' ']);
    setting && !text.is_empty() && !words.normal(text).chars().any(char::is_alphanumeric)
}

fn is_shared(path: &[PathStep], text: &str) -> bool {
    let key = path.iter().rev().take(2).map(|step| match step {
        PathStep::Key(key) => &**key,
        PathStep::Element { value, .. } => value,
        PathStep::Index(_) => "",
    });
    key.chain([text]).any(|text| {
        let mut words = text.split(|c: char| !c.is_alphanumeric());
        words.any(|word| SHARED.iter().any(|shared| word.eq_ignore_ascii_case(shared)))
    })
}
