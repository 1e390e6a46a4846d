//! Java's properties: keys and values on lines that may go on below.
//!
//! The rules are those of `java.util.Properties.load`. Keys stay as they are written: `a.b` is one.

use std::ops::Range;

use crate::syntax::sheet::{Keys, Sheet, line, start, trimmed};
use crate::syntax::store::Parsed;
use crate::text::FileId;

/// Parses a whole file to one map of texts. Never fails: what is wrong stands in
/// [`Parsed::problems`].
///
/// The span of a value that goes on over several lines reaches from the first to the last.
pub(super) fn parse(file: FileId, text: &str) -> Parsed {
    let mut sheet = Sheet::new(file, text);
    let mut keys = Keys::default();
    let mut at = start(text);
    while at < text.len() {
        let (range, mut next) = line(text, at);
        let content = skip_blanks(text, range);
        match text.get(content.clone()).and_then(|text| text.chars().next()) {
            None => {}
            Some('#' | '!') => sheet.comment(&trimmed(text, content), false),
            Some(_) => {
                let mut lines = vec![content];
                while lines.last().is_some_and(|last| goes_on(text, last)) && next < text.len() {
                    let (range, after) = line(text, next);
                    lines.push(skip_blanks(text, range));
                    next = after;
                }
                entry(text, &lines, &mut sheet, &mut keys);
            }
        }
        at = next;
    }
    sheet.finish(keys)
}

fn skip_blanks(text: &str, range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    range.end - part.trim_start_matches(BLANK).len()..range.end
}

const BLANK: [char; 3] = [' ', '\t', '\u{c}'];

/// Whether a line ends in a backslash that is not escaped itself.
fn goes_on(text: &str, line: &Range<usize>) -> bool {
    let written = text.get(line.clone()).unwrap_or_default();
    (written.len() - written.trim_end_matches('\\').len()) % 2 == 1
}

/// Where a logical line is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Key,
    /// Behind the key, `true` once the `=` or `:` has been seen.
    Between(bool),
    Value,
}

/// One side of an entry while it is read.
struct Side {
    text: String,
    range: Range<usize>,
}

impl Side {
    fn at(at: usize) -> Self {
        Self { text: String::new(), range: at..at }
    }

    fn push(&mut self, letter: char, at: &Range<usize>) {
        if self.text.is_empty() {
            self.range.start = at.start;
        }
        self.text.push(letter);
        self.range.end = at.end;
    }
}

fn entry(text: &str, lines: &[Range<usize>], sheet: &mut Sheet<'_>, keys: &mut Keys) {
    let begin = lines.first().map_or(0, |line| line.start);
    let (mut key, mut value) = (Side::at(begin), Side::at(begin));
    let mut phase = Phase::Key;
    for (number, range) in lines.iter().enumerate() {
        let mut end = range.end;
        if number + 1 < lines.len() || goes_on(text, range) {
            end -= 1;
        }
        let mut at = range.start;
        while let Some(c) = text.get(at..end).and_then(|rest| rest.chars().next()) {
            let letter = if c == '\\' { escape(text, at, end) } else { Ok((c, c.len_utf8())) };
            let (means, length) = match letter {
                Ok(letter) => letter,
                Err(at) => return sheet.broken(&at, "`\\u` needs four hexadecimal digits"),
            };
            let bytes = at..at + length;
            at = bytes.end;
            let (sign, blank) = (matches!(c, '=' | ':'), BLANK.contains(&c));
            match phase {
                Phase::Key | Phase::Between(false) if sign => phase = Phase::Between(true),
                Phase::Key if blank => phase = Phase::Between(false),
                Phase::Key => key.push(means, &bytes),
                Phase::Between(_) if blank => {}
                Phase::Between(_) | Phase::Value => {
                    phase = Phase::Value;
                    value.push(means, &bytes);
                }
            }
            if phase != Phase::Value {
                value.range = at..at;
            }
        }
    }
    let node = sheet.value(&key.range, &value.range, &value.text);
    sheet.add(keys, &key.range, &key.text, node);
}

/// What the escape at `at` means and how many bytes it has; the bytes of one that is none.
fn escape(text: &str, at: usize, end: usize) -> Result<(char, usize), Range<usize>> {
    let Some(sign) = text.get(at + 1..end).and_then(|rest| rest.chars().next()) else {
        return Ok(('\\', 1));
    };
    let means = match sign {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\u{c}',
        'u' => {
            let high = unit(text, at + 2, end).ok_or(at..at + 2)?;
            let other = text.get(at + 6..end).and_then(|rest| rest.strip_prefix("\\u"));
            let low = other.and_then(|_| unit(text, at + 8, end));
            let pair = low.filter(|_| matches!(high, 0xd800..0xdc00));
            let pair = pair.and_then(|low| char::decode_utf16([high, low]).next()?.ok());
            let alone = char::from_u32(u32::from(high)).unwrap_or(char::REPLACEMENT_CHARACTER);
            return Ok(pair.map_or((alone, 6), |pair| (pair, 12)));
        }
        other => other,
    };
    Ok((means, 1 + sign.len_utf8()))
}

/// The unit of UTF-16 that four hexadecimal digits mean.
fn unit(text: &str, start: usize, end: usize) -> Option<u16> {
    let digits = text.get(start..start + 4).filter(|_| start + 4 <= end)?;
    let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| hexadecimal)
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::syntax::ProblemKind;
    use crate::text::FileId;

    /// Key, value and the bytes of both.
    fn read(text: &str) -> Vec<[String; 4]> {
        let parsed = parse(FileId(0), text);
        assert_eq!(parsed.problems, []);
        let root = parsed.documents[0].root();
        root.entries()
            .map(|(key, value)| {
                let cut = |span: crate::text::Span| text[span.range()].to_owned();
                let own = |text: Option<&str>| text.unwrap().to_owned();
                [own(key.text()), own(value.text()), cut(key.span()), cut(value.span())]
            })
            .collect()
    }

    #[test]
    fn keys_and_values_as_java_reads_them() {
        let text = "# c\n ! d\r\nserver.port=8080\r\n a : b c \nd e\nf\ng\\ h = \\u00e9\\uD83D\\uDE00\\\\\n\
                    list=one,\\\n    two,\\\n  three\nempty=\n=x\nhosts\\:a=b\\=c\nurl=http://h:1/#x\nlast=\\";
        let rows: Vec<[&str; 4]> = vec![
            ["server.port", "8080", "server.port", "8080"],
            ["a", "b c ", "a", "b c "],
            ["d", "e", "d", "e"],
            ["f", "", "f", "f"],
            ["g h", "é\u{1f600}\\", "g\\ h", "\\u00e9\\uD83D\\uDE00\\\\"],
            ["list", "one,two,three", "list", "one,\\\n    two,\\\n  three"],
            ["empty", "", "empty", "empty"],
            ["", "x", "", "x"],
            ["hosts:a", "b=c", "hosts\\:a", "b\\=c"],
            ["url", "http://h:1/#x", "url", "http://h:1/#x"],
            ["last", "", "last", "last"],
        ];
        assert_eq!(read(text), rows);
        let comments = parse(FileId(0), text).comments;
        let comments: Vec<_> = comments.iter().map(|c| &text[c.span.range()]).collect();
        assert_eq!(comments, ["# c", "! d"]);
    }

    #[test]
    fn mistakes_are_told() {
        let parsed = parse(FileId(0), "a=\\u00zz\nb=1");
        assert!(parsed.is_broken());
        let parsed = parse(FileId(0), "a=1\na:2\n");
        assert!(matches!(&parsed.problems[..], [problem]
            if matches!(&problem.kind, ProblemKind::DuplicateKey { key, .. } if key == "a")));
        assert_eq!(parse(FileId(0), "a=\\uD83Dx").documents[0].len(), 3);
    }
}
