//! Files of `KEY=value` lines (or `KEY: value`), as dotenv libraries, Compose and shells read them.
//!
//! The dialects agree on what is common: `export`, quotes, `#` comments. Variables inside values are
//! left as they are written.

use std::ops::Range;

use crate::syntax::sheet::{Keys, Sheet, line, start, trimmed};
use crate::syntax::store::Parsed;
use crate::text::FileId;

/// Parses a whole file to one map of texts. Never fails: what is wrong stands in
/// [`Parsed::problems`].
///
/// The span of a value in quotes has the quotes. A quote without its end is part of the value.
pub(super) fn parse(file: FileId, text: &str) -> Parsed {
    let mut sheet = Sheet::new(file, text);
    let mut keys = Keys::default();
    let mut at = start(text);
    while at < text.len() {
        let (range, next) = line(text, at);
        let content = trimmed(text, range);
        at = statement(text, content, &mut sheet, &mut keys).map_or(next, |end| {
            let (_, after) = line(text, end);
            after.max(next)
        });
    }
    sheet.finish(keys)
}

/// Reads one line; where a quoted value goes on below it, the end of that.
fn statement(
    text: &str,
    content: Range<usize>,
    sheet: &mut Sheet<'_>,
    keys: &mut Keys,
) -> Option<usize> {
    let written = text.get(content.clone())?;
    if written.is_empty() {
        return None;
    }
    if written.starts_with('#') {
        sheet.comment(&content, false);
        return None;
    }
    let export = written.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let begin = content.end - export.map_or(written, str::trim_start).len();
    let rest = text.get(begin..content.end)?;
    let separator = separator(rest);
    let key = separator.and_then(|at| rest.get(..at)).unwrap_or(rest);
    let name = key.trim_end();
    if !is_name(name) {
        sheet.broken(&content, "this line is no `KEY=value`");
        return None;
    }
    let key_range = begin..begin + name.len();
    if separator.is_none() {
        let value = sheet.null(&key_range);
        sheet.add(keys, &key_range, name, value);
        return None;
    }
    let value = trimmed(text, begin + key.len() + 1..content.end);
    if let Some(quoted) = Quoted::read(text, value.start) {
        let node = sheet.scalar(&quoted.range, &quoted.text);
        sheet.add(keys, &key_range, name, node);
        let (rest, _) = line(text, quoted.range.end);
        let comment = trimmed(text, rest);
        if !comment.is_empty() {
            sheet.comment(&comment, true);
        }
        return Some(quoted.range.end);
    }
    let (bare, comment) = without_comment(text, value);
    let node = sheet.value(&key_range, &bare, text.get(bare.clone()).unwrap_or_default());
    sheet.add(keys, &key_range, name, node);
    if let Some(comment) = comment {
        sheet.comment(&comment, true);
    }
    None
}

/// Where the key ends: at a `=`, or at a `:` before white space, which some libraries take too.
fn separator(line: &str) -> Option<usize> {
    let mut signs = line.match_indices(['=', ':']).map(|(at, sign)| (at, sign == "="));
    let ends = |at: usize| line.get(at + 1..).is_some_and(|rest| rest.starts_with([' ', '\t']));
    signs.find(|&(at, sure)| sure || ends(at)).map(|(at, _)| at)
}

fn is_name(name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ':' | '/');
    !name.is_empty() && name.chars().all(part)
}

/// A value without the comment behind it: a `#` after white space begins one.
fn without_comment(text: &str, value: Range<usize>) -> (Range<usize>, Option<Range<usize>>) {
    let written = text.get(value.clone()).unwrap_or_default();
    let before = |at: usize| match written.get(..at) {
        // Behind the `=` there was white space too, if that is where the value begins.
        Some("") => text.get(..value.start).is_some_and(|text| text.ends_with([' ', '\t'])),
        Some(before) => before.ends_with([' ', '\t']),
        None => false,
    };
    match written.match_indices('#').map(|(at, _)| at).find(|&at| before(at)) {
        Some(at) => {
            let middle = value.start + at;
            (trimmed(text, value.start..middle), Some(middle..value.end))
        }
        None => (value, None),
    }
}

/// A value in quotes.
struct Quoted {
    range: Range<usize>,
    text: String,
}

impl Quoted {
    /// Reads the quoted text that begins at `start`, if one does and nothing but a comment follows.
    fn read(text: &str, start: usize) -> Option<Self> {
        let rest = text.get(start..)?;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        let mut value = String::new();
        let mut characters = rest.char_indices().skip(1);
        let end = loop {
            match characters.next()? {
                (at, c) if c == quote => break start + at + 1,
                (_, '\\') if quote == '"' => match characters.next()?.1 {
                    'n' => value.push('\n'),
                    'r' => value.push('\r'),
                    't' => value.push('\t'),
                    c @ ('"' | '\\' | '$' | '\'') => value.push(c),
                    c => value.extend(['\\', c]),
                },
                (_, c) => value.push(c),
            }
        };
        let (after, _) = line(text, end);
        let after = text.get(after)?.trim_start();
        (after.is_empty() || after.starts_with('#'))
            .then_some(Self { range: start..end, text: value })
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::syntax::{ProblemKind, scalar::Dialect};
    use crate::text::FileId;

    /// Key, value and the bytes of the value.
    fn read(text: &str) -> Vec<(String, Option<String>, String)> {
        let parsed = parse(FileId(0), text);
        let root = parsed.documents[0].root();
        root.entries()
            .map(|(key, value)| {
                assert_eq!(Some(&text[key.span().range()]), key.text());
                let string = value.string(Dialect::Plain).map(str::to_owned);
                let text = text[value.span().range()].to_owned();
                (key.text().unwrap().to_owned(), string, text)
            })
            .collect()
    }

    #[test]
    fn values_have_their_places() {
        let text = "\u{feff}# c\r\nexport A=1 # one\r\nB = two words \nC='#$X'\nD=\"a\\nb\" # d\n\
                    E=\nF=x#y\nG= # no\nH=\"a\nb\"\nI=\"un\nJ=it's\nK\nL=\"a\" b\né.x=ü\nM: \"m\"\nN=a: b";
        let found = read(text);
        let found: Vec<_> =
            found.iter().map(|(k, v, s)| (k.as_str(), v.as_deref(), s.as_str())).collect();
        assert_eq!(
            found,
            [
                ("A", Some("1"), "1"),
                ("B", Some("two words"), "two words"),
                ("C", Some("#$X"), "'#$X'"),
                ("D", Some("a\nb"), "\"a\\nb\""),
                ("E", Some(""), "E"),
                ("F", Some("x#y"), "x#y"),
                ("G", Some(""), "G"),
                ("H", Some("a\nb"), "\"a\nb\""),
                ("I", Some("\"un"), "\"un"),
                ("J", Some("it's"), "it's"),
                ("K", None, "K"),
                ("L", Some("\"a\" b"), "\"a\" b"),
                ("é.x", Some("ü"), "ü"),
                ("M", Some("m"), "\"m\""),
                ("N", Some("a: b"), "a: b"),
            ]
        );
        let comments = parse(FileId(0), text).comments;
        let comments: Vec<_> = comments
            .iter()
            .map(|comment| (&text[comment.span.range()], comment.trailing))
            .collect();
        assert_eq!(comments, [("# c", false), ("# one", true), ("# d", true), ("# no", true)]);
    }

    #[test]
    fn mistakes_are_told_once() {
        let parsed = parse(FileId(0), "A=1\nA=2\n");
        assert!(matches!(&parsed.problems[..], [problem]
            if matches!(problem.kind, ProblemKind::DuplicateKey { .. })));
        assert_eq!(parsed.documents[0].root().get("A").unwrap().text(), Some("2"));
        let parsed = parse(FileId(0), "server {\n  listen 80;\n}\n");
        assert!(parsed.is_broken() && parsed.documents.is_empty());
        assert_eq!(parsed.problems.len(), 1);
    }
}
