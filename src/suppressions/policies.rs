//! Objects that exempt something from a policy: of Kyverno, Gatekeeper, Kubescape and Argo CD.

use jiff::civil::Date;

use crate::config::parse_date;
use crate::source::SourceFile;
use crate::suppressions::{Expiry, Suppression, marks};
use crate::syntax::{NodeRef, Store};
use crate::text::Span;

/// Most elements of one list that are read.
const ITEMS: usize = 1_000;
/// Keys of metadata whose last word says who answers.
const OWNER_WORDS: &[&str] = &["owner", "owners", "team", "contact"];
/// Keys of metadata whose last word says why.
const REASON_WORDS: &[&str] = &["description", "reason", "justification"];

/// A reader of objects: whose they are, and what of them is an exemption.
type Reader = fn(&Object<'_>, &mut Vec<Suppression>);

/// The readers, by the beginning of `apiVersion` and by kind; `*` is any.
const READERS: &[(&str, &str, Reader)] = &[
    ("kyverno.io/", "PolicyException", kyverno_exception),
    ("policies.kyverno.io/", "PolicyException", kyverno_exception),
    ("kyverno.io/", "ClusterPolicy", kyverno_exclude),
    ("kyverno.io/", "Policy", kyverno_exclude),
    ("constraints.gatekeeper.sh/", "*", gatekeeper_constraint),
    ("config.gatekeeper.sh/", "Config", gatekeeper_config),
    ("argoproj.io/", "Application", argocd_application),
    ("argoproj.io/", "ApplicationSet", argocd_application),
    ("v1", "ConfigMap", argocd_settings),
];

/// An object and the file that it stands in.
struct Object<'d> {
    source: &'d SourceFile,
    node: NodeRef<'d>,
}

impl<'d> Object<'d> {
    fn at(&self, path: &[&str]) -> Option<NodeRef<'d>> {
        path.iter().try_fold(self.node, |node, key| node.get(key))
    }

    fn text(&self, path: &[&str]) -> &'d str {
        self.at(path).and_then(NodeRef::text).unwrap_or("")
    }

    fn name(&self) -> &'d str {
        self.text(&["metadata", "name"])
    }

    /// A labelled or annotated value whose key ends with one of the words.
    fn metadata(&self, words: &[&str]) -> Option<&'d str> {
        let maps = ["annotations", "labels"].map(|map| self.at(&["metadata", map]));
        maps.into_iter().flatten().flat_map(NodeRef::entries).find_map(|(key, value)| {
            let last = key.text()?.rsplit(['/', '.', '-']).next()?;
            words.contains(&last).then(|| value.text()).flatten()
        })
    }

    /// An exemption at `span`, explained by the metadata of the object and by comments.
    fn exemption(&self, tool: &'static str, rules: Vec<String>, span: Span) -> Suppression {
        let mut found = Suppression::new(tool, rules, span);
        found.owner = self.metadata(OWNER_WORDS).map(str::to_owned);
        // The cleanup controller deletes the object then; a duration tells no day.
        let end = self.text(&["metadata", "labels", "cleanup.kyverno.io/ttl"]);
        found.expires = day(end).map(|day| Expiry { day, enforced: true });
        let own = self.metadata(REASON_WORDS).unwrap_or("");
        let mut around = marks::comments_about(self.source, span);
        if around.is_empty() {
            around = marks::comments_about(
                self.source,
                marks::first_line(self.source, self.node.span()),
            );
        }
        found.explain(own, &around);
        found
    }
}

/// Every exemption in the objects of the file.
pub(super) fn collect(source: &SourceFile, store: &Store<'_>) -> Vec<Suppression> {
    let parsed = store.yaml(source.id);
    if parsed.template.is_some() {
        return argocd_template(source);
    }
    let mut found = Vec::new();
    for document in &parsed.documents {
        let root = document.root();
        let list = root.items().chain(root.get("items").into_iter().flat_map(NodeRef::items));
        for node in std::iter::once(root).chain(list.take(ITEMS)) {
            let object = Object { source, node };
            let (version, kind) = (object.text(&["apiVersion"]), object.text(&["kind"]));
            for (group, wanted, read) in READERS {
                if version.starts_with(group) && (*wanted == "*" || kind == *wanted) {
                    read(&object, &mut found);
                }
            }
            kubescape(&object, &mut found);
        }
    }
    found
}

fn kyverno_exception(object: &Object<'_>, found: &mut Vec<Suppression>) {
    let lists = [object.at(&["spec", "exceptions"]), object.at(&["spec", "policyRefs"])];
    for item in lists.into_iter().flatten().flat_map(NodeRef::items).take(ITEMS) {
        let policy = item.get("policyName").or_else(|| item.get("name"));
        let span =
            policy.map_or_else(|| marks::first_line(object.source, item.span()), NodeRef::span);
        let name = policy.and_then(NodeRef::text).unwrap_or("");
        let rules: Vec<String> = item
            .get("ruleNames")
            .into_iter()
            .flat_map(NodeRef::items)
            .filter_map(NodeRef::text)
            .filter(|rule| *rule != "*")
            .take(ITEMS)
            .map(|rule| format!("{name}/{rule}"))
            .collect();
        let rules = if rules.is_empty() { vec![name.to_owned()] } else { rules };
        let mut exemption = object.exemption("kyverno", rules, span);
        if name.is_empty() {
            exemption.flaw = Some("names no policy, so Kyverno exempts nothing");
        }
        found.push(exemption);
    }
}

fn kyverno_exclude(object: &Object<'_>, found: &mut Vec<Suppression>) {
    for rule in object.at(&["spec", "rules"]).into_iter().flat_map(NodeRef::items).take(ITEMS) {
        let Some((key, value)) = rule.entry("exclude") else { continue };
        if value.is_map() && value.entries().len() > 0 {
            let name = rule.get("name").and_then(NodeRef::text).unwrap_or("");
            let name = format!("{}/{name}", object.name());
            found.push(object.exemption("kyverno", vec![name], key.span()));
        }
    }
}

fn gatekeeper_constraint(object: &Object<'_>, found: &mut Vec<Suppression>) {
    let Some(namespaces) = object.at(&["spec", "match"]) else { return };
    let Some((key, value)) = namespaces.entry("excludedNamespaces") else { return };
    if value.items().len() > 0 {
        let name = format!("{}/{}", object.text(&["kind"]), object.name());
        found.push(object.exemption("gatekeeper", vec![name], key.span()));
    }
}

fn gatekeeper_config(object: &Object<'_>, found: &mut Vec<Suppression>) {
    for entry in object.at(&["spec", "match"]).into_iter().flat_map(NodeRef::items).take(ITEMS) {
        if let Some((key, _)) = entry.entry("excludedNamespaces") {
            let processes = entry.get("processes").into_iter().flat_map(NodeRef::items);
            let rules = processes.filter_map(NodeRef::text).filter(|name| *name != "*");
            let rules = rules.take(ITEMS).map(str::to_owned).collect();
            found.push(object.exemption("gatekeeper", rules, key.span()));
        }
    }
}

fn argocd_application(object: &Object<'_>, found: &mut Vec<Suppression>) {
    let places: [&[&str]; 2] =
        [&["spec", "ignoreDifferences"], &["spec", "template", "spec", "ignoreDifferences"]];
    for item in
        places.iter().filter_map(|path| object.at(path)).flat_map(NodeRef::items).take(ITEMS)
    {
        let field = |name: &str| item.get(name).and_then(NodeRef::text).filter(|v| !v.is_empty());
        let parts = [field("group"), field("kind"), field("name")];
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join("/");
        let span = item
            .get("kind")
            .map_or_else(|| marks::first_line(object.source, item.span()), NodeRef::span);
        found.push(object.exemption("argocd", vec![name], span));
    }
}

/// `ignoreDifferences` in a template, read by lines: it is no YAML until it is filled in.
fn argocd_template(source: &SourceFile) -> Vec<Suppression> {
    let lines = source.lines();
    let (mut found, mut inside, mut group) = (Vec::new(), None, "");
    for number in 0..lines.len() {
        let range = lines.line_range(&source.text, number);
        let line = &source.text[range.clone()];
        let text = line.trim_start();
        let (indent, item) = (line.len() - text.len(), text.starts_with("- "));
        if text.trim_end() == "ignoreDifferences:" {
            inside = Some(indent);
            continue;
        }
        let ends = |key: usize| indent < key || indent == key && !item;
        if inside.is_some_and(ends) && !text.is_empty() && !text.starts_with("{{") {
            inside = None;
        }
        group = if item { "" } else { group };
        let Some((key, value)) = text.trim_start_matches("- ").split_once(':') else { continue };
        let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
        match key {
            "group" => group = value,
            "kind" if inside.is_some() && found.len() < ITEMS => {
                let parts = [group, value];
                let parts = parts.iter().filter(|part| !part.is_empty()).copied();
                let name = parts.collect::<Vec<_>>().join("/");
                let start = range.start + line.rfind(value).unwrap_or(indent);
                let span = Span::new(source.id, start, start + value.len());
                let mut exemption = Suppression::new("argocd", vec![name], span);
                exemption.explain("", &marks::comments_about(source, span));
                found.push(exemption);
            }
            _ => {}
        }
    }
    found
}

/// `resource.customizations.ignoreDifferences.GROUP_KIND` of the ConfigMap of Argo CD.
fn argocd_settings(object: &Object<'_>, found: &mut Vec<Suppression>) {
    const PREFIX: &str = "resource.customizations.ignoreDifferences.";
    for (key, _) in object.at(&["data"]).into_iter().flat_map(NodeRef::entries) {
        if let Some(kind) = key.text().and_then(|key| key.strip_prefix(PREFIX)) {
            found.push(object.exemption("argocd", vec![kind.replace('_', "/")], key.span()));
        }
    }
}

/// An element of Kubescape's exceptions file.
fn kubescape(object: &Object<'_>, found: &mut Vec<Suppression>) {
    if object.text(&["policyType"]) != "postureExceptionPolicy" {
        return;
    }
    let policies = object.at(&["posturePolicies"]).into_iter().flat_map(NodeRef::items);
    let names = ["controlID", "controlName", "frameworkName"];
    let rules: Vec<String> = policies
        .filter_map(|policy| names.iter().find_map(|name| policy.get(name)?.text()))
        .take(ITEMS)
        .map(str::to_owned)
        .collect();
    let span = object
        .at(&["name"])
        .map_or_else(|| marks::first_line(object.source, object.node.span()), NodeRef::span);
    let mut exception = object.exemption("kubescape", rules, span);
    exception.reason = Some(object.text(&["reason"]).to_owned()).filter(|r| !r.is_empty());
    let reason = exception.reason.clone().unwrap_or_default();
    exception.explain(&reason, "");
    if let Some(day) = day(object.text(&["expirationDate"])) {
        exception.expires = Some(Expiry { day, enforced: true });
    }
    found.push(exception);
}

/// The day of a date or of a time.
fn day(text: &str) -> Option<Date> {
    parse_date(text.get(..10)?).ok()
}
