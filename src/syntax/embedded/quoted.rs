//! Where the characters of a text in quotes stand: YAML's quotes, of which JSON's are some.

/// For stretches of the text that stand in the source as they are, where each begins in both.
///
/// `None` where the source is no such text, or one that does not end in `text`.
pub(super) fn places(text: &str, source: &str) -> Option<Vec<(u32, u32)>> {
    let quote = source.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = source.get(1..)?.strip_suffix(quote)?;
    let mut reader = Reader { text: String::with_capacity(text.len()), places: Vec::new() };
    reader.note(1)?;
    let mut at = 0;
    let mut blank = 0;
    while let Some(c) = inner.get(at..)?.chars().next() {
        let rest = inner.get(at..)?;
        let length = match c {
            '\\' if quote == '"' => reader.escape(rest)?,
            '\'' if quote == '\'' => {
                reader.text.push('\'');
                rest.starts_with("''").then_some(2)?
            }
            '\n' | '\r' => {
                // Blanks before the end of a line do not count.
                reader.text.truncate(reader.text.len() - blank);
                reader.fold(rest)
            }
            c => {
                reader.text.push(c);
                blank = if matches!(c, ' ' | '\t') { blank + 1 } else { 0 };
                at += c.len_utf8();
                continue;
            }
        };
        blank = 0;
        at += length;
        reader.note(at + 1)?;
    }
    // A generator's literal has its key before the value.
    let before = u32::try_from(reader.text.strip_suffix(text)?.len()).ok()?;
    let first = reader.places.partition_point(|&(inner, _)| inner <= before).checked_sub(1)?;
    let places = reader.places.get(first..)?.iter();
    let moved = places.map(|&(inner, outer)| match inner.checked_sub(before) {
        Some(inner) => (inner, outer),
        None => (0, outer + (before - inner)),
    });
    Some(moved.collect())
}

struct Reader {
    text: String,
    places: Vec<(u32, u32)>,
}

impl Reader {
    /// Notes that the text goes on at `outer` of the source.
    fn note(&mut self, outer: usize) -> Option<()> {
        let inner = u32::try_from(self.text.len()).ok()?;
        self.places.push((inner, u32::try_from(outer).ok()?));
        Some(())
    }

    /// Adds what the escape at the beginning of `rest` means; how many bytes it has.
    fn escape(&mut self, rest: &str) -> Option<usize> {
        let sign = rest.chars().nth(1)?;
        let digits = |from: usize, count: usize| {
            let digits = rest.get(from..from + count)?;
            let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            u32::from_str_radix(digits, 16).ok().filter(|_| hexadecimal)
        };
        let means = match sign {
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            't' | '\t' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            'e' => '\u{1b}',
            'N' => '\u{85}',
            '_' => '\u{a0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            ' ' | '"' | '/' | '\\' => sign,
            'x' => {
                self.text.push(char::from_u32(digits(2, 2)?)?);
                return Some(4);
            }
            'U' => {
                self.text.push(char::from_u32(digits(2, 8)?)?);
                return Some(10);
            }
            'u' => {
                let high = digits(2, 4)?;
                if let Some(single) = char::from_u32(high) {
                    self.text.push(single);
                    return Some(6);
                }
                let low = digits(8, 4).filter(|_| rest.get(6..8) == Some("\\u"))?;
                let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
                self.text.push(char::decode_utf16(units).next()?.ok()?);
                return Some(12);
            }
            '\n' | '\r' => {
                let breaks = rest.get(1..)?;
                let (_, length) = line_breaks(breaks);
                let first = if breaks.starts_with("\r\n") { 2 } else { 1 };
                let (more, _) = line_breaks(breaks.get(first..)?);
                self.text.extend(std::iter::repeat_n('\n', more));
                return Some(1 + length);
            }
            _ => return None,
        };
        self.text.push(means);
        Some(1 + sign.len_utf8())
    }

    /// Joins lines: one break is a blank, more are that many breaks but one.
    fn fold(&mut self, rest: &str) -> usize {
        let (count, length) = line_breaks(rest);
        if count == 1 {
            self.text.push(' ');
        } else {
            self.text.extend(std::iter::repeat_n('\n', count.saturating_sub(1)));
        }
        length
    }
}

/// How many line breaks the white space at the beginning has, and how long it is.
fn line_breaks(text: &str) -> (usize, usize) {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
    let length = text.find(|c| !blank(c)).unwrap_or(text.len());
    (text.get(..length).unwrap_or_default().matches('\n').count(), length)
}

#[cfg(test)]
mod tests {
    use super::places;
    use crate::syntax::parse_yaml;
    use crate::text::FileId;

    /// Every character of the text with the bytes of the source from its place on.
    fn check(source: &str) -> Vec<(char, char)> {
        let parsed = parse_yaml(FileId(0), source);
        let node = parsed.documents[0].root();
        let text = node.text().unwrap();
        let places = places(text, &source[node.span().range()]).expect(source);
        let place = |at: usize| {
            let at = u32::try_from(at).unwrap();
            let part = places.partition_point(|&(inner, _)| inner <= at) - 1;
            (places[part].1 + at - places[part].0) as usize
        };
        text.char_indices()
            .map(|(at, c)| (c, source[place(at)..].chars().next().unwrap()))
            .collect()
    }

    #[test]
    fn characters_are_found_behind_escapes() {
        for source in [
            "\"a\\nb: \\\"c\\\"\\u00e9\\ud83d\\ude00 \\x41 d\"",
            "'it''s é x'",
            "\"one  \n   two\n\n  three\"",
            "\"one \\\n   two\\\n\n  \\  three\"",
            "'a\n  b\n\n\n c'",
            "\"\"",
            "\"\\/x\\ty\"",
        ] {
            for (meant, written) in check(source) {
                let letter = meant.is_ascii_alphabetic() && meant != 'A';
                assert!(!letter || meant == written, "{source}: {meant:?} is at {written:?}");
            }
        }
    }

    #[test]
    fn what_reads_otherwise_has_no_places() {
        assert_eq!(places("a=1", "\"k\\u003da\\x3d1\""), Some(vec![(0, 8), (2, 13)]));
        assert_eq!(places("a=1", "\"k=a=1\""), Some(vec![(0, 3)]));
        assert_eq!(places("a", "\"b\""), None);
        assert_eq!(places("\"a\"", "\"a\""), None);
        assert_eq!(places("a", "a"), None);
        assert_eq!(places("", "\""), None);
        assert_eq!(places("a", "\"\\q\""), None);
        assert_eq!(places("a", "\"\\"), None);
        assert_eq!(places("a\rb", "\"a\rb\""), None);
    }
}
