//! The words of HCL: what stands between white space and comments.

use std::sync::Arc;

use crate::syntax::comment::Comment;
use crate::syntax::hcl::template;
use crate::text::{FileId, Span};

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name: letters, digits, `_` and `-`.
    Name,
    /// A number.
    Number,
    /// A text in quotes or a heredoc, escapes resolved.
    Text {
        /// The text; what is to be worked out in it stands in `${…}`.
        text: Arc<str>,
        /// It is a heredoc: `inner` of the token holds its lines.
        heredoc: bool,
    },
    /// A sign: an operator or a bracket.
    Sign(char),
    /// The end of a line.
    Line,
}

/// A token and its bytes.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// The lines of a heredoc; the token itself for anything else.
    pub inner: std::ops::Range<usize>,
    /// The index of the bracket that closes this one; its own where it opens none.
    pub closed_by: usize,
}

impl Token {
    /// Whether it is a name or a literal.
    pub(super) fn is_word(&self) -> bool {
        matches!(self.kind, Kind::Name | Kind::Number | Kind::Text { .. })
    }
}

/// The tokens and comments of a text.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// In the order of the source.
    pub tokens: Vec<Token>,
    /// In the order of the source.
    pub comments: Vec<Comment>,
}

/// Operators and brackets.
const SIGNS: &str = "=,.:?()[]{}+-*/%!<>&|";

/// Why a text is no HCL, and where.
pub(super) type Fault = (std::ops::Range<usize>, String);

/// Splits a text. Every byte is looked at a bounded number of times.
pub(super) fn split(file: FileId, text: &str) -> Result<Tokens, Fault> {
    let mut lexer =
        Lexer { file, text, at: 0, found: Tokens::default(), open: vec![], used: false };
    if text.starts_with('\u{feff}') {
        lexer.at = '\u{feff}'.len_utf8();
    }
    while let Some(next) = lexer.rest().chars().next() {
        lexer.token(next)?;
    }
    match lexer.open.last().and_then(|&open| lexer.found.tokens.get(open)) {
        Some(open) => Err((open.start..open.end, "this bracket is never closed".to_owned())),
        None => Ok(lexer.found),
    }
}

struct Lexer<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
    found: Tokens,
    /// The brackets that are open, by their index.
    open: Vec<usize>,
    /// Whether a token stands on this line already.
    used: bool,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let (start, index) = (self.at, self.found.tokens.len());
        self.used = kind != Kind::Line;
        let token = Token { kind, start, end, inner: start..end, closed_by: index };
        self.found.tokens.push(token);
        self.at = end;
    }

    fn token(&mut self, next: char) -> Result<(), Fault> {
        let rest = self.rest();
        match next {
            '\n' => self.push(Kind::Line, self.at + 1),
            '#' => self.line_comment(1),
            '/' if rest.starts_with("//") => self.line_comment(2),
            '/' if rest.starts_with("/*") => self.block_comment()?,
            '"' => self.quoted()?,
            '<' if rest.starts_with("<<") && heredoc_name(rest).is_some() => self.heredoc()?,
            '0'..='9' => {
                let length = number(rest);
                self.push(Kind::Number, self.at + length);
            }
            _ if next.is_whitespace() => self.at += next.len_utf8(),
            _ if next.is_alphabetic() || next == '_' => {
                let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
                let length = rest.find(|c| !inside(c)).unwrap_or(rest.len());
                self.push(Kind::Name, self.at + length);
            }
            _ if SIGNS.contains(next) => self.sign(next)?,
            _ => {
                return Err((
                    self.at..self.at + next.len_utf8(),
                    "this sign means nothing here".to_owned(),
                ));
            }
        }
        Ok(())
    }

    fn sign(&mut self, sign: char) -> Result<(), Fault> {
        let index = self.found.tokens.len();
        let (start, end) = (self.at, self.at + sign.len_utf8());
        self.push(Kind::Sign(sign), end);
        let opening = match sign {
            '(' | '[' | '{' => {
                self.open.push(index);
                return Ok(());
            }
            ')' => '(',
            ']' => '[',
            '}' => '{',
            _ => return Ok(()),
        };
        let open = self.open.pop().and_then(|open| self.found.tokens.get_mut(open));
        match open {
            Some(open) if open.kind == Kind::Sign(opening) => {
                open.closed_by = index;
                Ok(())
            }
            _ => Err((start..end, format!("this `{sign}` closes nothing"))),
        }
    }

    fn line_comment(&mut self, leader: usize) {
        let rest = self.rest();
        let line = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..line).unwrap_or(rest).trim_end_matches('\r').len();
        self.comment(self.at + leader, self.at + line);
        self.at += line;
    }

    /// A comment whose words begin at `words` and end at `end`.
    fn comment(&mut self, words: usize, end: usize) {
        let span = Span::new(self.file, self.at, end);
        let text = self.text.get(words..end).unwrap_or("").into();
        self.found.comments.push(Comment { span, text, trailing: self.used });
    }

    /// A comment of several lines is one for each of them.
    fn block_comment(&mut self) -> Result<(), Fault> {
        let rest = self.rest();
        let Some(length) = rest.get(2..).and_then(|inner| inner.find("*/")) else {
            return Err((self.at..self.at + 2, "this comment has no end".to_owned()));
        };
        let end = self.at + length + 4;
        let mut words = self.at + 2;
        for line in rest.get(2..length + 2).unwrap_or("").split_inclusive('\n') {
            let content = line.trim_end();
            if !content.trim().is_empty() {
                self.comment(words, words + content.len());
            }
            words += line.len();
            self.at = words;
            self.used &= !line.ends_with('\n');
        }
        self.at = end;
        Ok(())
    }

    fn quoted(&mut self) -> Result<(), Fault> {
        let Some(length) = template::quoted_length(self.rest()) else {
            return Err((self.at..self.at + 1, "this text has no closing quote".to_owned()));
        };
        let end = self.at + length;
        let inner = self.text.get(self.at + 1..end - 1).unwrap_or("");
        let text = template::resolve(inner, true).into();
        self.push(Kind::Text { text, heredoc: false }, end);
        Ok(())
    }

    fn heredoc(&mut self) -> Result<(), Fault> {
        let rest = self.rest();
        let name = heredoc_name(rest).unwrap_or("");
        let first = rest.find('\n').map_or(rest.len(), |line| line + 1);
        let mut end = first;
        for line in rest.get(first..).unwrap_or("").split_inclusive('\n') {
            if line.trim() == name {
                let marker = end + line.trim_end().len();
                let body = rest.get(first..end).unwrap_or("");
                let lines =
                    if rest.starts_with("<<-") { unindented(body) } else { body.to_owned() };
                let inner = self.at + first..self.at + end;
                let text = template::resolve(&lines, false).into();
                self.push(Kind::Text { text, heredoc: true }, self.at + marker);
                if let Some(token) = self.found.tokens.last_mut() {
                    token.inner = inner;
                }
                return Ok(());
            }
            end += line.len();
        }
        Err((self.at..self.at + 2, format!("this text has no line `{name}` to end it")))
    }
}

/// The word that ends a heredoc which begins here.
fn heredoc_name(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix("<<")?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let line = rest.split_once('\n')?.0.trim_end();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    (!line.is_empty() && line.chars().all(fits)).then_some(line)
}

/// How many bytes of a text are a number.
fn number(rest: &str) -> usize {
    let digits = |from: usize| {
        let rest = rest.get(from..).unwrap_or("");
        rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
    };
    let mut end = digits(0);
    let after = |end: usize| rest.get(end..).unwrap_or("");
    if after(end).starts_with('.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if after(end).starts_with(['e', 'E']) {
        let sign = usize::from(after(end + 1).starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

/// The lines without the white space that all of them begin with.
fn unindented(body: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let least = body.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    body.split_inclusive('\n')
        .map(|line| line.get(least.min(indent(line))..).unwrap_or(""))
        .collect()
}
