//! Values as reports show them: short, on one line, secrets masked.

use crate::kube::{Form, Kind, PathStep, Value, looks_like_credential, looks_secret_key};

/// What stands for a value that must not be shown.
pub const SECRET: &str = "(secret)";
/// Longest text that is shown whole, in characters.
const LONGEST: usize = 100;
/// Most keys of a map that are named.
const KEYS: usize = 4;

/// The text of a value at `path` of an object of `kind`.
pub(crate) fn show(kind: &str, path: &[PathStep], value: &Value) -> String {
    match &value.kind {
        Kind::Scalar(_) if value.is_null() => "null".to_owned(),
        Kind::Scalar(scalar) => {
            if is_secret(kind, path, &scalar.text) {
                return SECRET.to_owned();
            }
            let first = scalar.text.lines().next().unwrap_or("");
            let cut: String = first.chars().take(LONGEST).collect();
            if cut.len() < scalar.text.trim_end().len() { format!("{cut}…") } else { cut }
        }
        Kind::List(items) => match items.len() {
            1 => "a list of 1 element".to_owned(),
            count => format!("a list of {count} elements"),
        },
        Kind::Map(map) => {
            let keys: Vec<&str> = map.iter().take(KEYS).map(|entry| &*entry.key).collect();
            let more = if map.len() > KEYS { ", …" } else { "" };
            format!("{{{}{more}}}", keys.join(", "))
        }
    }
}

/// Whether a text at `path` must not be shown.
pub(crate) fn is_secret(kind: &str, path: &[PathStep], text: &str) -> bool {
    let data = |key: &str| matches!(key, "data" | "stringData" | "encryptedData");
    let in_secret = matches!(kind, "Secret" | "SealedSecret")
        && path.iter().any(|step| matches!(step, PathStep::Key(key) if data(key)));
    in_secret
        || kind == Form::Secrets.kind()
        || looks_like_credential(text)
        || !is_switch(text)
            && path.iter().rev().take(3).any(|step| match step {
                PathStep::Key(key) => looks_secret_key(key),
                PathStep::Element { value, .. } => looks_secret_key(value),
                PathStep::Index(_) => false,
            })
}

/// Whether a text can only be a switch: that it is on is no secret.
fn is_switch(text: &str) -> bool {
    matches!(text, "true" | "false")
}

#[cfg(test)]
mod tests {
    use super::{SECRET, show};
    use crate::kube::{PathStep, Provenance, Value};
    use crate::text::{FileId, Span};

    #[test]
    fn secrets_are_masked_by_place_name_and_shape() {
        let value =
            |text: &str| Value::string(text, Provenance::declared(Span::file_start(FileId(0))));
        let key = |key: &str| PathStep::Key(key.into());
        let env = PathStep::Element { key: "name".into(), value: "DB_PASSWORD".into() };
        assert_eq!(show("Secret", &[key("data"), key("x")], &value("aGVsbG8=")), SECRET);
        assert_eq!(show("Deployment", &[key("env"), env, key("value")], &value("x")), SECRET);
        let url = value("postgres://app:hunter2@db/app");
        assert_eq!(show("ConfigMap", &[key("data"), key("url")], &url), SECRET);
        assert_eq!(show("ConfigMap", &[key("data"), key("level")], &value("info")), "info");
        assert_eq!(show("ConfigMap", &[key("data"), key("x")], &value("a\nb\n")), "a…");
    }
}
