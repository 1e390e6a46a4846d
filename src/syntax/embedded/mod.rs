//! Documents inside a scalar of another file: spans lead to the bytes of the outer file.

mod quoted;

use crate::syntax::node::Document;
use crate::syntax::notation::Notation;
use crate::syntax::store::{Parsed, Problem, ProblemKind};
use crate::text::Span;

/// Parses the text of a scalar whose source stands at `span` of a file, as YAML.
///
/// See [`parse_inside`] for the spans.
pub fn parse_embedded(text: &str, source: &str, span: Span) -> Parsed {
    parse_inside(Notation::Yaml, text, source, span)
}

/// Parses the text of a scalar whose source stands at `span` of a file.
///
/// Where the text is the source without its indentation, or in quotes with escapes, every span is
/// exact; where lines were folded all spans are that of the whole scalar.
pub fn parse_inside(notation: Notation, text: &str, source: &str, span: Span) -> Parsed {
    let mut parsed = notation.parse(span.file, text);
    let places = quoted::places(text, source).or_else(|| line_starts(text, source));
    let place = |inner: Span| match &places {
        Some(places) => {
            let at = |offset: u32| {
                let part = places.partition_point(|&(inner, _)| inner <= offset).saturating_sub(1);
                let (inner, outer) = places.get(part).copied().unwrap_or((0, 0));
                (span.start + outer + (offset - inner.min(offset))).min(span.end)
            };
            Span { file: span.file, start: at(inner.start), end: at(inner.end) }
        }
        None => span,
    };
    for document in &mut parsed.documents {
        replace(document, place);
    }
    for comment in &mut parsed.comments {
        comment.span = place(comment.span);
    }
    if let Some(template) = &mut parsed.template {
        template.span = place(template.span);
    }
    for Problem { span, kind } in &mut parsed.problems {
        *span = place(*span);
        if let ProblemKind::DuplicateKey { first, .. } = kind {
            *first = place(*first);
        }
    }
    parsed
}

fn replace(document: &mut Document, place: impl Fn(Span) -> Span) {
    for node in &mut document.nodes {
        node.span = place(node.span);
    }
}

/// For every line its offset in the text and in the source, if lines differ only in what precedes.
fn line_starts(text: &str, source: &str) -> Option<Vec<(u32, u32)>> {
    let (mut inner, mut outer) = (0, 0);
    let mut starts = Vec::new();
    let mut source_lines = source.split_inclusive('\n');
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let Some(written) = source_lines.next() else {
            // Trailing blank lines are not part of the span.
            return content.is_empty().then_some(starts);
        };
        let trimmed = written.trim_end_matches(['\n', '\r']);
        let quote =
            ['"', '\''].iter().find(|&&quote| starts.is_empty() && trimmed.starts_with(quote));
        let trimmed = match quote {
            Some(&quote) => trimmed.strip_suffix(quote).unwrap_or(trimmed),
            None => trimmed,
        };
        let indent = trimmed.strip_suffix(content)?;
        starts.push((u32::try_from(inner).ok()?, u32::try_from(outer + indent.len()).ok()?));
        inner += line.len();
        outer += written.len();
    }
    Some(starts)
}

#[cfg(test)]
mod tests {
    use super::parse_embedded;
    use crate::syntax::parse_yaml;
    use crate::text::FileId;

    fn slice_of_b(file: &str) -> String {
        let outer = parse_yaml(FileId(0), file);
        let node = outer.documents[0].root().get("patch").unwrap();
        let span = node.span();
        let inner = parse_embedded(node.text().unwrap(), &file[span.range()], span);
        let b = inner.documents[0].root().get("a").unwrap().get("b").unwrap();
        file[b.span().range()].to_owned()
    }

    #[test]
    fn spans_lead_to_the_outer_file() {
        assert_eq!(slice_of_b("x: 1\npatch: |-\n  # é\n\n  a:\n    b: value\n"), "value");
        assert_eq!(slice_of_b("patch: '{a: {b: value}}'\n"), "value");
        assert_eq!(slice_of_b("patch: \"a:\\n  b: value\"\n"), "value");
        assert_eq!(slice_of_b("patch: >\n  {a:\n  {b: value}}\n"), "{a:\n  {b: value}}");
    }
}
