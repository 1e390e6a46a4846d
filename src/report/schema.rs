//! The JSON schemas of the configuration and of files with exceptions, for editors.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::baseline::BaselineSchema;
use crate::config::{BUILT_IN, ConfigSchema, RegistrySchema};
use crate::rules::RULES;

/// The schema of `paritylint.toml`, options of rules included.
pub fn configuration_schema() -> Value {
    let mut generator = SchemaSettings::draft07().into_generator();
    let rules: Map<String, Value> = RULES
        .iter()
        .map(|entry| {
            let mut options = (entry.schema)(&mut generator).to_value();
            let level = json!({ "$ref": "#/definitions/Level" });
            if let Some(object) = options.as_object_mut() {
                object.remove("title");
                object.remove("description");
                let properties = object.entry("properties").or_insert_with(|| json!({}));
                if let Some(properties) = properties.as_object_mut() {
                    properties.insert("level".to_owned(), level.clone());
                }
            }
            let rule = json!({
                "description": entry.meta.summary(),
                "anyOf": [level, options],
            });
            (entry.meta.id.to_owned(), rule)
        })
        .collect();
    let built_in: Map<String, Value> = BUILT_IN
        .iter()
        .map(|known| {
            (known.name.to_owned(), json!({ "type": "boolean", "description": known.docs }))
        })
        .collect();
    let mut schema = generator.into_root_schema_for::<ConfigSchema>().to_value();
    for (section, properties) in [("rules", rules), ("built-in", built_in)] {
        if let Some(place) = schema.pointer_mut(&format!("/properties/{section}")) {
            let description = place.get("description").cloned().unwrap_or_default();
            *place = json!({
                "type": "object",
                "description": description,
                "properties": properties,
                "additionalProperties": false,
            });
        }
    }
    schema
}

/// The schema of baselines.
pub fn baseline_schema() -> Value {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<BaselineSchema>().to_value()
}

/// The schema of files with exceptions.
pub fn exceptions_schema() -> Value {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<RegistrySchema>().to_value()
}
