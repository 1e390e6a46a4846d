//! A part of a schema with all that it refers to, and nothing else.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

/// The keywords below which definitions stand.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// A document in which the property `name` of the object at `root` (a JSON pointer: empty, or to a
/// definition) and all definitions that it needs stand where they stood. Nothing where the schema
/// refers to anything but definitions of its own.
pub(super) fn of_property(document: &Json, root: &str, name: &str) -> Option<Json> {
    let property = document.pointer(root)?.get("properties")?.get(name)?;
    let mut needed = BTreeSet::new();
    let mut waiting = vec![property];
    while let Some(part) = waiting.pop() {
        let mut targets = Vec::new();
        references(part, &mut targets)?;
        for target in targets {
            if needed.insert(target) {
                waiting.push(document.pointer(&format!("/{}/{}", target.0, target.1))?);
            }
        }
    }
    let mut excerpt = Map::new();
    if let Some(dialect) = document.get("$schema") {
        excerpt.insert("$schema".to_owned(), dialect.clone());
    }
    for (keyword, target) in &needed {
        let definition = document.get(keyword)?.get(target)?.clone();
        place(&mut excerpt, keyword, target, definition);
    }
    let holder = Json::from_iter([("properties", Json::from_iter([(name, property.clone())]))]);
    match root.strip_prefix('/').and_then(|root| root.split_once('/')) {
        // The object refers to itself, and stands there as a whole.
        Some(home) if needed.contains(&home) => {}
        Some((keyword, target)) => place(&mut excerpt, keyword, target, holder),
        None => excerpt.extend(holder.as_object().cloned().unwrap_or_default()),
    }
    Some(excerpt.into())
}

fn place(document: &mut Map<String, Json>, keyword: &str, name: &str, definition: Json) {
    let definitions = document.entry(keyword).or_insert_with(|| Json::Object(Map::new()));
    if let Some(definitions) = definitions.as_object_mut() {
        definitions.insert(name.to_owned(), definition);
    }
}

/// The definitions that a part refers to, keyword and name; nothing if it refers to anything else,
/// or has an address of its own.
fn references<'s>(part: &'s Json, found: &mut Vec<(&'s str, &'s str)>) -> Option<()> {
    match part {
        Json::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value.as_str()) {
                    ("$ref", Some(target)) => {
                        let (keyword, name) = target.strip_prefix("#/")?.split_once('/')?;
                        let plain = !name.contains(['/', '~', '%']);
                        found.push(
                            (plain && DEFINITIONS.contains(&keyword)).then_some((keyword, name))?,
                        );
                    }
                    ("$id" | "id" | "$dynamicRef" | "$recursiveRef", Some(_)) => return None,
                    _ => references(value, found)?,
                }
            }
        }
        Json::Array(items) => {
            for item in items {
                references(item, found)?;
            }
        }
        _ => {}
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of_property;

    #[test]
    fn what_a_property_needs_comes_along() {
        let document = json!({
            "$ref": "#/$defs/A",
            "$defs": {
                "A": {"properties": {"spec": {"$ref": "#/$defs/B"}, "status": {"$ref": "#/$defs/D"}}},
                "B": {"properties": {"c": {"items": {"$ref": "#/$defs/C"}}}},
                "C": {"properties": {"again": {"$ref": "#/$defs/B"}}},
                "D": {"type": "object"},
            },
        });
        let excerpt = of_property(&document, "/$defs/A", "spec").unwrap();
        let kept: Vec<_> = excerpt["$defs"].as_object().unwrap().keys().collect();
        assert_eq!(kept, ["A", "B", "C"]);
        assert_eq!(excerpt["$defs"]["A"], json!({"properties": {"spec": {"$ref": "#/$defs/B"}}}));
    }

    #[test]
    fn a_schema_of_its_own_stands_at_the_top() {
        let document = json!({"properties": {"a": {"type": "string"}, "b": {"type": "integer"}}});
        let excerpt = of_property(&document, "", "b").unwrap();
        assert_eq!(excerpt, json!({"properties": {"b": {"type": "integer"}}}));
    }

    #[test]
    fn other_references_are_left_to_the_whole_document() {
        for target in ["#", "#/properties/b", "other.json", "#/$defs/a~1b"] {
            let document = json!({"properties": {"a": {"$ref": target}, "b": {}}});
            assert_eq!(of_property(&document, "", "a"), None, "{target}");
        }
        let document = json!({"properties": {"a": {"$id": "x", "$ref": "#/$defs/b"}}});
        assert_eq!(of_property(&document, "", "a"), None);
    }
}
