//! Templates of `ApplicationSets` filled with the parameters of a generator.
//!
//! What cannot be told from the repository stays as it is written: a text with `{{` in it is an
//! unknown one.

use std::sync::Arc;

use crate::kube::{Action, Entry, Kind, Provenance, Value};
use crate::layout::argocd::expression;
use crate::layout::argocd::params::Params;
use crate::text::Span;

/// Deeper trees stay as they are.
const DEPTH: usize = 100;
/// Longer texts stay as they are.
const LONGEST: usize = 100_000;

/// Fills every text of a tree. A filled text keeps the step that wrote it and gets one for each
/// parameter in it.
pub(super) fn fill(value: &Value, params: &Params, go: bool) -> Value {
    fill_below(value, params, go, 0)
}

fn fill_below(value: &Value, params: &Params, go: bool, depth: usize) -> Value {
    if depth > DEPTH {
        return value.clone();
    }
    match &value.kind {
        Kind::Scalar(scalar) => {
            let Some((text, spans)) = filled(&scalar.text, params, go) else {
                return value.clone();
            };
            let mut scalar = scalar.clone();
            scalar.text = text.into();
            Value { kind: Kind::Scalar(scalar), provenance: told_by(&value.provenance, &spans) }
        }
        Kind::List(items) => {
            let items = items.iter().map(|item| fill_below(item, params, go, depth + 1));
            Value::list(items.collect(), value.provenance.clone())
        }
        Kind::Map(map) => {
            let entries = map.iter().map(|entry| Entry {
                key: Arc::clone(&entry.key),
                key_span: entry.key_span,
                value: fill_below(&entry.value, params, go, depth + 1),
            });
            Value::map(entries.collect(), value.provenance.clone())
        }
    }
}

/// The history of a text that parameters fill in. Where there are several of them the template has
/// set it, because no single one has.
pub(super) fn told_by(template: &Provenance, spans: &[Span]) -> Provenance {
    let told = template.then_each(Action::Declared, spans);
    if spans.len() > 1 { told.then(Action::Declared, template.first().span) } else { told }
}

/// Whether something in the text is still to be filled in.
pub(super) fn is_open(text: &str) -> bool {
    text.contains("{{")
}

/// The text with parameters in the place of their names, and the bytes that say them; nothing
/// where there is nothing to fill in.
pub(super) fn filled(text: &str, params: &Params, go: bool) -> Option<(String, Vec<Span>)> {
    if !is_open(text) || text.len() > LONGEST {
        return None;
    }
    let mut pieces = Pieces::of(text);
    if go && pieces.has_control() {
        return None;
    }
    if go {
        pieces.trim();
    }
    let mut result = String::with_capacity(text.len());
    let mut spans = Vec::new();
    for piece in pieces.0 {
        match piece {
            Piece::Text(text) => result.push_str(text),
            Piece::Action { whole, inner } => {
                let value = if go {
                    expression::text(inner, params)
                } else {
                    let value = params.values.get(inner);
                    value.and_then(|value| Some((value.text()?.to_owned(), vec![value.span()])))
                };
                match value {
                    Some((text, told)) => {
                        result.push_str(&text);
                        spans.extend(told);
                    }
                    None => result.push_str(whole),
                }
            }
        }
        if result.len() > LONGEST {
            return None;
        }
    }
    spans.dedup();
    Some((result, spans))
}

/// A part of a template's text.
enum Piece<'t> {
    Text(&'t str),
    /// With its braces, and what stands in them.
    Action {
        whole: &'t str,
        inner: &'t str,
    },
}

struct Pieces<'t>(Vec<Piece<'t>>);

impl<'t> Pieces<'t> {
    fn of(text: &'t str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("{{") {
            let Some(end) = rest[at..].find("}}").map(|end| at + end + 2) else { break };
            pieces.push(Piece::Text(&rest[..at]));
            let whole = &rest[at..end];
            let inner = whole.trim_start_matches("{{").trim_end_matches("}}");
            let inner = inner.strip_prefix("- ").unwrap_or(inner);
            let inner = inner.strip_suffix(" -").unwrap_or(inner);
            pieces.push(Piece::Action { whole, inner: inner.trim() });
            rest = &rest[end..];
        }
        pieces.push(Piece::Text(rest));
        Self(pieces)
    }

    /// Whether what stands between the actions depends on them.
    fn has_control(&self) -> bool {
        const WORDS: [&str; 9] =
            ["if", "else", "end", "range", "with", "define", "block", "template", "break"];
        self.0.iter().any(|piece| match piece {
            Piece::Text(_) => false,
            Piece::Action { inner, .. } => {
                let word = inner.split_whitespace().next().unwrap_or("");
                WORDS.contains(&word) || inner.starts_with('$') || inner.starts_with("/*")
            }
        })
    }

    /// `{{-` and `-}}` take the blanks beside them away.
    fn trim(&mut self) {
        for at in 0..self.0.len() {
            let Some(Piece::Action { whole, .. }) = self.0.get(at) else { continue };
            let (before, after) = (whole.starts_with("{{- "), whole.ends_with(" -}}"));
            if let (true, Some(Piece::Text(text))) =
                (before, at.checked_sub(1).and_then(|at| self.0.get_mut(at)))
            {
                *text = text.trim_end();
            }
            if let (true, Some(Piece::Text(text))) = (after, self.0.get_mut(at + 1)) {
                *text = text.trim_start();
            }
        }
    }
}

/// What stands for an unknown part of a path; no file is called so.
pub(super) const ANY: char = '\0';

/// The text with [`ANY`] in the place of each part that is not known.
pub(super) fn pattern(text: &str) -> String {
    let pieces = Pieces::of(text);
    if pieces.has_control() {
        let known = text.split("{{").next().unwrap_or("");
        return format!("{known}{ANY}");
    }
    let parts = pieces.0.iter().map(|piece| match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Action { .. } => ANY.to_string(),
    });
    parts.collect()
}
