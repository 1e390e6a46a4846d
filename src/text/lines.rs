//! Where lines begin: from byte offsets to 1-based lines and columns.

/// A 1-based line and a 1-based column, counted in characters unless something else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line.
    pub line: usize,
    /// 1-based column.
    pub column: usize,
}

/// The start offsets of the lines of one text. `\n` and `\r\n` end a line.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the line starts of `text`.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(
            text.bytes()
                .enumerate()
                .filter(|&(_, byte)| byte == b'\n')
                .map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)),
        );
        Self { starts }
    }

    /// The 0-based line that holds the byte.
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// How many lines there are; at least one.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Always false: an empty text has one empty line.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The bytes of the 0-based line without its line end; the last line when past the end.
    pub fn line_range(&self, text: &str, line: usize) -> std::ops::Range<usize> {
        let line = line.min(self.starts.len() - 1);
        let start = self.starts[line] as usize;
        let end = self.starts.get(line + 1).map_or(text.len(), |&next| next as usize - 1);
        let end = end.clamp(start.min(text.len()), text.len());
        let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
        start..end
    }

    /// The line and column of a byte offset; offsets inside a character count as its start.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line_of(offset);
        let start = self.starts[line] as usize;
        let end = (offset as usize).min(text.len());
        let before = text.get(start..end).unwrap_or("");
        Position { line: line + 1, column: before.chars().count() + 1 }
    }

    /// The line of a byte offset, and its column counted in bytes.
    pub fn byte_position(&self, offset: u32) -> Position {
        let line = self.line_of(offset);
        let start = self.starts.get(line).copied().unwrap_or(0);
        Position { line: line + 1, column: (offset - start) as usize + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::{LineIndex, Position};

    #[test]
    fn counts_characters_and_both_line_ends() {
        let text = "a: é\r\nb: 2\n";
        let lines = LineIndex::new(text);
        assert_eq!(lines.position(text, 0), Position { line: 1, column: 1 });
        assert_eq!(lines.position(text, 5), Position { line: 1, column: 5 });
        assert_eq!(lines.position(text, 10), Position { line: 2, column: 4 });
        assert_eq!(lines.byte_position(5), Position { line: 1, column: 6 });
        assert_eq!(lines.byte_position(10), Position { line: 2, column: 4 });
        assert_eq!(&text[lines.line_range(text, 0)], "a: é");
        assert_eq!(&text[lines.line_range(text, 1)], "b: 2");
        assert_eq!(&text[lines.line_range(text, 2)], "");
    }
}
