//! Merge conflicts that were committed with their markers.

use crate::text::{FileId, Span};

/// How often the sign of a marker stands.
const WIDTH: usize = 7;

/// One conflict: the lines of its markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// `<<<<<<<`, where the first side begins.
    pub start: Span,
    /// `=======`, where the second side begins.
    pub middle: Span,
    /// `>>>>>>>`, where it ends.
    pub end: Span,
}

/// The conflicts of a text: all three markers at line starts and in this order, so that an
/// underlined heading or a quotation is none.
pub fn conflicts(file: FileId, text: &str) -> Vec<Conflict> {
    let mut found = Vec::new();
    if !text.contains("<<<<<<<") {
        return found;
    }
    let (mut start, mut middle) = (None, None);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let span = Span::new(file, at, at + content.len());
        at += line.len();
        match marker(content) {
            Some('<') => (start, middle) = (Some(span), None),
            Some('=') => middle = middle.or(start.map(|_| span)),
            Some('>') => {
                if let (Some(start), Some(middle)) = (start.take(), middle.take()) {
                    found.push(Conflict { start, middle, end: span });
                }
            }
            _ => {}
        }
    }
    found
}

/// The sign of a line that is a marker: seven of it, then nothing or a space and a name.
fn marker(line: &str) -> Option<char> {
    let sign = line.chars().next().filter(|sign| matches!(sign, '<' | '=' | '>'))?;
    let rest = line.trim_start_matches(sign);
    let separated = rest.is_empty() || rest.starts_with(' ');
    (line.len() - rest.len() == WIDTH && separated).then_some(sign)
}

#[cfg(test)]
mod tests {
    use super::conflicts;
    use crate::text::FileId;

    fn lines(text: &str) -> Vec<&str> {
        conflicts(FileId(0), text).iter().map(|conflict| &text[conflict.start.range()]).collect()
    }

    #[test]
    fn all_three_markers_make_a_conflict() {
        let plain = "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> topic\nc: 3\n";
        assert_eq!(lines(plain), ["<<<<<<< HEAD"]);
        let three = "<<<<<<< ours\r\na\r\n||||||| base\r\nb\r\n=======\r\nc\r\n>>>>>>> theirs\r\n";
        assert_eq!(lines(three), ["<<<<<<< ours"]);
        assert_eq!(lines(&format!("{plain}{plain}")).len(), 2);
    }

    #[test]
    fn headings_quotations_and_drawings_make_none() {
        assert!(lines("Title\n=======\n").is_empty());
        assert!(lines("a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> topic\n").is_empty());
        assert!(lines("<<<<<<<< a\n========\n>>>>>>>> b\n").is_empty());
        assert!(lines("<<<<<<< a\nb\n>>>>>>> c\n").is_empty());
    }
}
