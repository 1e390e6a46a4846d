//! JSON: read by the parser of YAML, which knows it, but refused where it is more than JSON.

use serde::Deserialize as _;
use serde::de::IgnoredAny;

use crate::syntax::store::{Problem, ProblemKind};
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
    let at = (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let end = text[at..].chars().next().map_or(at, |character| at + character.len_utf8());
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or(&message).to_owned();
    Some(Problem { span: Span::new(file, at, end), kind: ProblemKind::Syntax(reason) })
}

#[cfg(test)]
mod tests {
    use super::strictly;
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
}
