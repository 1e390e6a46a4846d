//! Tokens of HCL to nodes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::syntax::compose::Composer;
use crate::syntax::hcl::expression;
use crate::syntax::hcl::token::{Fault, Kind, Token};
use crate::syntax::node::{Document, NodeId};
use crate::syntax::scalar::Tag;
use crate::syntax::store::{Problem, ProblemKind};
use crate::text::{FileId, Span};

/// Deepest nesting of blocks, objects and lists that is accepted.
const NESTING: usize = 100;

/// Functions that change the type of what they are given and nothing else.
const TRANSPARENT: &[&str] = &["jsonencode", "tolist", "tomap", "toset", "yamlencode"];

/// What builds types of variables: not a call, but a map from its name to the list of its arguments.
const TYPES: &[&str] = &["list", "map", "object", "optional", "set", "tuple"];

/// What a file says, and which of its arguments and keys stand twice.
pub(super) type Read = (Option<Document>, Vec<Problem>);

/// Builds the document of a file, or says why it cannot be read.
pub(super) fn parse(file: FileId, text: &str, tokens: &[Token]) -> Result<Read, Fault> {
    let composer = Composer::default();
    let mut parser = Parser { file, text, tokens, at: 0, composer, twice: vec![] };
    let entries = parser.body(tokens.len(), 0)?;
    let whole = Span::new(file, 0, text.len());
    parser.composer.map(whole, entries);
    Ok((parser.composer.finish_read(), parser.twice))
}

/// The names that a body or an object has given values so far, with their places.
type Seen = BTreeMap<Arc<str>, Span>;

struct Parser<'t> {
    file: FileId,
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    composer: Composer,
    twice: Vec<Problem>,
}

/// Whether a token is a bracket that opens.
fn opens(token: &Token) -> bool {
    matches!(token.kind, Kind::Sign('(' | '[' | '{'))
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn is_sign(&self, at: usize, sign: char) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == Kind::Sign(sign))
    }

    fn name(&self, at: usize) -> Option<&'t str> {
        let token = self.tokens.get(at).filter(|token| token.kind == Kind::Name)?;
        self.text.get(token.start..token.end)
    }

    fn span(&self, first: usize, last: usize) -> Span {
        let start = self.tokens.get(first).map_or(self.text.len(), |token| token.start);
        let end = self.tokens.get(last).map_or(self.text.len(), |token| token.end);
        Span::new(self.file, start.min(end), end)
    }

    fn fault<T>(&self, expected: &str) -> Result<T, Fault> {
        let place = match self.peek() {
            Some(token) => token.start..token.end,
            None => self.text.len()..self.text.len(),
        };
        Err((place, format!("expected {expected}")))
    }

    /// Remembers a name; one that has been given a value before is a mistake.
    fn give(&mut self, seen: &mut Seen, name: &Arc<str>, span: Span) {
        let first = *seen.entry(Arc::clone(name)).or_insert(span);
        if first != span {
            let kind = ProblemKind::DuplicateKey { key: name.to_string(), first };
            self.twice.push(Problem { span, kind });
        }
    }

    /// Lines that end before `end`.
    fn skip_lines(&mut self, end: usize) {
        while self.at < end && self.peek().is_some_and(|token| token.kind == Kind::Line) {
            self.at += 1;
        }
    }

    fn too_deep<T>(&self, depth: usize) -> Result<Option<T>, Fault> {
        if depth <= NESTING {
            return Ok(None);
        }
        let span = self.span(self.at, self.at);
        Err((span.range(), format!("blocks are nested deeper than {NESTING} levels")))
    }

    /// Arguments and blocks up to a token.
    fn body(&mut self, end: usize, depth: usize) -> Result<Vec<(NodeId, NodeId)>, Fault> {
        let mut entries = vec![];
        let mut seen = Seen::new();
        loop {
            self.skip_lines(end);
            if self.at >= end {
                return Ok(entries);
            }
            let Some(name) = self.name(self.at) else {
                return self.fault("the name of an argument or block");
            };
            let (span, name) = (self.span(self.at, self.at), Arc::<str>::from(name));
            let key = self.composer.plain(span, Tag::Str, Arc::clone(&name));
            self.at += 1;
            let value = if self.is_sign(self.at, '=') {
                self.at += 1;
                // Blocks may repeat, arguments may not.
                self.give(&mut seen, &name, span);
                self.value(end, true, depth + 1)?
            } else {
                self.block(end, depth + 1)?
            };
            entries.push((key, value));
            if self.at < end && self.peek().is_some_and(|token| token.kind != Kind::Line) {
                return self.fault("the end of the line");
            }
        }
    }

    /// The labels and the body of a block.
    fn block(&mut self, end: usize, depth: usize) -> Result<NodeId, Fault> {
        let mut labels = vec![];
        while self.at < end && !self.is_sign(self.at, '{') {
            let label: Arc<str> = match self.peek().map(|token| &token.kind) {
                Some(Kind::Text { text, heredoc: false }) => Arc::clone(text),
                Some(Kind::Name) => self.name(self.at).unwrap_or("").into(),
                _ => return self.fault("`=`, a label or `{`"),
            };
            labels.push((self.span(self.at, self.at), label));
            self.at += 1;
        }
        self.too_deep::<()>(depth + labels.len())?;
        let Some(open) = self.peek().filter(|_| self.at < end) else {
            return self.fault("`{`");
        };
        let (first, last) = (self.at, open.closed_by);
        self.at += 1;
        let entries = self.body(last, depth)?;
        self.at = last + 1;
        let span = self.span(first, last);
        let mut node = self.composer.map(span, entries);
        if labels.is_empty() {
            return Ok(self.composer.list(span, vec![node]));
        }
        for (label_span, label) in labels.into_iter().rev() {
            let key = self.composer.scalar(label_span, Tag::Str, label);
            node = self.composer.map(label_span.to(span), vec![(key, node)]);
        }
        Ok(node)
    }

    /// The value that begins here and ends before `end`; at the end of a line too, if lines count.
    fn value(&mut self, end: usize, lines: bool, depth: usize) -> Result<NodeId, Fault> {
        self.too_deep::<()>(depth)?;
        let first = self.at;
        let stop = self.end_of_value(end, lines);
        if let Some(at) = expression::fault(self.tokens, (first, stop)) {
            self.at = at;
            return self.fault("a value");
        }
        let literal = self.literal(first, stop, depth)?;
        self.at = stop;
        if let Some(node) = literal {
            return Ok(node);
        }
        let tokens = self.tokens.get(first..stop).unwrap_or_default();
        let inner = expression::normal(self.text, tokens);
        let text: Arc<str> = format!("${{{inner}}}").into();
        Ok(self.composer.plain(self.span(first, stop - 1), Tag::Str, text))
    }

    /// The index behind the value that begins here: brackets are passed over as a whole. No
    /// expression has two words side by side, or braces behind a word.
    fn end_of_value(&self, end: usize, lines: bool) -> usize {
        let mut at = self.at;
        let (mut stop, mut word) = (at, false);
        while let Some(token) = self.tokens.get(at).filter(|_| at < end) {
            match token.kind {
                Kind::Sign(',') => break,
                Kind::Line if lines => break,
                Kind::Line => at += 1,
                _ if word && (token.is_word() || token.kind == Kind::Sign('{')) => break,
                _ => {
                    at = token.closed_by + 1;
                    let closed = !matches!(token.kind, Kind::Sign(_)) || opens(token);
                    (stop, word) = (at, closed);
                }
            }
        }
        stop.min(end)
    }

    /// The literal that some tokens are, if they are one.
    fn literal(
        &mut self,
        first: usize,
        stop: usize,
        depth: usize,
    ) -> Result<Option<NodeId>, Fault> {
        let Some(token) = self.tokens.get(first) else { return Ok(None) };
        let whole = self.span(first, stop - 1);
        let source = self.text.get(token.start..token.end).unwrap_or("");
        let alone = token.closed_by + 1 == stop;
        Ok(match &token.kind {
            Kind::Text { text, heredoc: true } if alone => {
                let span = Span::new(self.file, token.inner.start, token.inner.end);
                Some(self.composer.block(span, Arc::clone(text)))
            }
            Kind::Text { text, .. } if alone => {
                Some(self.composer.scalar(whole, Tag::Str, Arc::clone(text)))
            }
            Kind::Number if alone => Some(self.number(whole, source)),
            Kind::Name if alone => match source {
                "true" | "false" => Some(self.composer.plain(whole, Tag::Bool, source.into())),
                "null" => Some(self.composer.plain(whole, Tag::Null, source.into())),
                _ => None,
            },
            Kind::Sign('-') if stop == first + 2 => match self.tokens.get(first + 1) {
                Some(number) if number.kind == Kind::Number => {
                    let digits = self.text.get(number.start..number.end).unwrap_or("");
                    Some(self.number(whole, &format!("-{digits}")))
                }
                _ => None,
            },
            Kind::Sign('[') if alone && !self.is_loop(first + 1) => {
                Some(self.list(first, stop - 1, depth)?)
            }
            Kind::Sign('{') if alone && !self.is_loop(first + 1) => {
                Some(self.object(first, stop - 1, depth)?)
            }
            Kind::Name if TYPES.contains(&source) => self.constructor(first, stop, depth)?,
            Kind::Name if TRANSPARENT.contains(&source) => self.argument(first + 1, stop, depth)?,
            _ => None,
        })
    }

    fn number(&mut self, span: Span, digits: &str) -> NodeId {
        let fraction = digits.contains(['.', 'e', 'E']);
        self.composer.plain(span, if fraction { Tag::Float } else { Tag::Int }, digits.into())
    }

    /// Whether `for` stands here, behind white space, and is no key.
    fn is_loop(&self, at: usize) -> bool {
        let lines = self.tokens.get(at..).unwrap_or_default().iter();
        let at = at + lines.take_while(|token| token.kind == Kind::Line).count();
        self.name(at) == Some("for") && !self.is_sign(at + 1, '=') && !self.is_sign(at + 1, ':')
    }

    /// The only argument of a call whose bracket stands at `open`, if it is a list or an object.
    fn argument(
        &mut self,
        open: usize,
        stop: usize,
        depth: usize,
    ) -> Result<Option<NodeId>, Fault> {
        let Some(bracket) = self.tokens.get(open).filter(|_| self.is_sign(open, '(')) else {
            return Ok(None);
        };
        let last = bracket.closed_by;
        if last + 1 != stop {
            return Ok(None);
        }
        self.at = open + 1;
        self.skip_lines(last);
        let first = self.at;
        let end = self.end_of_value(last, false);
        self.at = end;
        self.skip_lines(last);
        let holds = self.is_sign(first, '[') || self.is_sign(first, '{');
        if !holds || self.at != last {
            return Ok(None);
        }
        self.too_deep::<()>(depth + 1)?;
        self.literal(first, end, depth + 1)
    }

    /// A type that is built from others.
    fn constructor(
        &mut self,
        first: usize,
        stop: usize,
        depth: usize,
    ) -> Result<Option<NodeId>, Fault> {
        let bracket = self.tokens.get(first + 1).filter(|_| self.is_sign(first + 1, '('));
        if bracket.is_none_or(|bracket| bracket.closed_by + 1 != stop) {
            return Ok(None);
        }
        let name = self.name(first).unwrap_or("").into();
        let key = self.composer.plain(self.span(first, first), Tag::Str, name);
        let arguments = self.list(first + 1, stop - 1, depth)?;
        Ok(Some(self.composer.map(self.span(first, stop - 1), vec![(key, arguments)])))
    }

    fn list(&mut self, first: usize, last: usize, depth: usize) -> Result<NodeId, Fault> {
        self.at = first + 1;
        let mut items = vec![];
        loop {
            self.skip_lines(last);
            if self.at >= last {
                return Ok(self.composer.list(self.span(first, last), items));
            }
            items.push(self.value(last, false, depth + 1)?);
            self.skip_lines(last);
            if self.at < last && !self.is_sign(self.at, ',') {
                return self.fault("`,` or the end of the list");
            }
            self.at = last.min(self.at + 1);
        }
    }

    fn object(&mut self, first: usize, last: usize, depth: usize) -> Result<NodeId, Fault> {
        self.at = first + 1;
        let mut entries = vec![];
        let mut seen = Seen::new();
        loop {
            self.skip_lines(last);
            if self.at >= last {
                return Ok(self.composer.map(self.span(first, last), entries));
            }
            let key = self.key(last, &mut seen)?;
            let value = self.value(last, true, depth + 1)?;
            entries.push((key, value));
            let separated = self.peek().is_some_and(|token| token.kind == Kind::Line);
            self.skip_lines(last);
            if self.is_sign(self.at, ',') {
                self.at += 1;
            } else if self.at < last && !separated {
                return self.fault("`,`, the end of the line or of the object");
            }
        }
    }

    /// The key of an object up to its `=` or `:`, which is passed.
    fn key(&mut self, end: usize, seen: &mut Seen) -> Result<NodeId, Fault> {
        let first = self.at;
        while self.at < end && !self.is_sign(self.at, '=') && !self.is_sign(self.at, ':') {
            let Some(token) = self.peek().filter(|token| token.kind != Kind::Line) else { break };
            self.at = token.closed_by.max(self.at) + 1;
        }
        let stop = self.at;
        if stop == first || stop >= end || self.peek().is_none_or(|t| t.kind == Kind::Line) {
            return self.fault("a key and `=`");
        }
        self.at += 1;
        let span = self.span(first, stop - 1);
        let source = self.text.get(span.range()).unwrap_or("");
        let text: Arc<str> = match self.tokens.get(first).map(|token| &token.kind) {
            Some(Kind::Text { text, .. }) if stop == first + 1 => Arc::clone(text),
            Some(Kind::Name | Kind::Number) if stop == first + 1 => source.into(),
            _ => {
                let tokens = self.tokens.get(first..stop).unwrap_or_default();
                format!("${{{}}}", expression::normal(self.text, tokens)).into()
            }
        };
        self.give(seen, &text, span);
        Ok(self.composer.scalar(span, Tag::Str, text))
    }
}
