//! The pen: knows the column, breaks lines, and writes scalars in a given style.

use crate::render::output::scalar::Leaf;
use crate::render::output::style::{Style, escape, is_break, is_printable};

/// The column after which a space becomes a line break.
const WIDTH: usize = 80;

/// Writes text and keeps the state that decides about spaces and line breaks.
#[derive(Debug, Default)]
pub(super) struct Emitter {
    out: String,
    /// In characters.
    column: usize,
    /// The last thing written separates what follows.
    spaced: bool,
    /// So far the line holds only indentation and indicators.
    fresh: bool,
}

impl Emitter {
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// Whether the line holds only indentation and indicators so far.
    pub(super) fn at_indent(&self) -> bool {
        self.fresh
    }

    /// A whole line.
    pub(super) fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.line_break();
    }

    /// Ends the document's last line.
    pub(super) fn end_line(&mut self) {
        if self.column > 0 {
            self.line_break();
        }
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.fresh = true;
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
    }

    /// Starts a new line where needed and goes to `indent`.
    pub(super) fn indent(&mut self, indent: usize) {
        if self.column > 0
            && (!self.fresh || self.column > indent || (self.column == indent && !self.spaced))
        {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.spaced = true;
        self.fresh = true;
    }

    /// Writes `-`, `?`, `:` or an empty collection.
    pub(super) fn indicator(&mut self, text: &str, separate: bool, keeps_fresh: bool) {
        if separate && !self.spaced {
            self.put(' ');
        }
        text.chars().for_each(|character| self.put(character));
        self.spaced = false;
        self.fresh = self.fresh && keeps_fresh;
    }

    /// A comment at the end of the line.
    pub(super) fn comment(&mut self, text: &str) {
        self.out.push_str(" # ");
        self.out.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
        self.fresh = false;
        self.column += 1;
    }

    /// A key on the line of its value: it is never folded.
    pub(super) fn simple_key(&mut self, key: &Leaf<'_>) {
        match key.style {
            Style::Plain => self.plain(&key.text, None),
            Style::Single => self.single(&key.text, None),
            Style::Double | Style::Literal => self.double(&key.text, None),
        }
    }

    /// A value, folded or continued at `indent`.
    pub(super) fn scalar(&mut self, leaf: &Leaf<'_>, indent: usize, comment: Option<&str>) {
        match leaf.style {
            Style::Plain => self.plain(&leaf.text, Some(indent)),
            Style::Single => self.single(&leaf.text, Some(indent)),
            Style::Double => self.double(&leaf.text, Some(indent)),
            Style::Literal => return self.literal(&leaf.text, indent, comment),
        }
        if let Some(comment) = comment {
            self.comment(comment);
        }
    }

    /// Plain text has no line breaks and no spaces at its ends.
    fn plain(&mut self, text: &str, fold: Option<usize>) {
        if !self.spaced {
            self.put(' ');
        }
        let mut previous = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let folds = character == ' ' && previous != Some(' ') && self.column > WIDTH;
            match fold {
                Some(indent) if folds && characters.peek() != Some(&' ') => self.indent(indent),
                _ => self.put(character),
            }
            previous = Some(character);
        }
        self.spaced = false;
        self.fresh = false;
    }

    fn single(&mut self, text: &str, fold: Option<usize>) {
        self.indicator("'", true, false);
        let mut previous = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            if character == ' ' {
                let folds = previous.is_some_and(|previous| previous != ' ') && self.column > WIDTH;
                match (fold, characters.peek()) {
                    (Some(indent), Some(&next)) if folds && next != ' ' => self.indent(indent),
                    _ => self.put(character),
                }
            } else if is_break(character) {
                self.put(character);
                self.column = 0;
                self.fresh = true;
            } else {
                if previous.is_some_and(is_break) {
                    self.indent(fold.unwrap_or(0));
                }
                if character == '\'' {
                    self.put('\'');
                }
                self.put(character);
                self.fresh = false;
            }
            previous = Some(character);
        }
        self.indicator("'", false, false);
    }

    fn double(&mut self, text: &str, fold: Option<usize>) {
        self.indicator("\"", true, false);
        // A mistake of go-yaml: behind a byte order mark at the start it escapes everything.
        let escapes_all = text.starts_with('\u{feff}');
        let mut spaces = false;
        let mut first = true;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            if escapes_all
                || !is_printable(character)
                || is_break(character)
                || matches!(character, '"' | '\\')
            {
                escape(character).chars().for_each(|character| self.put(character));
                spaces = false;
            } else if character == ' ' {
                let folds = !spaces && !first && self.column > WIDTH;
                match (fold, characters.peek()) {
                    (Some(indent), Some(&next)) if folds => {
                        self.indent(indent);
                        if next == ' ' {
                            self.put('\\');
                        }
                    }
                    _ => self.put(character),
                }
                spaces = true;
            } else {
                self.put(character);
                self.fresh = false;
                spaces = false;
            }
            first = false;
        }
        self.indicator("\"", false, false);
    }

    fn literal(&mut self, text: &str, indent: usize, comment: Option<&str>) {
        self.indicator("|", true, false);
        if text.starts_with(|first| first == ' ' || is_break(first)) {
            self.put('2');
        }
        let mut last = text.chars().rev();
        match (last.next().is_some_and(is_break), last.next()) {
            (false, _) => self.put('-'),
            (true, before) if before.is_none_or(is_break) => self.put('+'),
            _ => {}
        }
        if let Some(comment) = comment {
            self.comment(comment);
        }
        self.line_break();
        self.spaced = true;
        let mut breaks = true;
        for character in text.chars() {
            if character == '\n' {
                self.line_break();
                breaks = true;
            } else if is_break(character) {
                self.put(character);
                self.column = 0;
                self.fresh = true;
                breaks = true;
            } else {
                if breaks {
                    self.indent(indent);
                }
                self.put(character);
                self.fresh = false;
                breaks = false;
            }
        }
    }
}
