//! How much work it is to hold a schema against a value, counted before it is done.
//!
//! A schema that refers to itself twice does twice the work at every level: forty levels of it never
//! end. The validator does not mind, so the steps are counted here; every pair of a schema and a
//! value is looked at once.

use std::collections::{BTreeMap, HashMap};

use regex::Regex;
use serde_json::{Map, Value as Json};

use crate::kube::Value;
use crate::schema::compiled::{Documents, unescaped};
use crate::schema::references::resolve;

/// Most steps that a value may take, and most pairs that are looked at to count them.
const STEPS: u64 = 4_000_000;
const PAIRS: usize = 2_000_000;
/// Deepest way of schemas in schemas and values in values together.
const DEPTH: usize = 600;
/// Keywords with a schema for the value itself, or a list of them, and those with a map of them.
const IN_PLACE: &[&str] = &["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];
const BY_KEY: &[&str] = &["dependentSchemas", "dependencies"];
/// Keywords with a schema for elements of a list.
const ELEMENTS: &[&str] =
    &["items", "prefixItems", "additionalItems", "contains", "unevaluatedItems"];
/// Keywords for which the schemas for the value itself are gone through once more.
const AGAIN: &[&str] = &["unevaluatedItems", "unevaluatedProperties"];

/// The references of a schema's documents, resolved. Parts of documents are known by where they are
/// in memory: they do not move while the documents live.
#[derive(Debug, Default)]
pub(super) struct References {
    /// Where the references of a part lead: address and JSON pointer.
    targets: HashMap<usize, Vec<(String, String)>>,
    /// What `$id` and anchors name.
    named: BTreeMap<String, (String, String)>,
    /// What dynamic anchors name, whoever declares them.
    dynamic: BTreeMap<String, Vec<(String, String)>>,
}

fn id_of(json: &Json) -> usize {
    std::ptr::from_ref(json) as usize
}

impl References {
    /// Finds all references.
    pub(super) fn of(documents: &Documents) -> Self {
        let mut references = Self::default();
        for (address, document) in documents {
            references.name(document, address, (address, ""));
        }
        for (address, document) in documents {
            references.resolve(document, address);
        }
        references
    }

    /// Whether there is none, so that the work is bounded by the size of schema and value.
    pub(super) fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Notes what has a name of its own.
    fn name(&mut self, json: &Json, base: &str, place: (&str, &str)) {
        let text = |key: &str| json.get(key).and_then(Json::as_str);
        let here = (place.0.to_owned(), place.1.to_owned());
        let own = base_of(json, base);
        if own != base {
            self.named.entry(own.clone()).or_insert_with(|| here.clone());
        }
        for id in ["$id", "id"].into_iter().filter_map(text) {
            if let Some(anchor) = id.strip_prefix('#') {
                self.named.insert(format!("{own}#{anchor}"), here.clone());
            }
        }
        for anchor in ["$anchor", "$dynamicAnchor"].into_iter().filter_map(text) {
            self.named.insert(format!("{own}#{anchor}"), here.clone());
        }
        if let Some(anchor) = text("$dynamicAnchor") {
            self.dynamic.entry(anchor.to_owned()).or_default().push(here);
        }
        for (step, child) in children(json) {
            self.name(child, &own, (place.0, &format!("{}/{step}", place.1)));
        }
    }

    fn resolve(&mut self, json: &Json, base: &str) {
        let own = base_of(json, base);
        let mut targets = Vec::new();
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let Some(text) = json.get(keyword).and_then(Json::as_str) else { continue };
            let address = resolve(&own, text).unwrap_or_else(|| own.clone());
            let fragment = text.split_once('#').map_or("", |(_, fragment)| fragment);
            let pointer = unescaped(fragment).unwrap_or_default();
            if pointer.is_empty() || pointer.starts_with('/') {
                let (document, inside) =
                    self.named.get(&address).cloned().unwrap_or((address, String::new()));
                targets.push((document, format!("{inside}{pointer}")));
            } else {
                targets.extend(self.named.get(&format!("{address}#{pointer}")).cloned());
                targets.extend(self.dynamic.get(&pointer).cloned().unwrap_or_default());
            }
        }
        if !targets.is_empty() {
            self.targets.insert(id_of(json), targets);
        }
        for (_, child) in children(json) {
            self.resolve(child, &own);
        }
    }
}

fn base_of(json: &Json, base: &str) -> String {
    let id = ["$id", "id"].into_iter().find_map(|key| json.get(key).and_then(Json::as_str));
    id.and_then(|id| resolve(base, id)).unwrap_or_else(|| base.to_owned())
}

/// The lists and maps in a list or map, each with its step of a JSON pointer.
fn children(json: &Json) -> impl Iterator<Item = (String, &Json)> {
    let named = json.as_object().into_iter().flatten();
    let named = named.filter(|(_, child)| !is_leaf(child));
    let listed = json.as_array().into_iter().flatten().enumerate();
    let listed = listed.filter(|(_, child)| !is_leaf(child));
    let step = |key: &str| key.replace('~', "~0").replace('/', "~1");
    named
        .map(move |(key, child)| (step(key), child))
        .chain(listed.map(|(at, child)| (at.to_string(), child)))
}

fn is_leaf(json: &Json) -> bool {
    !json.is_object() && !json.is_array()
}

/// Whether the work has an end in sight.
pub(super) fn is_bearable(
    documents: &Documents,
    references: &References,
    address: &str,
    value: &Value,
) -> bool {
    let Some(root) = documents.get(address) else { return true };
    if references.is_empty() {
        return true;
    }
    let mut count =
        Count { documents, references, known: HashMap::new(), patterns: HashMap::new() };
    count.steps(root, value, 0).is_some_and(|steps| steps <= STEPS)
}

struct Count<'d> {
    documents: &'d Documents,
    references: &'d References,
    /// The steps of pairs; of one that is being looked at, none yet.
    known: HashMap<(usize, usize), u64>,
    patterns: HashMap<&'d str, Option<Regex>>,
}

impl<'d> Count<'d> {
    /// The steps of a pair; nothing where they cannot be counted within bounds.
    fn steps(&mut self, schema: &'d Json, value: &Value, depth: usize) -> Option<u64> {
        let Some(map) = schema.as_object() else { return Some(1) };
        let pair = (id_of(schema), std::ptr::from_ref(value) as usize);
        if let Some(&known) = self.known.get(&pair) {
            return Some(known);
        }
        if depth > DEPTH || self.known.len() >= PAIRS {
            return None;
        }
        self.known.insert(pair, 0);
        let mut steps = self.here(map, pair.0, value, depth)?;
        if AGAIN.iter().any(|key| map.contains_key(*key)) {
            steps = steps.saturating_mul(2);
        }
        steps = steps.saturating_add(self.below(map, value, depth)?).saturating_add(1);
        self.known.insert(pair, steps);
        (steps <= STEPS).then_some(steps)
    }

    fn here(
        &mut self,
        map: &'d Map<String, Json>,
        id: usize,
        value: &Value,
        depth: usize,
    ) -> Option<u64> {
        let mut steps: u64 = 0;
        let references = self.references;
        for (address, pointer) in references.targets.get(&id).into_iter().flatten() {
            let target = self.documents.get(address).and_then(|json| json.pointer(pointer));
            if let Some(target) = target {
                steps = steps.saturating_add(self.steps(target, value, depth + 1)?);
            }
        }
        let in_place = IN_PLACE.iter().filter_map(|key| map.get(*key));
        let listed = in_place.flat_map(|schema| match schema.as_array() {
            Some(all) => all.iter().collect(),
            None => vec![schema],
        });
        let by_key = BY_KEY.iter().filter_map(|key| map.get(*key)?.as_object());
        for schema in listed.chain(by_key.flat_map(Map::values)) {
            steps = steps.saturating_add(self.steps(schema, value, depth + 1)?);
        }
        Some(steps)
    }

    fn below(&mut self, map: &'d Map<String, Json>, value: &Value, depth: usize) -> Option<u64> {
        let mut steps: u64 = 0;
        for (at, item) in value.as_list().unwrap_or_default().iter().enumerate() {
            for schema in ELEMENTS.iter().filter_map(|key| map.get(*key)) {
                let one = schema.as_array().map_or(Some(schema), |all| all.get(at));
                if let Some(one) = one {
                    steps = steps.saturating_add(self.steps(one, item, depth + 1)?);
                }
            }
        }
        let named = map.get("properties").and_then(Json::as_object);
        let patterns = map.get("patternProperties").and_then(Json::as_object);
        for entry in value.as_map().into_iter().flatten() {
            let own = named.and_then(|named| named.get(&*entry.key));
            let mut applied: Vec<&'d Json> = own.into_iter().collect();
            for (pattern, schema) in patterns.into_iter().flatten() {
                let known =
                    self.patterns.entry(pattern).or_insert_with(|| Regex::new(pattern).ok());
                if known.as_ref().is_none_or(|known| known.is_match(&entry.key)) {
                    applied.push(schema);
                }
            }
            let others = if applied.is_empty() { map.get("additionalProperties") } else { None };
            applied.extend(others.into_iter().chain(map.get("unevaluatedProperties")));
            for schema in applied {
                steps = steps.saturating_add(self.steps(schema, &entry.value, depth + 1)?);
            }
        }
        Some(steps)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{References, is_bearable};
    use crate::kube::load;
    use crate::schema::Documents;
    use crate::syntax::parse_yaml;
    use crate::syntax::scalar::Dialect;
    use crate::text::FileId;

    fn bearable(schema: Json, text: &str) -> bool {
        let documents = Documents::from([("paritylint:/a.json".to_owned(), schema)]);
        let parsed = parse_yaml(FileId(0), text);
        let value = load(parsed.documents[0].root(), Dialect::Plain).unwrap();
        let references = References::of(&documents);
        is_bearable(&documents, &references, "paritylint:/a.json", &value)
    }

    /// Forty definitions, each of which makes two of the next.
    fn doubling(twice: impl Fn(&str) -> Json) -> Json {
        let mut definitions: serde_json::Map<String, Json> =
            (0..40).map(|at| (format!("d{at}"), twice(&format!("#/$defs/d{}", at + 1)))).collect();
        definitions.insert("d40".to_owned(), json!({"type": "string"}));
        json!({"$ref": "#/$defs/d0", "$defs": definitions})
    }

    #[test]
    fn what_doubles_at_every_level_is_not_begun() {
        assert!(!bearable(
            doubling(|next| json!({"allOf": [{"$ref": next}, {"$ref": next}]})),
            "a"
        ));
        assert!(!bearable(
            doubling(|next| json!({"anyOf": [{"$ref": next}], "not": {"$ref": next}})),
            "a"
        ));
        let tree = json!({"properties": {"a": {"oneOf": [{"$ref": "#"}, {"$ref": "#"}]}}});
        let mut deep: String = (0..60).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
        deep.push_str(&format!("{}b: 1\n", " ".repeat(60)));
        assert!(!bearable(tree.clone(), &deep));
        assert!(bearable(tree, "a: {a: {a: 1}}"));
        let anchors = json!({"$anchor": "top", "properties": {
            "a": {"allOf": [{"$ref": "#top"}, {"$dynamicRef": "#top"}]}}});
        assert!(!bearable(anchors, &deep));
        let own = json!({"$id": "https://example.org/a", "properties": {
            "a": {"allOf": [{"$ref": "a"}, {"$ref": "https://example.org/a"}]}}});
        assert!(!bearable(own, &deep));
    }

    #[test]
    fn what_only_follows_the_value_is_no_work() {
        let node = json!({
            "type": "object",
            "properties": {"a": {"$ref": "#"}, "list": {"items": {"$ref": "#"}}},
            "patternProperties": {"^x-": {"$ref": "#"}, "^y-": {"$ref": "#"}},
            "additionalProperties": {"anyOf": [{"type": "string"}, {"$ref": "#"}]},
        });
        let mut deep: String = (0..60).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
        deep.push_str(&format!("{}x-b: {{list: [{{}}, {{}}], c: d}}\n", " ".repeat(60)));
        assert!(bearable(node, &deep));
        assert!(bearable(json!({"$ref": "#"}), "a: 1"));
    }

    #[test]
    fn long_chains_are_not_begun() {
        let chain: serde_json::Map<String, Json> = (0..5_000)
            .map(|at| (format!("d{at}"), json!({"$ref": format!("#/$defs/d{}", at + 1)})))
            .collect();
        assert!(!bearable(json!({"$ref": "#/$defs/d0", "$defs": chain}), "a"));
    }
}
