//! Reading fields as Go does: names in any case, unknown ones refused, types strict.

use std::sync::Arc;

use crate::render::RenderError;
use crate::syntax::NodeRef;
use crate::syntax::scalar::{self, Dialect, Tag};
use crate::text::Span;

/// Deepest chain of merge keys in a kustomization file.
const MERGES: usize = 32;

/// A text and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    /// The text.
    pub(crate) value: Arc<str>,
    /// Where it stands.
    pub(crate) span: Span,
}

/// Texts by key, sorted; both with their places.
pub(crate) type Pairs = Vec<(Text, Text)>;

/// Calls `set` with the known name of every field of a map that is not null.
///
/// Of repeated fields the last wins: `set` must replace what it set before.
pub(crate) fn fields<'d>(
    node: NodeRef<'d>,
    known: &[&'static str],
    mut set: impl FnMut(&'static str, NodeRef<'d>) -> Result<(), RenderError>,
) -> Result<(), RenderError> {
    visit(node, known, &mut set, 0)
}

fn visit<'d>(
    node: NodeRef<'d>,
    known: &[&'static str],
    set: &mut dyn FnMut(&'static str, NodeRef<'d>) -> Result<(), RenderError>,
    depth: usize,
) -> Result<(), RenderError> {
    if node.is_null() {
        return Ok(());
    }
    if !node.is_map() {
        return Err(mismatch(node, "a map"));
    }
    if depth > MERGES {
        return Err(RenderError::new(node.span(), "merge keys (`<<`) are chained too deeply")
            .help("write the values out"));
    }
    let merges = node.entries().filter(|(key, _)| key.text() == Some("<<"));
    for (_, source) in merges {
        let sources = if source.is_list() { source.items().collect() } else { vec![source] };
        for source in sources.into_iter().rev() {
            visit(source, known, set, depth + 1)?;
        }
    }
    for (key, value) in node.entries() {
        let name = key.text().unwrap_or("");
        if name == "<<" {
            continue;
        }
        let field = known
            .iter()
            .find(|field| **field == name)
            .or_else(|| known.iter().find(|field| field.eq_ignore_ascii_case(name)));
        match field {
            Some(field) if !value.is_null() => set(field, value)?,
            // An object that configures a plugin has fields of its own besides.
            None if !node.is_composed() => return Err(unknown(key, name, known)),
            _ => {}
        }
    }
    Ok(())
}

/// The error for a field that there is not.
pub(crate) fn unknown(key: NodeRef<'_>, name: &str, known: &[&'static str]) -> RenderError {
    let error = RenderError::new(key.span(), format!("there is no field `{name}` here"));
    let nearest = known
        .iter()
        .map(|field| {
            (strsim::damerau_levenshtein(&field.to_lowercase(), &name.to_lowercase()), field)
        })
        .min()
        .filter(|(distance, field)| *distance <= 1 + field.len() / 4);
    match nearest {
        Some((_, field)) => error.help(format!("did you mean `{field}`?")),
        None => error.help(format!("fields here are {}", listed(known))),
    }
}

fn listed(known: &[&str]) -> String {
    let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The error for a value of the wrong type.
pub(crate) fn mismatch(node: NodeRef<'_>, wanted: &str) -> RenderError {
    let found = match node.tag(Dialect::Config) {
        Some(Tag::Null) => "nothing",
        Some(Tag::Bool) => "a boolean",
        Some(Tag::Int | Tag::Float) => "a number",
        Some(_) => "a string",
        None if node.is_list() => "a list",
        None => "a map",
    };
    let error = match node.text() {
        Some(text) => {
            let message = format!("{wanted} is expected here, and `{text}` is {found}");
            RenderError::new(node.span(), message)
        }
        None => RenderError::new(node.span(), format!("{wanted} is expected here, not {found}")),
    };
    match node.tag(Dialect::Config) {
        Some(Tag::Bool | Tag::Int | Tag::Float) if wanted == "a string" => {
            error.help("put it in quotes")
        }
        _ => error.help(match wanted {
            "a list" => "begin every element with `- `, on a line of its own",
            "a whole number" => "write digits without quotes",
            "a boolean" => "write `true` or `false`, without quotes",
            "a string" => "write one text",
            _ => "write `key: value`, each on a line below it",
        }),
    }
}

/// A string; null is the empty one.
pub(crate) fn text(node: NodeRef<'_>) -> Result<Text, RenderError> {
    let value = match node.tag(Dialect::Config) {
        Some(Tag::Str | Tag::Timestamp | Tag::Binary) => node.text().unwrap_or(""),
        Some(Tag::Null) => "",
        // Where a plugin wants a string, kustomize takes any scalar.
        Some(_) if node.is_composed() => node.text().unwrap_or(""),
        _ => return Err(mismatch(node, "a string")),
    };
    Ok(Text { value: value.into(), span: node.span() })
}

/// A string, or nothing if it is empty.
pub(crate) fn optional(node: NodeRef<'_>) -> Result<Option<Text>, RenderError> {
    Ok(Some(text(node)?).filter(|text| !text.value.is_empty()))
}

/// A boolean.
pub(crate) fn boolean(node: NodeRef<'_>) -> Result<bool, RenderError> {
    match (node.tag(Dialect::Config), node.text()) {
        (Some(Tag::Bool), Some(text)) => Ok(scalar::bool_value(text) == Some(true)),
        (Some(Tag::Null), _) => Ok(false),
        _ => Err(mismatch(node, "a boolean")),
    }
}

/// A whole number.
pub(crate) fn integer(node: NodeRef<'_>) -> Result<i64, RenderError> {
    let number = node.text().filter(|_| node.tag(Dialect::Config) == Some(Tag::Int));
    number
        .and_then(|text| i64::try_from(scalar::int_value(text)?).ok())
        .ok_or_else(|| mismatch(node, "a whole number"))
}

/// A list, each element read by `item`.
pub(crate) fn list<'d, T>(
    node: NodeRef<'d>,
    item: impl FnMut(NodeRef<'d>) -> Result<T, RenderError>,
) -> Result<Vec<T>, RenderError> {
    if node.is_null() {
        return Ok(Vec::new());
    }
    if !node.is_list() {
        return Err(mismatch(node, "a list"));
    }
    node.items().map(item).collect()
}

/// A map of strings, sorted by key.
pub(crate) fn pairs(node: NodeRef<'_>) -> Result<Pairs, RenderError> {
    let mut pairs: Pairs = Vec::new();
    collect_pairs(node, &mut pairs, 0)?;
    pairs.sort_by(|a, b| a.0.value.cmp(&b.0.value));
    // The sort is stable: of equal keys the last one read stands last, and it wins.
    pairs.reverse();
    pairs.dedup_by(|later, kept| later.0.value == kept.0.value);
    pairs.reverse();
    Ok(pairs)
}

fn collect_pairs(node: NodeRef<'_>, pairs: &mut Pairs, depth: usize) -> Result<(), RenderError> {
    if node.is_null() {
        return Ok(());
    }
    if !node.is_map() || depth > MERGES {
        return Err(mismatch(node, "a map"));
    }
    for (_, source) in node.entries().filter(|(key, _)| key.text() == Some("<<")) {
        let sources = if source.is_list() { source.items().collect() } else { vec![source] };
        for source in sources.into_iter().rev() {
            collect_pairs(source, pairs, depth + 1)?;
        }
    }
    for (key, value) in node.entries().filter(|(key, _)| key.text() != Some("<<")) {
        let name = key.text().ok_or_else(|| mismatch(key, "a string"))?;
        let name = match key.tag(Dialect::Config) {
            Some(Tag::Bool) if scalar::bool_value(name) == Some(true) => "true",
            Some(Tag::Bool) => "false",
            _ => name,
        };
        pairs.push((Text { value: name.into(), span: key.span() }, text(value)?));
    }
    Ok(())
}
