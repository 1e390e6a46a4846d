//! Schemas of kinds, cut at the top-level fields: what two objects share is looked at once.

use std::sync::{Arc, OnceLock};

use serde_json::{Value as Json, json};

use crate::kube::{Entry, PathStep, Value};
use crate::schema::compiled::{Documents, Reading, Schema, SchemaError};
use crate::schema::elsewhere;
use crate::schema::formats::FORMATS;
use crate::schema::problem::Problem;

/// The address of the document inside of itself.
const ADDRESS: &str = "paritylint:/kind";
/// Most references that lead from the document to the schema of the object.
const REFERENCES: usize = 8;

/// The schema of a kind.
#[derive(Debug)]
pub struct KindSchema {
    /// The object, its fields left out.
    shell: Schema,
    fields: Vec<Field>,
    documents: Arc<Documents>,
    reading: Reading,
}

#[derive(Debug)]
struct Field {
    name: String,
    /// The JSON pointer to its schema.
    pointer: String,
    /// Compiled when the first object has the field.
    schema: OnceLock<Option<Schema>>,
}

impl KindSchema {
    /// Compiles a document that refers to nothing outside of itself; `trusted` are those that come
    /// with this program.
    pub fn compile(document: Json, trusted: bool) -> Result<Self, SchemaError> {
        let at = root(&document);
        let object = document.pointer(&at).cloned().unwrap_or_default();
        let names = object.get("properties").and_then(Json::as_object).into_iter().flatten();
        let fields = names.map(|(name, _)| Field {
            name: name.clone(),
            pointer: format!("{at}/properties/{}", escaped(name)),
            schema: OnceLock::new(),
        });
        let fields = fields.collect();
        let mut shell = object;
        if let Some(Json::Object(properties)) = shell.get_mut("properties") {
            properties.values_mut().for_each(|field| *field = Json::Bool(true));
        }
        // What the shell says beside its fields may refer to definitions.
        for key in ["$schema", "$defs", "definitions"] {
            if let (Some(value), Some(shell)) = (document.get(key), shell.as_object_mut()) {
                shell.entry(key).or_insert_with(|| value.clone());
            }
        }
        let shell = Arc::new(Documents::from([(ADDRESS.to_owned(), shell)]));
        let shell = Schema::compile_as(ADDRESS, shell, Reading { formats: &[], trusted })?;
        let documents = Arc::new(Documents::from([(ADDRESS.to_owned(), document)]));
        let reading = Reading { formats: FORMATS, trusted };
        Ok(Self { shell, fields, documents, reading })
    }

    /// What is wrong with the object apart from the values of its fields.
    pub fn check_shell<'v>(&self, object: &'v Value) -> Vec<Problem<'v>> {
        let mut problems = self.shell.check_part(object);
        elsewhere::tell(&mut problems, &self.documents, ADDRESS);
        problems
    }

    /// What is wrong with the value of a field; nothing for a field that the schema leaves open.
    pub fn check_field<'v>(&self, entry: &'v Entry) -> Vec<Problem<'v>> {
        let Some(field) = self.fields.iter().find(|field| *field.name == *entry.key) else {
            return Vec::new();
        };
        let schema = field.schema.get_or_init(|| self.compile_field(field));
        let Some(schema) = schema else { return Vec::new() };
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

    fn compile_field(&self, field: &Field) -> Option<Schema> {
        const PART: &str = "paritylint:/field";
        let document = self.documents.get(ADDRESS)?;
        let mut part = json!({ "$ref": format!("{ADDRESS}#{}", field.pointer) });
        if let (Some(dialect), Some(part)) = (document.get("$schema"), part.as_object_mut()) {
            part.insert("$schema".to_owned(), dialect.clone());
        }
        let mut documents = Documents::clone(&self.documents);
        documents.insert(PART.to_owned(), part);
        Schema::compile_as(PART, Arc::new(documents), self.reading).ok()
    }
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
