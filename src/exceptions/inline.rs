//! Comments that are exceptions:
//! `# paritylint: allow RULE[, RULE] owner=@x until=2027-01-31 reason="…"`.

use crate::config::{Exception, did_you_mean, parse_date};
use crate::rules::Malformed;
use crate::source::{Snapshot, SourceFile};
use crate::syntax::{Comment, Notation, Store};
use crate::text::{FileId, Span};

/// What a comment begins with to be read.
const PREFIX: &str = "paritylint:";
/// The keys that a comment may have.
const KEYS: &[&str] = &["owner", "until", "reason", "ticket", "created", "renewed"];
/// What comments begin with, in one notation or another; nothing else does.
const SIGNS: &[&str] = &["#", ";", "!", "//"];
/// How a comment is written.
const USAGE: &str = "write `# paritylint: allow RULE owner=@team until=2027-01-31 reason=\"why\"`";

/// The exceptions that stand in comments.
#[derive(Debug, Default)]
pub struct Inline {
    /// Those that can be read.
    pub exceptions: Vec<Exception>,
    /// Those that cannot.
    pub malformed: Vec<Malformed>,
}

/// Reads the comments of the YAML files, and of `others`: as their notation has them, else those that
/// begin with `#`.
pub fn collect_inline(
    snapshot: &Snapshot,
    store: &Store<'_>,
    files: &[FileId],
    others: &[FileId],
) -> Inline {
    let mut inline = Inline::default();
    for &file in files {
        let Ok(source) = snapshot.file(file) else { continue };
        inline.read(source, &store.yaml(file).comments);
    }
    for &file in others {
        let Ok(source) = snapshot.file(file) else { continue };
        if !source.text.contains(PREFIX) {
            continue;
        }
        let parsed = store.named(file);
        let read = match Notation::of(source.path.file_name()) {
            None | Some(Notation::Yaml) => false,
            Some(_) => !parsed.is_broken(),
        };
        if read {
            inline.read(source, &parsed.comments);
        } else {
            inline.read(source, &comments(source));
        }
    }
    inline
}

impl Inline {
    fn read(&mut self, source: &SourceFile, comments: &[Comment]) {
        for comment in comments {
            let Some(text) = comment.text.trim().strip_prefix(PREFIX) else { continue };
            match parse(text, comment.span, covered(source, comment)) {
                Ok(exception) => self.exceptions.push(exception),
                Err(malformed) => self.malformed.push(malformed),
            }
        }
    }
}

/// The comments of a file that is not YAML, as far as they are ours.
///
/// Not every format knows comments behind a value: to be one of ours the text must begin with the
/// prefix, and what stands before it must not leave a quote open.
fn comments(source: &SourceFile) -> Vec<Comment> {
    let lines = source.lines();
    let found = (0..lines.len()).filter_map(|line| {
        let range = lines.line_range(&source.text, line);
        let text = source.text.get(range.clone())?;
        let ours = |&(at, _): &(usize, &str)| {
            text.get(at + 1..).is_some_and(|rest| rest.trim_start().starts_with(PREFIX))
        };
        let (at, _) = text.match_indices('#').find(ours)?;
        let before = text.get(..at)?;
        let trailing = !before.trim().is_empty();
        let inside = before.matches('"').count() % 2 == 1 || !before.ends_with([' ', '\t']);
        (!trailing || !inside).then(|| Comment {
            span: Span::new(source.id, range.start + at, range.end),
            text: text.get(at + 1..).unwrap_or_default().into(),
            trailing,
        })
    });
    found.collect()
}

/// The line of the comment, or the next line that is neither empty nor a comment.
fn covered(source: &SourceFile, comment: &Comment) -> Span {
    let lines = source.lines();
    let own = lines.line_of(comment.span.start);
    let text = |line: usize| source.text[lines.line_range(&source.text, line)].trim();
    let line = if comment.trailing {
        own
    } else {
        (own + 1..lines.len())
            .find(|&line| {
                !text(line).is_empty() && !SIGNS.iter().any(|s| text(line).starts_with(s))
            })
            .unwrap_or(own)
    };
    let range = lines.line_range(&source.text, line);
    Span::new(source.id, range.start, range.end)
}

fn parse(text: &str, span: Span, covers: Span) -> Result<Exception, Malformed> {
    let wrong = |message: String, help: &str| Malformed { span, message, help: help.to_owned() };
    let rest = text.trim_start();
    let Some(rest) = rest.strip_prefix("allow").filter(|rest| rest.starts_with([' ', '\t'])) else {
        return Err(wrong("a `paritylint:` comment must begin with `allow`".to_owned(), USAGE));
    };
    let mut exception = Exception {
        span,
        rules: Vec::new(),
        unit: None,
        environments: Vec::new(),
        resource: None,
        path: None,
        file: None,
        suppression: None,
        covers: Some(covers),
        reason: None,
        owner: None,
        owner_at: None,
        created: None,
        renewed: Vec::new(),
        retire_by: None,
        retire_by_at: None,
        ticket: None,
    };
    let tokens = tokens(rest).map_err(|message| wrong(message, USAGE))?;
    for (key, value) in tokens {
        let Some(key) = key else {
            exception.rules.extend(
                value
                    .split(',')
                    .filter(|rule| !rule.is_empty())
                    .map(|rule| (rule.to_owned(), span)),
            );
            continue;
        };
        let day = |text: &str| parse_date(text).map_err(|message| wrong(message, USAGE));
        let date = || day(&value);
        match key.as_str() {
            "owner" => exception.owner = Some(value),
            "reason" => exception.reason = Some(value),
            "ticket" => exception.ticket = Some(value),
            "until" => exception.retire_by = Some(date()?),
            "renewed" => exception.renewed = value.split(',').map(day).collect::<Result<_, _>>()?,
            "created" => exception.created = Some(date()?),
            _ => {
                let help = did_you_mean(&key, KEYS.iter().copied());
                return Err(wrong(
                    format!("unknown key `{key}` in a `paritylint:` comment"),
                    &help,
                ));
            }
        }
    }
    if exception.rules.is_empty() {
        return Err(wrong("the `paritylint:` comment names no rule".to_owned(), USAGE));
    }
    Ok(exception)
}

/// Splits at white space: `word` and `key=value`, the value in double quotes where it has spaces.
fn tokens(text: &str) -> Result<Vec<(Option<String>, String)>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let Some(value) = after.strip_prefix('=') else {
            tokens.push((None, word.to_owned()));
            rest = after.trim_start();
            continue;
        };
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => {
                quoted.split_once('"').ok_or_else(|| format!("the value of `{word}` has no end"))?
            }
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        if value.is_empty() {
            return Err(format!("the key `{word}` has no value"));
        }
        tokens.push((Some(word.to_owned()), value.to_owned()));
        rest = after.trim_start();
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::{Inline, collect_inline};
    use crate::source::Snapshot;
    use crate::syntax::Store;
    use crate::text::FileId;

    fn read(text: &str) -> Inline {
        let snapshot = Snapshot::from_memory([("a.yaml", text)]);
        collect_inline(&snapshot, &Store::new(&snapshot), &[FileId(0)], &[])
    }

    #[test]
    fn files_with_hash_comments_are_read_line_by_line() {
        let text = "a = 1 # paritylint: allow x renewed=2026-01-01,2026-02-01\n\
                    b = \"# paritylint: allow y\"\nc=1# paritylint: allow y\n\
                    # paritylint: allow z\nd = 2\n";
        let snapshot = Snapshot::from_memory([("a.cfg", text)]);
        let inline = collect_inline(&snapshot, &Store::new(&snapshot), &[], &[FileId(0)]);
        assert!(inline.malformed.is_empty());
        let [first, second] = &inline.exceptions[..] else { panic!("{inline:#?}") };
        assert_eq!((first.rule_names().as_str(), first.renewed.len()), ("`x`", 2));
        assert_eq!(&text[second.covers.unwrap().range()], "d = 2");
    }

    #[test]
    fn every_notation_has_its_comments() {
        let texts = [
            ("a.ini", "; paritylint: allow x\n[s]\n", "[s]"),
            ("a.properties", "! paritylint: allow x\na=1\n", "a=1"),
            ("a.json", "{ // paritylint: allow x\n  \"a\": 1}", "{ // paritylint: allow x"),
            (".env.prod", "A=1 # paritylint: allow x\n", "A=1 # paritylint: allow x"),
            (
                "a.toml",
                "# paritylint: allow x\na = \"# paritylint: allow y\"\n",
                "a = \"# paritylint: allow y\"",
            ),
        ];
        for (name, text, covered) in texts {
            let snapshot = Snapshot::from_memory([(name, text)]);
            let inline = collect_inline(&snapshot, &Store::new(&snapshot), &[], &[FileId(0)]);
            let [found] = &inline.exceptions[..] else { panic!("{name}: {inline:#?}") };
            assert_eq!(&text[found.covers.unwrap().range()], covered);
        }
    }

    #[test]
    fn a_comment_covers_its_line_or_the_next_one_with_content() {
        let text = "a: 1 # paritylint: allow x, y owner=@t until=2027-01-31 reason=\"a b\"\n\
                    # paritylint: allow z\n# more\n\nb: 2\n";
        let inline = read(text);
        assert!(inline.malformed.is_empty());
        let [first, second] = &inline.exceptions[..] else { panic!() };
        assert_eq!(first.rule_names(), "`x`, `y`");
        assert_eq!(first.reason.as_deref(), Some("a b"));
        assert_eq!(first.retire_by.unwrap().to_string(), "2027-01-31");
        assert!(text[first.covers.unwrap().range()].starts_with("a: 1"));
        assert_eq!(&text[second.covers.unwrap().range()], "b: 2");
    }

    #[test]
    fn mistakes_are_told() {
        for (comment, message) in [
            ("ignore x", "a `paritylint:` comment must begin with `allow`"),
            ("allow", "a `paritylint:` comment must begin with `allow`"),
            ("allow owner=@x", "the `paritylint:` comment names no rule"),
            ("allow x untill=2027-01-31", "unknown key `untill` in a `paritylint:` comment"),
            ("allow x until=31.1.2027", "`31.1.2027` is not a date such as 2027-01-31"),
            ("allow x reason=\"a", "the value of `reason` has no end"),
            ("allow x owner=", "the key `owner` has no value"),
        ] {
            let inline = read(&format!("# paritylint: {comment}\na: 1\n"));
            assert!(inline.exceptions.is_empty());
            assert_eq!(inline.malformed[0].message, message);
        }
        assert!(read("a: 'x # paritylint: ignore'\n").malformed.is_empty());
    }
}
