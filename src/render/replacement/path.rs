//! Field paths cut into their parts.

use crate::render::patch::PatchError;
use crate::text::Span;

/// Most parts of a path.
const PARTS: usize = 100;

/// Cuts a path at its dots. `\.` is a dot; `[a.b]` is the key `a.b`; `[a=b.c]` stays as it is.
pub(super) fn split(text: &str, span: Span) -> Result<Vec<String>, PatchError> {
    let mut parts: Vec<String> = Vec::new();
    let pieces: Vec<&str> = text.split('.').collect();
    let pieces = match &pieces[..] {
        ["", rest @ ..] if !rest.is_empty() => rest,
        pieces => pieces,
    };
    for piece in pieces {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push('.');
                last.push_str(piece);
            }
            _ => parts.push((*piece).to_owned()),
        }
        if parts.len() > PARTS {
            let message = format!("a field path of more than {PARTS} parts");
            return Err(PatchError::new(span, message).help("write a shorter path"));
        }
    }
    Ok(join_brackets(parts))
}

fn join_brackets(parts: Vec<String>) -> Vec<String> {
    let mut joined = Vec::with_capacity(parts.len());
    let mut parts = parts.into_iter();
    while let Some(mut part) = parts.next() {
        if part.starts_with('[') && !part.ends_with(']') {
            for next in parts.by_ref() {
                part.push('.');
                part.push_str(&next);
                if next.ends_with(']') {
                    break;
                }
            }
            if !part.contains('=') {
                joined.push(part.trim_matches(['[', ']']).to_owned());
                continue;
            }
        }
        joined.push(part);
    }
    joined
}

/// What `[key=value]` says; the key is empty for scalars.
pub(super) fn element(part: &str) -> Option<Result<(&str, &str), String>> {
    let inner = part.strip_prefix('[')?.strip_suffix(']')?;
    let missing = || format!("`{part}` in a field path lacks the `=` between key and value");
    Some(inner.split_once('=').ok_or_else(missing))
}
