//! What tools are told to leave out by their own YAML settings: a table of files and places.

use crate::config::parse_date;
use crate::source::SourceFile;
use crate::suppressions::{Expiry, Suppression, marks};
use crate::syntax::{NodeRef, Store};

/// A step into the settings.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// The value of this key.
    Key(&'static str),
    /// The value of every key; the key names a rule.
    Rule,
    /// The value of every key.
    Any,
    /// Every element of a list; a scalar is a list of one.
    Each,
}
use Step::{Any, Each, Key, Rule};

/// What names the rules at the place that the steps lead to.
#[derive(Debug, Clone, Copy)]
enum Names {
    /// The text there.
    Text,
    /// The field of the map there.
    Field(&'static str),
    /// The key on the way.
    OnTheWay,
    /// Nothing: paths are left out from all rules.
    Nothing,
}

/// A place in settings at which something is left out.
#[derive(Debug)]
struct Setting {
    tool: &'static str,
    files: &'static [&'static str],
    steps: &'static [Step],
    names: Names,
}

const CHECKOV: &[&str] = &[".checkov.yaml", ".checkov.yml"];
const KUBE_LINTER: &[&str] = &[".kube-linter.yaml", ".kube-linter.yml"];
const HADOLINT: &[&str] = &[".hadolint.yaml", ".hadolint.yml", "hadolint.yaml", "hadolint.yml"];
const YAMLLINT: &[&str] = &[".yamllint", ".yamllint.yaml", ".yamllint.yml"];
const ZIZMOR: &[&str] = &["zizmor.yml", "zizmor.yaml", ".zizmor.yml"];
const ACTIONLINT: &[&str] = &["actionlint.yaml", "actionlint.yml"];
const TRIVY: &[&str] = &[".trivyignore.yaml", ".trivyignore.yml"];

const SETTINGS: &[Setting] = &[
    Setting {
        tool: "checkov",
        files: CHECKOV,
        steps: &[Key("skip-check"), Each],
        names: Names::Text,
    },
    Setting {
        tool: "kube-linter",
        files: KUBE_LINTER,
        steps: &[Key("checks"), Key("exclude"), Each],
        names: Names::Text,
    },
    Setting {
        tool: "kube-linter",
        files: KUBE_LINTER,
        steps: &[Key("checks"), Key("ignorePaths"), Each],
        names: Names::Nothing,
    },
    Setting {
        tool: "hadolint",
        files: HADOLINT,
        steps: &[Key("ignored"), Each],
        names: Names::Text,
    },
    Setting { tool: "yamllint", files: YAMLLINT, steps: &[Key("ignore")], names: Names::Nothing },
    Setting {
        tool: "yamllint",
        files: YAMLLINT,
        steps: &[Key("rules"), Rule, Key("ignore")],
        names: Names::OnTheWay,
    },
    Setting {
        tool: "zizmor",
        files: ZIZMOR,
        steps: &[Key("rules"), Rule, Key("ignore"), Each],
        names: Names::OnTheWay,
    },
    Setting {
        tool: "zizmor",
        files: ZIZMOR,
        steps: &[Key("rules"), Rule, Key("disable")],
        names: Names::OnTheWay,
    },
    Setting {
        tool: "actionlint",
        files: ACTIONLINT,
        steps: &[Key("paths"), Any, Key("ignore"), Each],
        names: Names::Text,
    },
    trivy(&[Key("vulnerabilities"), Each]),
    trivy(&[Key("misconfigurations"), Each]),
    trivy(&[Key("secrets"), Each]),
    trivy(&[Key("licenses"), Each]),
];

const fn trivy(steps: &'static [Step]) -> Setting {
    Setting { tool: "trivy", files: TRIVY, steps, names: Names::Field("id") }
}

/// A place that the steps lead to.
#[derive(Clone, Copy)]
struct Found<'d> {
    node: NodeRef<'d>,
    key: Option<NodeRef<'d>>,
    rule: &'d str,
}

/// What the settings in this file leave out.
pub(super) fn collect(source: &SourceFile, store: &Store<'_>) -> Vec<Suppression> {
    let name = source.path.file_name();
    let mut found = Vec::new();
    for setting in SETTINGS.iter().filter(|setting| setting.files.contains(&name)) {
        for document in &store.yaml(source.id).documents {
            let start = Found { node: document.root(), key: None, rule: "" };
            for place in walk(start, setting.steps) {
                found.extend(suppression(source, setting, place));
            }
        }
    }
    found
}

fn walk<'d>(from: Found<'d>, steps: &[Step]) -> Vec<Found<'d>> {
    let mut places = vec![from];
    for step in steps {
        places = places.into_iter().flat_map(|place| take(place, *step)).collect();
    }
    places
}

fn take(place: Found<'_>, step: Step) -> Vec<Found<'_>> {
    let entries = place.node.entries();
    match step {
        Key(name) => entries
            .filter(|(key, _)| key.text() == Some(name))
            .map(|(key, node)| Found { node, key: Some(key), ..place })
            .collect(),
        Rule => entries
            .map(|(key, node)| Found { node, key: Some(key), rule: key.text().unwrap_or("") })
            .collect(),
        Any => entries.map(|(key, node)| Found { node, key: Some(key), ..place }).collect(),
        Each if place.node.text().is_some() && !place.node.is_null() => vec![place],
        Each => place.node.items().map(|node| Found { node, key: None, ..place }).collect(),
    }
}

fn suppression(source: &SourceFile, setting: &Setting, place: Found<'_>) -> Option<Suppression> {
    let text = place.node.text().unwrap_or("");
    let (rules, span) = match setting.names {
        Names::Text => (text.to_owned(), place.node.span()),
        Names::Field(field) => {
            let id = place.node.get(field);
            let span =
                id.map_or_else(|| marks::first_line(source, place.node.span()), NodeRef::span);
            (id.and_then(NodeRef::text).unwrap_or("").to_owned(), span)
        }
        // `disable: false`, `ignore: []`.
        _ if text == "false" || place.node.is_null() => return None,
        Names::OnTheWay => (place.rule.to_owned(), place.key.unwrap_or(place.node).span()),
        Names::Nothing => (String::new(), place.key.unwrap_or(place.node).span()),
    };
    // A message of actionlint is one name, commas and all.
    let split = if setting.tool == "actionlint" { '\n' } else { ',' };
    let rules: Vec<String> =
        rules.split(split).map(str::trim).filter(|r| !r.is_empty()).map(str::to_owned).collect();
    let names_rules = matches!(setting.names, Names::Text | Names::Field(_));
    let mut found = Suppression::new(setting.tool, rules, span);
    found.listed = names_rules;
    if found.rules.is_empty() && names_rules {
        found.flaw = Some("names nothing, so nothing is ignored");
    }
    let field = |name: &str| place.node.get(name).and_then(NodeRef::text);
    if let Some(day) = field("expired_at").and_then(|text| parse_date(text.get(..10)?).ok()) {
        found.expires = Some(Expiry { day, enforced: true });
    }
    let mut around = marks::comments_about(source, marks::first_line(source, place.node.span()));
    if around.is_empty() && !names_rules {
        around = marks::comments_about(source, span);
    }
    found.explain(field("statement").unwrap_or(""), &around);
    Some(found)
}
