//! TOML and YAML as editors show them to a JSON Schema.

/// JSON has no dates: they are texts.
pub(crate) fn of_toml(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(of_toml).collect(),
        toml::Value::Table(table) => {
            table.into_iter().map(|(key, value)| (key, of_toml(value))).collect()
        }
        other => serde_json::to_value(other).unwrap(),
    }
}
