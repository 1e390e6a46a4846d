//! Schemas of kinds, cut at the top-level fields: what two objects share is looked at once.

use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value as Json, json};

use crate::kube::{Entry, PathStep, Value};
use crate::schema::compiled::{Documents, Reading, Schema, SchemaError};
use crate::schema::elsewhere;
use crate::schema::excerpt;
use crate::schema::formats::FORMATS;
use crate::schema::plain::Plain;
use crate::schema::problem::Problem;

/// The address of the document inside of itself.
const ADDRESS: &str = "paritylint:/kind";
/// Most references that lead from the document to the schema of the object.
const REFERENCES: usize = 8;

/// The schema of a kind.
#[derive(Debug)]
pub struct KindSchema {
    /// The object, its fields left out.
    shell: Json,
    /// Compiled when an object is not valid at first sight.
    compiled: OnceLock<Result<Schema, SchemaError>>,
    fields: Vec<Field>,
    documents: Arc<Documents>,
    /// The JSON pointer to the schema of the object.
    root: String,
    reading: Reading,
}

#[derive(Debug)]
struct Field {
    name: String,
    /// Compiled when the first value is not valid at first sight.
    schema: OnceLock<Result<Schema, SchemaError>>,
}

impl KindSchema {
    /// Takes a document that refers to nothing outside of itself; `trusted` are those that come
    /// with this program.
    pub fn new(document: Json, trusted: bool) -> Self {
        let root = root(&document);
        let mut shell = Map::new();
        let mut fields = Vec::new();
        let object = document.pointer(&root).and_then(Json::as_object);
        for (keyword, value) in object.into_iter().flatten() {
            let value = match value.as_object().filter(|_| keyword == "properties") {
                Some(properties) => {
                    let names = properties.keys().cloned();
                    fields.extend(names.map(|name| Field { name, schema: OnceLock::new() }));
                    properties.keys().map(|name| (name.clone(), Json::Bool(true))).collect()
                }
                None => value.clone(),
            };
            shell.insert(keyword.clone(), value);
        }
        // What the shell says beside its fields may refer to definitions.
        for keyword in ["$schema", "$defs", "definitions"] {
            if let Some(value) = document.get(keyword) {
                shell.entry(keyword).or_insert_with(|| value.clone());
            }
        }
        if !refers(&shell) {
            shell.retain(|keyword, _| !matches!(keyword.as_str(), "$defs" | "definitions"));
        }
        let (shell, compiled) = (Json::Object(shell), OnceLock::new());
        let documents = Arc::new(Documents::from([(ADDRESS.to_owned(), document)]));
        let reading = Reading { formats: FORMATS, trusted };
        Self { shell, compiled, fields, documents, root, reading }
    }

    fn shell(&self) -> &Result<Schema, SchemaError> {
        self.compiled.get_or_init(|| {
            let documents = Documents::from([(ADDRESS.to_owned(), self.shell.clone())]);
            let reading = Reading { formats: &[], ..self.reading };
            Schema::compile_as(ADDRESS, Arc::new(documents), reading)
        })
    }

    /// What is wrong with the object apart from the values of its fields.
    pub fn check_shell<'v>(&self, object: &'v Value) -> Vec<Problem<'v>> {
        if self.look_at_shell(object) == Some(true) {
            return Vec::new();
        }
        let Ok(shell) = self.shell() else { return Vec::new() };
        let mut problems = shell.check_part(object);
        elsewhere::tell(&mut problems, &self.documents, ADDRESS);
        problems
    }

    /// What is wrong with the value of a field; nothing for a field that the schema leaves open.
    pub fn check_field<'v>(&self, entry: &'v Entry) -> Vec<Problem<'v>> {
        let Some(field) = self.fields.iter().find(|field| *field.name == *entry.key) else {
            return Vec::new();
        };
        if self.look_at_field(field, &entry.value) == Some(true) {
            return Vec::new();
        }
        let schema = field.schema.get_or_init(|| self.compile_field(field));
        let Ok(schema) = schema else { return Vec::new() };
        let mut problems = schema.check_part(&entry.value);
        for problem in &mut problems {
            if problem.path.0.is_empty() {
                problem.stand_for(entry.key_span);
            }
            problem.path.0.insert(0, PathStep::Key(entry.key.clone()));
        }
        elsewhere::tell(&mut problems, &self.documents, ADDRESS);
        problems
    }

    /// Why the schema of a field cannot be used, if one cannot; its values are not checked.
    pub fn unusable(&self) -> Option<&SchemaError> {
        let mut schemas = self
            .fields
            .iter()
            .map(|field| field.schema.get_or_init(|| self.compile_field(field)).as_ref());
        self.shell().as_ref().err().or_else(|| schemas.find_map(Result::err))
    }

    /// Whether the object surely is wrong, whatever may still be filled in. `false` says nothing.
    pub fn refuses(&self, object: &Value) -> bool {
        let field = |entry: &Entry| {
            let field = self.fields.iter().find(|field| *field.name == *entry.key);
            field.is_some_and(|field| self.look_at_field(field, &entry.value) == Some(false))
        };
        self.look_at_shell(object) == Some(false)
            || object.as_map().is_some_and(|map| map.iter().any(field))
    }

    fn look_at_shell(&self, object: &Value) -> Option<bool> {
        let plain = Plain { document: &self.shell, formats: false };
        // Schemas that anybody may have written can make a look as long as they like.
        if self.reading.trusted { plain.look("", object) } else { None }
    }

    fn look_at_field(&self, field: &Field, value: &Value) -> Option<bool> {
        if !self.reading.trusted {
            return None;
        }
        let document = self.documents.get(ADDRESS)?;
        let step = field.name.replace('~', "~0").replace('/', "~1");
        let formats = !self.reading.formats.is_empty();
        Plain { document, formats }.look(&format!("{}/properties/{step}", self.root), value)
    }

    fn compile_field(&self, field: &Field) -> Result<Schema, SchemaError> {
        const PART: &str = "paritylint:/field";
        let document = self.documents.get(ADDRESS).unwrap_or(&Json::Null);
        let pointer = format!("{}/properties/{}", self.root, escaped(&field.name));
        let mut part = json!({ "$ref": format!("{ADDRESS}#{pointer}") });
        if let (Some(dialect), Some(part)) = (document.get("$schema"), part.as_object_mut()) {
            part.insert("$schema".to_owned(), dialect.clone());
        }
        // What the field needs is mostly less than the whole.
        let whole = || document.clone();
        let excerpt = excerpt::of_property(document, &self.root, &field.name).unwrap_or_else(whole);
        let documents = [(ADDRESS.to_owned(), excerpt), (PART.to_owned(), part)];
        let documents = Documents::from(documents);
        Schema::compile_as(PART, Arc::new(documents), self.reading)
    }
}

/// Whether a keyword beside the definitions refers to something.
fn refers(shell: &Map<String, Json>) -> bool {
    let rest =
        shell.iter().filter(|(keyword, _)| !matches!(keyword.as_str(), "$defs" | "definitions"));
    let mut waiting: Vec<&Json> = rest.map(|(_, value)| value).collect();
    if shell.contains_key("$ref") {
        return true;
    }
    while let Some(part) = waiting.pop() {
        match part {
            Json::Object(map) if map.contains_key("$ref") => return true,
            Json::Object(map) => waiting.extend(map.values()),
            Json::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    false
}

/// The JSON pointer to the schema that the document's root refers to.
fn root(document: &Json) -> String {
    let mut at = String::new();
    for _ in 0..REFERENCES {
        let next = document.pointer(&at).and_then(|schema| schema.get("$ref"));
        let Some(next) = next.and_then(Json::as_str).and_then(|next| next.strip_prefix('#')) else {
            break;
        };
        next.clone_into(&mut at);
    }
    at
}

/// A name as a step of a JSON pointer inside of a URI.
fn escaped(name: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in name.replace('~', "~0").replace('/', "~1").bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'.') {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
