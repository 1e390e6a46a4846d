//! `--set a.b\.c[0]=x`: one value at a path, as helm reads it.

use std::sync::Arc;

use crate::kube::{Action, Entry, Kind, Provenance, Value};
use crate::syntax::scalar::Tag;
use crate::text::Span;

/// Longest list that a path may make, as in helm.
const LONGEST_LIST: usize = 65_536;
/// Deepest path, as in helm.
const DEPTH: usize = 30;

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// The values with one more laid over them; nothing for a path or text that is not understood.
///
/// `name` is where the path stands, `source` the value as it is written. `as_text` keeps numbers
/// and booleans as they are.
pub(in crate::render) fn lay(
    values: &Value,
    path: &str,
    name: Span,
    text: &str,
    source: &Value,
    as_text: bool,
) -> Option<Value> {
    let steps = steps(path)?;
    let value = read(text, source, as_text)?;
    put(Some(values), &steps, name, value, source)
}

/// The values with one more laid over them whose text nobody knows yet: it stands as it is written.
pub(super) fn lay_open(values: &Value, path: &str, name: Span, source: &Value) -> Option<Value> {
    put(Some(values), &steps(path)?, name, source.clone(), source)
}

/// The keys with which a path begins, up to the first place in a list.
pub(in crate::render) fn keys_of(path: &str) -> Vec<Arc<str>> {
    let key = |step| match step {
        Step::Key(key) => Some(Arc::from(key)),
        Step::Index(_) => None,
    };
    steps(path).unwrap_or_default().into_iter().map_while(key).collect()
}

fn put(
    below: Option<&Value>,
    steps: &[Step],
    name: Span,
    value: Value,
    source: &Value,
) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else {
        let history = below.filter(|below| below.as_scalar().is_some());
        return Some(match history {
            Some(below) => {
                let provenance = below.provenance.then_all(&value.provenance);
                Value { provenance, ..value }
            }
            None => value,
        });
    };
    let provenance = || match below {
        Some(below) => below.provenance.then(Action::Declared, source.span()),
        None => Provenance::declared(source.span()),
    };
    match step {
        Step::Key(key) => {
            if below.is_some_and(|below| below.as_map().is_none() && !below.is_null()) {
                return None;
            }
            let mut map = below.and_then(Value::as_map).cloned().unwrap_or_default();
            let known = map.entry(key).cloned();
            let inner = put(known.as_ref().map(|entry| &entry.value), rest, name, value, source)?;
            let key_span =
                if rest.is_empty() { name } else { known.map_or(name, |it| it.key_span) };
            map.insert(Entry { key: key.as_str().into(), key_span, value: inner });
            Some(Value { kind: Kind::Map(Arc::new(map)), provenance: provenance() })
        }
        Step::Index(at) => {
            if below.is_some_and(|below| below.as_list().is_none() && !below.is_null()) {
                return None;
            }
            let mut items = below.and_then(Value::as_list).unwrap_or_default().to_vec();
            let inner = put(items.get(*at), rest, name, value, source)?;
            let null = || Value::scalar(Tag::Null, "", Provenance::declared(source.span()));
            while items.len() <= *at {
                items.push(null());
            }
            *items.get_mut(*at)? = inner;
            Some(Value { kind: Kind::List(Arc::new(items)), provenance: provenance() })
        }
    }
}

/// `a.b\.c[0]` in its steps.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut key = String::new();
    let mut characters = path.chars();
    let mut after_index = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => key.push(characters.next()?),
            '.' => {
                if !after_index || !key.is_empty() {
                    steps.push(Step::Key(std::mem::take(&mut key)));
                }
                after_index = false;
            }
            '[' => {
                if !after_index || !key.is_empty() {
                    steps.push(Step::Key(std::mem::take(&mut key)));
                }
                let digits: String = characters.by_ref().take_while(|c| *c != ']').collect();
                let at = digits.parse().ok().filter(|at| *at < LONGEST_LIST)?;
                steps.push(Step::Index(at));
                after_index = true;
            }
            '=' | ',' | '{' | '}' => return None,
            // A key stands behind a dot.
            _ if after_index => return None,
            plain => key.push(plain),
        }
    }
    if !after_index {
        steps.push(Step::Key(key));
    }
    let named = steps.iter().all(|step| !matches!(step, Step::Key(key) if key.is_empty()));
    (named && steps.len() <= DEPTH && matches!(steps.first(), Some(Step::Key(_)))).then_some(steps)
}

/// The value that a text is: `{a,b}` a list, else a scalar.
fn read(text: &str, source: &Value, as_text: bool) -> Option<Value> {
    let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let Some(inner) = inner else { return Some(scalar(&unescaped(text), source, as_text)) };
    if inner.contains(['{', '}']) {
        return None;
    }
    let items = split(inner);
    let items = items.iter().map(|item| scalar(item, source, as_text)).collect();
    Some(Value::list(items, source.provenance.clone()))
}

fn scalar(text: &str, source: &Value, as_text: bool) -> Value {
    let tag = if as_text { Tag::Str } else { tag(text) };
    let text = if tag == Tag::Bool { text.to_ascii_lowercase() } else { text.to_owned() };
    Value::scalar(tag, text, source.provenance.clone())
}

/// The type that helm gives to the text of a parameter; numbers with a point are texts.
fn tag(text: &str) -> Tag {
    match text.to_ascii_lowercase().as_str() {
        "true" | "false" => Tag::Bool,
        "null" => Tag::Null,
        "0" => Tag::Int,
        _ if !text.starts_with('0') && text.parse::<i64>().is_ok() => Tag::Int,
        _ => Tag::Str,
    }
}

/// A text without the backslashes before commas and the like.
fn unescaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => result.extend(characters.next()),
            plain => result.push(plain),
        }
    }
    result
}

/// The parts of a text between commas that no backslash stands before.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == ',' {
            parts.push(String::new());
            continue;
        }
        let next = if character == '\\' { characters.next() } else { Some(character) };
        if let (Some(part), Some(next)) = (parts.last_mut(), next) {
            part.push(next);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::lay;
    use crate::kube::{Kind, Provenance, Value, load};
    use crate::syntax::parse_yaml;
    use crate::syntax::scalar::{Dialect, Tag};
    use crate::text::{FileId, Span};

    fn shown(value: &Value) -> String {
        match &value.kind {
            Kind::Scalar(scalar) if scalar.tag == Tag::Str => format!("'{}'", scalar.text),
            Kind::Scalar(scalar) => scalar.text.to_string(),
            Kind::List(items) => {
                format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
            Kind::Map(map) => {
                let entries = map.iter().map(|e| format!("{}: {}", e.key, shown(&e.value)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn set(values: &str, path: &str, text: &str, as_text: bool) -> Option<String> {
        let parsed = parse_yaml(FileId(0), values);
        let base = load(parsed.documents[0].root(), Dialect::Config).unwrap();
        let span = Span::file_start(FileId(0));
        let source = Value::string(text, Provenance::declared(span));
        lay(&base, path, span, text, &source, as_text).map(|value| shown(&value))
    }

    /// What `helm template --set` of helm 4.1 makes of them.
    #[test]
    fn paths_and_types() {
        for (path, text, expected) in [
            ("a", "1", "{a: 1}"),
            ("a.b", "x", "{a: {b: 'x'}}"),
            (r"a.b\.c/d", "x", "{a: {b.c/d: 'x'}}"),
            ("a[1]", "x", "{a: [, 'x']}"),
            ("a[0].b", "TRUE", "{a: [{b: true}]}"),
            ("a[0][1]", "x", "{a: [[, 'x']]}"),
            ("a", "007", "{a: '007'}"),
            ("a", "1.5", "{a: '1.5'}"),
            ("a", "-3", "{a: -3}"),
            ("a", "null", "{a: null}"),
            ("a", "{x,1}", "{a: ['x', 1]}"),
            ("a", "{}", "{a: ['']}"),
            ("a", r"{x\,y,z}", "{a: ['x,y', 'z']}"),
            ("a", r"x\.y", "{a: 'x.y'}"),
            ("a", "1e3", "{a: '1e3'}"),
            ("a", r"x\,y", "{a: 'x,y'}"),
            ("a", "x,y", "{a: 'x,y'}"),
        ] {
            assert_eq!(set("{}", path, text, false).as_deref(), Some(expected), "{path}={text}");
        }
        assert_eq!(set("{}", "a", "true", true).unwrap(), "{a: 'true'}");
        assert_eq!(set("{a: {b: 1, c: 2}}", "a.b", "3", false).unwrap(), "{a: {b: 3, c: 2}}");
        assert_eq!(set("{a: [1, 2]}", "a[0]", "3", false).unwrap(), "{a: [3, 2]}");
    }

    #[test]
    fn what_helm_refuses_is_unknown() {
        let deep = "a.".repeat(100);
        for path in ["", ".", "a..b", "a[", "a[-1]", "a[99999999]", "a[0]b", "[0]", "a=b", &deep] {
            assert_eq!(set("{}", path, "x", false), None, "{path}");
        }
        assert_eq!(set("{}", "a", "{b,{c}}", false), None);
        assert_eq!(set("{a: 1}", "a.b", "3", false), None);
        assert_eq!(set("{a: 1}", "a[0]", "3", false), None);
    }
}
