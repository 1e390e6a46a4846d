//! Definitions that refer to each other by number.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Map, Value as Json};

/// The second part of a file in `schemas/`: one definition in each line.
#[derive(Debug)]
pub(super) struct Definitions {
    text: String,
    /// Where each definition is in the text.
    lines: Vec<Range<usize>>,
}

impl Definitions {
    /// Reads a file: `rows` gets the lines before the empty one, the definitions stand behind it.
    pub(super) fn read<T>(
        text: String,
        rows: impl FnOnce(&mut dyn Iterator<Item = &str>) -> T,
    ) -> (T, Self) {
        let mut at = 0;
        let mut lines = text.lines().map(|line| {
            let start = at;
            at += line.len() + 1;
            (line, start..start + line.len())
        });
        let mut first = lines.by_ref().map(|(line, _)| line).take_while(|line| !line.is_empty());
        let rows = rows(&mut first);
        first.for_each(drop);
        let lines = lines.map(|(_, range)| range).collect();
        (rows, Self { text, lines })
    }

    /// One definition; its references are still numbers.
    fn get(&self, id: u32) -> Option<Json> {
        let range = self.lines.get(usize::try_from(id).ok()?)?;
        serde_json::from_str(self.text.get(range.clone())?).ok()
    }

    /// A definition and the others that it needs, by name; all references are by these names. The
    /// definition itself is among the others only if one of them refers to it.
    pub(super) fn with_needed(
        &self,
        id: u32,
        name: impl Fn(u32) -> String,
    ) -> Option<(Json, Map<String, Json>)> {
        let mut wanted = BTreeSet::new();
        let mut root = self.get(id)?;
        refer(&mut root, &mut wanted, &name);
        let mut needed = Map::new();
        while let Some(id) = wanted.pop_first() {
            let key = name(id);
            if needed.contains_key(&key) {
                continue;
            }
            let mut definition = self.get(id)?;
            refer(&mut definition, &mut wanted, &name);
            needed.insert(key, definition);
        }
        Some((root, needed))
    }
}

/// Turns the numbers that a definition refers to into references by name, and collects them.
fn refer(schema: &mut Json, found: &mut BTreeSet<u32>, name: &impl Fn(u32) -> String) {
    match schema {
        Json::Object(map) => {
            for (key, value) in map {
                let id = value.as_u64().filter(|_| key == "$ref").and_then(|id| id.try_into().ok());
                match id {
                    Some(id) => {
                        found.insert(id);
                        *value = format!("#/$defs/{}", name(id)).into();
                    }
                    None => refer(value, found, name),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| refer(item, found, name)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::Definitions;
    use serde_json::json;

    #[test]
    fn finds_what_is_needed_and_survives_cycles() {
        let text =
            "a\nb\n\n{\"items\":{\"$ref\":1}}\n{\"anyOf\":[{\"$ref\":1},{\"$ref\":2}]}\n{}\n{}\n";
        let (rows, definitions) =
            Definitions::read(text.to_owned(), |rows| rows.map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(rows, ["a", "b"]);
        let (root, needed) = definitions.with_needed(0, |id| format!("x{id}")).unwrap();
        assert_eq!(root, json!({"items": {"$ref": "#/$defs/x1"}}));
        let x1 = json!({"anyOf": [{"$ref": "#/$defs/x1"}, {"$ref": "#/$defs/x2"}]});
        assert_eq!(json!(needed), json!({"x1": x1, "x2": {}}));
        assert!(definitions.with_needed(4, |id| id.to_string()).is_none());
    }
}
