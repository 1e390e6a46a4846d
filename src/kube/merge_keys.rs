//! Which lists a strategic merge patch merges element by element, and by which keys.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::kube::id::Gvk;
use crate::kube::value::Value;
use crate::syntax::NodeRef;
use crate::text::Span;

static BUILTIN: LazyLock<MergeKeys> =
    LazyLock::new(|| MergeKeys::from_table(include_str!("data/merge_keys.tsv")));

/// What the names of Kubernetes' own types begin with; the table leaves it out.
const COMMON_NAME: &str = "io.k8s.api.";

/// The lists of all known kinds, as a graph of types.
#[derive(Debug, Clone, Default)]
pub struct MergeKeys {
    roots: BTreeMap<Gvk, usize>,
    types: Vec<Type>,
    names: BTreeMap<Box<str>, usize>,
    /// Fields whose own comments say what they are.
    hints: BTreeMap<Span, Field>,
}

/// The fields of one type below which something is merged.
#[derive(Debug, Clone, Default)]
struct Type {
    fields: BTreeMap<Box<str>, Field>,
    /// What every key without a field of its own has.
    any: Option<Field>,
}

#[derive(Debug, Clone, Default)]
struct Field {
    /// The type of the map, or of the list's elements.
    child: Option<usize>,
    /// The keys by which the elements of a list are merged; none for a set of scalars.
    keys: Option<Box<[Box<str>]>>,
}

/// Why a file cannot stand in for the built-in types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the file has no `definitions` of an OpenAPI schema")]
pub struct OpenApiError {
    /// Where the definitions are expected.
    pub span: Span,
}

impl MergeKeys {
    /// The types that kustomize has built in.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Reads the table that lies in `data/`.
    fn from_table(table: &str) -> Self {
        let mut keys = Self::default();
        for line in table.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            match columns[..] {
                ["root", api_version, kind, name] => {
                    let at = keys.named(name);
                    keys.roots.insert(Gvk::new(api_version, kind), at);
                }
                ["type", name, field, _, child, strategy, merge_keys] => {
                    let at = keys.named(name);
                    let child = (child != "-").then(|| keys.named(child));
                    let key_list = merge_keys.split(',').filter(|key| *key != "-");
                    let merge_keys = is_merge(strategy).then(|| key_list.map(Box::from).collect());
                    keys.types[at].fields.insert(field.into(), Field { child, keys: merge_keys });
                }
                _ => {}
            }
        }
        keys
    }

    fn named(&mut self, name: &str) -> usize {
        let name = name.strip_prefix(COMMON_NAME).unwrap_or(name);
        *self.names.entry(name.into()).or_insert_with(|| {
            self.types.push(Type::default());
            self.types.len() - 1
        })
    }

    /// Adds the file of `openapi: path`; its types replace those of the same name.
    pub fn with_openapi(mut self, node: NodeRef<'_>) -> Result<Self, OpenApiError> {
        let definitions = node.get("definitions").filter(|definitions| definitions.is_map());
        let definitions = definitions.ok_or(OpenApiError { span: node.span() })?;
        for (name, _) in definitions.entries() {
            if let Some(name) = name.text() {
                let at = self.named(name);
                self.types[at] = Type::default();
            }
        }
        for (name, schema) in definitions.entries() {
            let Some(name) = name.text() else { continue };
            let at = self.named(name);
            self.fill(at, schema);
            let kinds = schema.get("x-kubernetes-group-version-kind");
            for kind in kinds.into_iter().flat_map(NodeRef::items) {
                let text = |key| Arc::from(kind.get(key).and_then(NodeRef::text).unwrap_or(""));
                let gvk =
                    Gvk { group: text("group"), version: text("version"), kind: text("kind") };
                self.roots.insert(gvk, at);
            }
        }
        Ok(self)
    }

    /// Adds the schema that the comment behind a key holds.
    pub fn hint(&mut self, key: Span, schema: NodeRef<'_>) {
        let field = self.field(schema);
        self.hints.insert(key, field);
    }

    /// The place of a whole object.
    pub fn root(&self, gvk: &Gvk) -> Cursor<'_> {
        let place = match self.roots.get(gvk) {
            Some(&at) => Place::Map(at),
            None => Place::Unknown,
        };
        Cursor { keys: self, place }
    }
}

/// Whether `merge` is among the comma-separated strategies.
fn is_merge(strategy: &str) -> bool {
    strategy.split(',').any(|word| word == "merge")
}

impl MergeKeys {
    fn fill(&mut self, at: usize, schema: NodeRef<'_>) {
        for (name, property) in schema.get("properties").into_iter().flat_map(NodeRef::entries) {
            if let Some(name) = name.text() {
                let field = self.field(property);
                self.types[at].fields.insert(name.into(), field);
            }
        }
        if let Some(any) = schema.get("additionalProperties").filter(|any| any.is_map()) {
            self.types[at].any = Some(self.field(any));
        }
    }

    fn field(&mut self, schema: NodeRef<'_>) -> Field {
        let text = |key| schema.get(key).and_then(NodeRef::text);
        let merged = text("x-kubernetes-patch-strategy").is_some_and(is_merge);
        let keys = merged.then(|| match schema.get("x-kubernetes-list-map-keys") {
            Some(keys) => keys.items().filter_map(NodeRef::text).map(Box::from).collect(),
            None => text("x-kubernetes-patch-merge-key").map(Box::from).into_iter().collect(),
        });
        let child = schema.get("items").unwrap_or(schema);
        Field { child: self.child(child), keys }
    }

    fn child(&mut self, schema: NodeRef<'_>) -> Option<usize> {
        if let Some(reference) = schema.get("$ref").and_then(NodeRef::text) {
            let name = reference.strip_prefix("#/definitions/")?;
            let name = name.strip_prefix(COMMON_NAME).unwrap_or(name);
            return self.names.get(name).copied();
        }
        if schema.get("properties").is_none() && schema.get("additionalProperties").is_none() {
            return None;
        }
        let at = self.types.len();
        self.types.push(Type::default());
        self.fill(at, schema);
        Some(at)
    }
}

#[derive(Debug, Clone, Copy)]
enum Place<'k> {
    /// Nothing is known of the kind.
    Unknown,
    /// A known type without merged lists.
    Plain,
    /// A map of this type.
    Map(usize),
    /// The value of a field.
    Field(&'k Field),
}

/// A place in the graph of types. Steps cost a look-up and never allocate.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'k> {
    keys: &'k MergeKeys,
    place: Place<'k>,
}

impl<'k> Cursor<'k> {
    fn at(self, place: Place<'k>) -> Self {
        Self { keys: self.keys, place }
    }

    /// The place of the value of `key`.
    #[must_use]
    pub fn field(self, key: &str) -> Self {
        let at = match self.place {
            Place::Unknown => return self,
            Place::Plain => None,
            Place::Map(at) => Some(at),
            Place::Field(field) => field.child,
        };
        let field = at.and_then(|at| {
            let r#type = &self.keys.types[at];
            r#type.fields.get(key).or(r#type.any.as_ref())
        });
        self.at(field.map_or(Place::Plain, Place::Field))
    }

    /// The same place, unless the comment behind the key says otherwise.
    #[must_use]
    pub fn hinted(self, key: Span) -> Self {
        if self.keys.hints.is_empty() {
            return self;
        }
        self.keys.hints.get(&key).map_or(self, |field| self.at(Place::Field(field)))
    }

    /// The place of the elements of a list.
    #[must_use]
    pub fn element(self) -> Self {
        match self.place {
            Place::Field(Field { child: Some(at), .. }) => self.at(Place::Map(*at)),
            Place::Unknown => self,
            _ => self.at(Place::Plain),
        }
    }

    /// Where an object inside an object of unknown kind names its own kind: its place.
    #[must_use]
    pub fn enter(self, value: &Value) -> Self {
        if !matches!(self.place, Place::Unknown) {
            return self;
        }
        let text = |key| value.get(key).and_then(Value::text).filter(|text| !text.is_empty());
        match (text("apiVersion"), text("kind")) {
            (Some(api_version), Some(kind)) => self.keys.root(&Gvk::new(api_version, kind)),
            _ => self,
        }
    }

    /// The keys that name the elements of this list: `None` where the list is replaced as a
    /// whole, none for a set of scalars.
    pub fn list_keys(self) -> Option<&'k [Box<str>]> {
        match self.place {
            Place::Field(field) => field.keys.as_deref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MergeKeys;
    use crate::kube::Gvk;
    use crate::syntax::parse_yaml;
    use crate::text::FileId;

    fn keys(table: &MergeKeys, gvk: &Gvk, path: &str) -> Option<Vec<String>> {
        let cursor = path.split('.').fold(table.root(gvk), |cursor, step| match step {
            "*" => cursor.element(),
            key => cursor.field(key),
        });
        cursor.list_keys().map(|keys| keys.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn walks_the_builtin_types() {
        let deployment = Gvk::new("apps/v1", "Deployment");
        let at = |path| keys(MergeKeys::builtin(), &deployment, path);
        assert_eq!(at("metadata.finalizers"), Some(vec![]));
        assert_eq!(at("spec.template.spec.containers"), Some(vec!["name".to_owned()]));
        assert_eq!(
            at("spec.template.spec.containers.*.ports"),
            Some(vec!["containerPort".to_owned(), "protocol".to_owned()])
        );
        assert_eq!(at("spec.template.spec.containers.*.args"), None);
        assert_eq!(at("spec.template.spec.tolerations"), None);
        let unknown = Gvk::new("example.org/v1", "Deployment");
        assert_eq!(keys(MergeKeys::builtin(), &unknown, "metadata.finalizers"), None);
    }

    #[test]
    fn reads_openapi_definitions() {
        let text = r##"
definitions:
  org.Widget:
    properties:
      spec:
        properties:
          parts: {type: array, items: {$ref: "#/definitions/org.Part"}, x-kubernetes-patch-strategy: merge, x-kubernetes-patch-merge-key: id}
          sets: {additionalProperties: {type: array, x-kubernetes-patch-strategy: "merge,retainKeys", x-kubernetes-list-map-keys: [a, b]}}
          plain: {type: array, x-kubernetes-patch-merge-key: id}
    x-kubernetes-group-version-kind: [{group: example.org, version: v1, kind: Widget}]
  org.Part:
    properties:
      tags: {type: array, x-kubernetes-patch-strategy: merge}
"##;
        let parsed = parse_yaml(FileId(0), text);
        let table = MergeKeys::default().with_openapi(parsed.documents[0].root()).unwrap();
        let widget = Gvk::new("example.org/v1", "Widget");
        assert_eq!(keys(&table, &widget, "spec.parts"), Some(vec!["id".to_owned()]));
        assert_eq!(keys(&table, &widget, "spec.parts.*.tags"), Some(vec![]));
        assert_eq!(keys(&table, &widget, "spec.sets.x").map(|keys| keys.len()), Some(2));
        assert_eq!(keys(&table, &widget, "spec.plain"), None);
        assert_eq!(keys(&table, &Gvk::new("v1", "Pod"), "spec.containers"), None);
        let parsed = parse_yaml(FileId(0), "definitions: []");
        assert!(MergeKeys::default().with_openapi(parsed.documents[0].root()).is_err());
    }
}
