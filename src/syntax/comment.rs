//! Comments, kept beside the tree and attached to lines.

use crate::syntax::store::Parsed;
use crate::text::{FileId, Span};

/// One `#` comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line, line end excluded.
    pub span: Span,
    /// What stands after the `#`.
    pub text: Box<str>,
    /// Whether something other than white space stands before it on its line.
    pub trailing: bool,
}

/// The comments of a text in a notation that is not known: lines that begin with `#`.
pub fn of_lines(file: FileId, text: &str) -> Parsed {
    let mut start = 0;
    let mut comments = Vec::new();
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        if let Some(words) = content.strip_prefix('#') {
            let at = start + (line.len() - line.trim_start().len());
            let span = Span::new(file, at, at + content.len());
            comments.push(Comment { span, text: words.into(), trailing: false });
        }
        start += line.len();
    }
    Parsed { comments, ..Parsed::default() }
}

#[cfg(test)]
mod tests {
    use super::of_lines;
    use crate::text::FileId;

    #[test]
    fn lines_that_begin_with_a_sign_are_comments() {
        let text = "# one\r\nserver {\n\t# \u{e9}\n  a #b;\n}\n#";
        let parsed = of_lines(FileId(0), text);
        let found: Vec<_> =
            parsed.comments.iter().map(|c| (&*c.text, &text[c.span.range()])).collect();
        assert_eq!(found, [(" one", "# one"), (" \u{e9}", "# \u{e9}"), ("", "#")]);
    }
}
