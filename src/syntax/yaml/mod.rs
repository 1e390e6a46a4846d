//! YAML: parser events to the tree.

mod build;

use granit_parser::{Event, Parser};

use crate::syntax::comment::Comment;
use crate::syntax::notation::Notation;
use crate::syntax::store::{Parsed, Problem, ProblemKind};
use crate::syntax::template;
use crate::syntax::yaml::build::Builder;
use crate::text::{FileId, Span};

/// Deepest nesting of lists and maps that is accepted, flow and block each.
const NESTING: usize = 200;
/// Most comment lines in one block.
const COMMENT_BLOCK: usize = 100_000;

/// Parses a whole file. Never fails: what is wrong stands in [`Parsed::problems`].
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let options = granit_parser::options! {
        max_buffered_comment_events: COMMENT_BLOCK,
        flow_nesting_limit: NESTING,
        block_nesting_limit: NESTING,
    };
    let mut builder = Builder::new(file, text);
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((Event::Comment(content, _), span)) => {
                let span = place(file, span.byte_range());
                parsed.comments.push(Comment {
                    span,
                    text: content.into(),
                    trailing: is_trailing(text, span),
                });
            }
            Ok((event, span)) => {
                if let Some(document) = builder.event(event, span.byte_range()) {
                    parsed.documents.push(document);
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                parsed.problems.push(Problem {
                    span: here(file, text, at),
                    kind: ProblemKind::Syntax(error.info()),
                });
                break;
            }
        }
    }
    parsed.problems.extend(builder.problems);
    parsed.template = if parsed.is_broken() {
        template::cause(Notation::Yaml, file, text, &parsed.problems)
    } else {
        parsed.documents.iter().find_map(template::template_key)
    };
    parsed
}

fn place(file: FileId, range: Option<std::ops::Range<usize>>) -> Span {
    let range = range.unwrap_or(0..0);
    Span::new(file, range.start, range.end)
}

/// The character at `at`, or the one before it at the end of the file.
fn here(file: FileId, text: &str, at: usize) -> Span {
    let at = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    match text[at..].chars().next() {
        Some(character) => Span::new(file, at, at + character.len_utf8()),
        None => Span::new(file, at, at),
    }
}

fn is_trailing(text: &str, span: Span) -> bool {
    let before = &text[..span.start as usize];
    let line = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
    !line.trim_start_matches('\u{feff}').trim().is_empty()
}

#[cfg(test)]
mod tests;
