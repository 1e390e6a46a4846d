//! Values as reports show them: short, on one line, secrets masked.

use std::sync::Arc;

use crate::compare::list;
use crate::config::nearest;
use crate::kube::{Form, HIDDEN, Kind, PathStep, Value, hides_text, looks_like_credential};

/// What stands for a value that must not be shown.
pub const SECRET: &str = HIDDEN;
/// Longest text that is shown whole, in characters.
const LONGEST: usize = 100;
/// How much of a text is searched for credentials before its first characters are shown, in bytes.
const READ: usize = 64 * 1024;
/// Most keys of a map that are named.
const KEYS: usize = 4;

/// The text of a value at `path` of an object of `kind`.
pub(crate) fn show(kind: &str, path: &[PathStep], value: &Value) -> String {
    match &value.kind {
        Kind::Scalar(_) if value.is_null() => "null".to_owned(),
        Kind::Scalar(scalar) => {
            if is_secret(kind, path, beginning(&scalar.text)) {
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

/// What decides whether the first line of a text may be shown.
fn beginning(text: &str) -> &str {
    let end = (0..=READ.min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    text.get(..end.unwrap_or(0)).unwrap_or("")
}

/// A value at `path` of an object of `kind` on one line, with what is in it: at most `most`
/// characters and an ellipsis. Secrets are masked leaf by leaf.
pub(crate) fn whole(kind: &str, path: &[PathStep], value: &Value, most: usize) -> String {
    let mut line = Line { kind, path: path.to_vec(), text: String::new(), room: most };
    line.value(value, None);
    line.text
}

/// A value while it is written on one line.
struct Line<'a> {
    kind: &'a str,
    path: Vec<PathStep>,
    text: String,
    /// How many characters may still come.
    room: usize,
}

impl Line<'_> {
    fn put(&mut self, text: &str) {
        if self.room == 0 {
            return;
        }
        let cut: String = text.chars().take(self.room).collect();
        self.room -= cut.chars().count();
        self.text.push_str(&cut);
        if cut.len() < text.len() {
            self.text.push('…');
            self.room = 0;
        }
    }

    /// `flag`: the flag whose value this is, in a list of arguments.
    fn value(&mut self, value: &Value, flag: Option<&str>) {
        match &value.kind {
            Kind::Scalar(_) if value.is_null() => self.put("null"),
            Kind::Scalar(scalar) => self.scalar(&scalar.text, flag),
            Kind::List(items) => {
                self.put("[");
                let flags = list::flags(items);
                for (at, (item, flag)) in items.iter().zip(flags).enumerate() {
                    if at > 0 {
                        self.put(", ");
                    }
                    self.inside(step_to(at, item), |line| line.value(item, flag));
                }
                self.put("]");
            }
            Kind::Map(map) => {
                self.put("{");
                for (at, entry) in map.iter().enumerate() {
                    self.put(if at > 0 { ", " } else { "" });
                    self.put(&entry.key);
                    self.put(": ");
                    if let (true, Some(name)) =
                        (is_name(&self.path, &entry.key), entry.value.text())
                    {
                        self.put(name);
                    } else {
                        let step = PathStep::Key(Arc::clone(&entry.key));
                        self.inside(step, |line| line.value(&entry.value, None));
                    }
                }
                self.put("}");
            }
        }
    }

    /// Nothing is written any more where there is no room, so that deep and wide values cost little.
    fn inside(&mut self, step: PathStep, write: impl FnOnce(&mut Self)) {
        if self.room > 0 {
            self.path.push(step);
            write(self);
            self.path.pop();
        }
    }

    /// The first line of a text.
    fn scalar(&mut self, text: &str, flag: Option<&str>) {
        if hides(self.kind, &self.path, text, flag) {
            self.put(SECRET);
            return;
        }
        let first = text.lines().next().unwrap_or("");
        self.put(first);
        if first.len() < text.trim_end().len() {
            self.put(" …");
        }
    }
}

/// Whether a text at `path` holds a secret: by its place, its shape, the flag before it, or the key
/// of one of its lines.
fn hides(kind: &str, path: &[PathStep], text: &str, flag: Option<&str>) -> bool {
    let tells = |line: &str| {
        // A sentence is no key.
        let (key, value) = line.split_once(['=', ':']).unwrap_or_default();
        let key = key.trim();
        !key.contains(' ') && hides_text("", key, value.trim())
    };
    is_secret(kind, path, text)
        || text.lines().any(tells)
        || flag.is_some_and(|flag| flag != text && hides_text("", flag, text))
}

/// A document of `kind` with [`SECRET`] in the place of every secret.
pub fn without_secrets(kind: &str, body: &Value) -> Value {
    masked(kind, &mut Vec::new(), body, None)
}

/// Recursion is bounded by the depth that the loader accepts.
fn masked(kind: &str, path: &mut Vec<PathStep>, value: &Value, flag: Option<&str>) -> Value {
    let provenance = value.provenance.clone();
    match &value.kind {
        Kind::Scalar(scalar) if !value.is_null() && hides(kind, path, &scalar.text, flag) => {
            Value::string(SECRET, provenance)
        }
        Kind::Scalar(_) => value.clone(),
        Kind::List(items) => {
            let flags = list::flags(items);
            let items = items.iter().enumerate().zip(flags).map(|((at, item), flag)| {
                path.push(step_to(at, item));
                let masked = masked(kind, path, item, flag);
                path.pop();
                masked
            });
            Value::list(items.collect(), provenance)
        }
        Kind::Map(map) => {
            let entries = map.iter().map(|entry| {
                let mut entry = entry.clone();
                if !is_name(path, &entry.key) {
                    path.push(PathStep::Key(Arc::clone(&entry.key)));
                    entry.value = masked(kind, path, &entry.value, None);
                    path.pop();
                }
                entry
            });
            Value::map(entries.collect(), provenance)
        }
    }
}

/// Whether a key says what an element of a list is called: no secret, whatever the name.
fn is_name(path: &[PathStep], key: &str) -> bool {
    matches!(path.last(), Some(PathStep::Element { key: own, .. }) if &**own == key)
}

/// The step to an element of a list.
fn step_to(at: usize, item: &Value) -> PathStep {
    let name = item.get("name").and_then(Value::text);
    name.map_or(PathStep::Index(at), |name| PathStep::Element {
        key: "name".into(),
        value: name.into(),
    })
}

/// Whether a text at `path` must not be shown.
pub(crate) fn is_secret(kind: &str, path: &[PathStep], text: &str) -> bool {
    let data = |key: &str| matches!(key, "data" | "stringData" | "encryptedData");
    let in_secret = matches!(kind, "Secret" | "SealedSecret")
        && path.iter().any(|step| matches!(step, PathStep::Key(key) if data(key)));
    in_secret || kind == Form::Secrets.kind() || looks_like_credential(text) || by_name(path, text)
}

/// Whether the names around a text say that it is secret: the last key, and those of the maps that
/// it is in. An element has a value, and other members that are none.
fn by_name(path: &[PathStep], text: &str) -> bool {
    let mut steps = path.iter().rev().filter(|step| !matches!(step, PathStep::Index(_)));
    let key = match steps.next() {
        Some(PathStep::Key(key)) => key,
        Some(PathStep::Element { value, .. }) => value,
        _ => return false,
    };
    let is_value = || nearest(key, ["value"]).is_some();
    let mut around = steps.take(2).filter_map(|step| match step {
        PathStep::Key(key) => Some(&**key),
        PathStep::Element { value, .. } => is_value().then_some(&**value),
        PathStep::Index(_) => None,
    });
    hides_text("", key, text) || around.any(|around| hides_text(around, key, text))
}

#[cfg(test)]
mod tests {
    use super::{SECRET, show};
    use crate::kube::{PathStep, Provenance, Value};
    use crate::text::{FileId, Span};

    #[test]
    fn the_beginning_of_a_text_decides_what_is_shown() {
        let text = format!("é{}", "x".repeat(super::READ));
        assert!(super::beginning(&text).len() <= super::READ);
    }

    #[test]
    fn secrets_are_masked_by_place_name_and_shape() {
        let value =
            |text: &str| Value::string(text, Provenance::declared(Span::file_start(FileId(0))));
        let key = |key: &str| PathStep::Key(key.into());
        let env = PathStep::Element { key: "name".into(), value: "DB_PASSWORD".into() };
        assert_eq!(show("Secret", &[key("data"), key("x")], &value("aGVsbG8=")), SECRET);
        assert_eq!(show("Deployment", &[key("env"), env, key("value")], &value("x")), SECRET);
        let named = |keys: &[&str], text: &str| {
            let path: Vec<_> = keys.iter().map(|name| key(name)).collect();
            show("config", &path, &value(text))
        };
        assert_eq!(named(&["Auth", "Audience"], "shop"), "shop");
        assert_eq!(named(&["Auth", "Jwt", "TokenLifetimeMinutes"], "60"), "60");
        assert_eq!(named(&["external-secrets", "db", "password"], "x"), SECRET);
        assert_eq!(named(&["secrets", "STRIPE"], "x"), SECRET);
        let url = value("postgres://app:hunter2@db/app");
        assert_eq!(show("ConfigMap", &[key("data"), key("url")], &url), SECRET);
        assert_eq!(show("ConfigMap", &[key("data"), key("level")], &value("info")), "info");
        assert_eq!(show("ConfigMap", &[key("data"), key("x")], &value("a\nb\n")), "a…");
    }
}
