//! JSON: read by the parser of YAML, which knows it, but refused where it is more than JSON.
//!
//! Comments and commas at the end, which many programs read in files that are called JSON, are put
//! out of the way first.

use serde::Deserialize as _;
use serde::de::IgnoredAny;

use crate::syntax::comment::Comment;
use crate::syntax::store::{Parsed, Problem, ProblemKind};
use crate::syntax::yaml;
use crate::text::{FileId, Span};

/// What is wrong with a text as JSON, if the parser of YAML might not mind: comments, commas at the
/// end, texts without quotes. Nothing is said of keys that stand twice.
pub fn strictly(file: FileId, text: &str) -> Option<Problem> {
    let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = serde_json::Deserializer::from_str(bare);
    let read = IgnoredAny::deserialize(&mut reader).and_then(|_| reader.end());
    let error = read.err()?;
    let lines_before = error.line().saturating_sub(1);
    let line: usize = bare.split_inclusive('\n').take(lines_before).map(str::len).sum();
    let at = text.len() - bare.len() + line + error.column().saturating_sub(1);
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or(&message).to_owned();
    Some(Problem { span: character(file, text, at), kind: ProblemKind::Syntax(reason) })
}

/// The character that a byte is part of; nothing behind the last one.
fn character(file: FileId, text: &str, at: usize) -> Span {
    let at = (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let end = text[at..].chars().next().map_or(at, |character| at + character.len_utf8());
    Span::new(file, at, end)
}

/// Whether a text is several JSON documents, one behind the other.
pub fn is_stream(text: &str) -> bool {
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    documents.all(|document| document.is_ok())
}

/// Parses a whole file to one document. Never fails: what is wrong stands in [`Parsed::problems`].
pub(super) fn parse(file: FileId, text: &str) -> Parsed {
    if strictly(file, text).is_none() {
        return yaml::parse(file, text);
    }
    let (bare, comments) = without_comments(file, text);
    match strictly(file, &bare) {
        Some(mut problem) => {
            // Blanks of one byte stand for characters of comments that have more.
            problem.span = character(file, text, problem.span.start as usize);
            Parsed { problems: vec![problem], comments, ..Parsed::default() }
        }
        None => Parsed { comments, ..yaml::parse(file, &bare) },
    }
}

/// The text with blanks where comments and commas at the end stand, and the comments.
fn without_comments(file: FileId, text: &str) -> (String, Vec<Comment>) {
    let mut bare = String::with_capacity(text.len());
    let mut comments = Vec::new();
    // A comma that may turn out to be the last one.
    let mut comma = None;
    let mut content_in_line = false;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let length = match c {
            '"' => string_length(rest),
            '/' if rest.starts_with("//") => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => {
                rest.get(2..).and_then(|rest| rest.find("*/")).map_or(rest.len(), |at| at + 4)
            }
            _ => c.len_utf8(),
        };
        let part = rest.get(..length).unwrap_or_default();
        if c == '/' && length > 1 {
            let span = Span::new(file, at, at + length);
            let words =
                part.strip_suffix("*/").unwrap_or(part).trim_start_matches(['/', '*']).into();
            comments.push(Comment { span, text: words, trailing: content_in_line });
            bare.extend(part.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            match c {
                ',' => comma = Some(bare.len()),
                ']' | '}' => {
                    if let Some(comma) = comma.take() {
                        bare.replace_range(comma..=comma, " ");
                    }
                }
                c if c.is_whitespace() => {}
                _ => comma = None,
            }
            bare.push_str(part);
        }
        content_in_line = c != '\n' && (content_in_line || !c.is_whitespace());
        at += length;
    }
    (bare, comments)
}

/// How many bytes the string at the beginning of the text has, its quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|&(_, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::{parse, strictly};
    use crate::syntax::scalar::{Dialect, Tag};
    use crate::syntax::{ProblemKind, parse_yaml};
    use crate::text::FileId;

    #[test]
    fn more_than_json_is_refused_at_its_place() {
        for (text, at) in [
            ("{\"a\": 1,}", 8),
            ("{\n  // c\n  \"a\": 1}", 4),
            ("{a: 1}", 1),
            ("{\"é\": 01}", 8),
            ("\u{feff}[1, 2", 7),
            ("{} {}", 3),
            ("", 0),
        ] {
            let problem = strictly(FileId(0), text).unwrap();
            assert_eq!(problem.span.start, at, "{text:?}: {problem:?}");
        }
        assert_eq!(strictly(FileId(0), "\u{feff}{\"a\": [1e3, null, \"\\u00e9\"]}\n"), None);
    }

    #[test]
    fn a_mistake_in_a_comment_is_a_whole_character() {
        let text = "/*\u{feff}";
        let span = parse(FileId(0), text).problems[0].span;
        assert!(text.get(span.range()).is_some(), "{span:?}");
    }

    #[test]
    fn the_parser_of_yaml_reads_json_as_it_is_meant() {
        let text = "{\n\t\"a\": \"\\/x\\ud83d\\ude00\\t\",\n\t\"big\": 123456789012345678901234567890,\n\
                    \t\"exp\": 1E5,\n\t\"date\": \"2026-01-01\",\n\t\"yes\": \"yes\",\"n\":null,\n\
                    \t\"list\": [\n\t\t1,\n\t\ttrue\n\t]\n}\n";
        assert_eq!(strictly(FileId(0), text), None);
        let parsed = parse_yaml(FileId(0), text);
        assert_eq!(parsed.problems, []);
        let root = parsed.documents[0].root();
        let scalar = |key: &str| {
            let node = root.get(key).unwrap();
            (node.tag(Dialect::Plain).unwrap(), node.text().unwrap().to_owned())
        };
        assert_eq!(scalar("a"), (Tag::Str, "/x\u{1f600}\t".to_owned()));
        assert_eq!(scalar("big").0, Tag::Float);
        assert_eq!(scalar("exp").0, Tag::Float);
        assert_eq!(scalar("date").0, Tag::Str);
        assert_eq!(scalar("n").0, Tag::Null);
        let twice = parse_yaml(FileId(0), "{\"a\": 1, \"a\": 2}");
        let kinds = twice.problems.iter().map(|problem| &problem.kind);
        assert_eq!(
            kinds.filter(|kind| matches!(kind, ProblemKind::DuplicateKey { .. })).count(),
            1
        );
    }

    #[test]
    fn comments_and_last_commas_are_put_aside() {
        let text = "{\n  // one, \"é\"\n  \"a\": \"//,]\", /* two\n */ \"b\": [1, 2, /* x */ ], // three\n}\n";
        let parsed = parse(FileId(0), text);
        assert_eq!(parsed.problems, []);
        let root = parsed.documents[0].root();
        assert_eq!(root.get("a").unwrap().text(), Some("//,]"));
        let list = root.get("b").unwrap();
        assert_eq!((list.items().len(), &text[list.span().range()]), (2, "[1, 2, /* x */ ]"));
        let comments: Vec<_> = parsed
            .comments
            .iter()
            .map(|comment| (&text[comment.span.range()], &*comment.text, comment.trailing))
            .collect();
        assert_eq!(
            comments,
            [
                ("// one, \"é\"", " one, \"é\"", false),
                ("/* two\n */", " two\n ", true),
                ("/* x */", " x ", true),
                ("// three", " three", true),
            ]
        );
        for broken in ["{a: 1}", "{\"a\": 1 \"b\": 2}", "[1,,2]", "// x", "{\"a\": \"", "/*"] {
            let parsed = parse(FileId(0), broken);
            assert!(parsed.is_broken() && parsed.documents.is_empty(), "{broken}");
        }
    }
}
