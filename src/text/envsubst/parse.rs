//! From a text to its parts, with the quirks of the original.

use std::ops::Range;

use crate::text::envsubst::BadSubstitution;

/// Deepest nesting of defaults in defaults.
const DEPTH: usize = 32;

/// A part of a text.
#[derive(Debug)]
pub(super) enum Node {
    /// Text, escapes resolved.
    Text(String),
    /// `${…}`.
    Call(Call),
}

/// What is done to a variable.
#[derive(Debug)]
pub(super) struct Call {
    /// Where the whole of it stands.
    pub(super) whole: Range<usize>,
    /// Where the name of the variable stands.
    pub(super) name: Range<usize>,
    /// What to do.
    pub(super) function: Function,
    /// What to do it with.
    pub(super) arguments: Vec<Node>,
}

/// What can be done to the value of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    /// `${var}`, `${var:=word}` and the like: the word if the value is empty.
    Default,
    /// `${#var}`
    Length,
    /// `${var:position}`, `${var:position:length}`
    Substring,
    /// `${var^}`
    UpperFirst,
    /// `${var^^}`
    Upper,
    /// `${var,}`
    LowerFirst,
    /// `${var,,}`
    Lower,
    /// `${var#pattern}`
    ShortestPrefix,
    /// `${var##pattern}`
    LongestPrefix,
    /// `${var%pattern}`
    ShortestSuffix,
    /// `${var%%pattern}`
    LongestSuffix,
    /// `${var/old/new}`
    ReplaceFirst,
    /// `${var//old/new}`
    ReplaceAll,
    /// `${var/#old/new}`
    ReplacePrefix,
    /// `${var/%old/new}`
    ReplaceSuffix,
}

impl Function {
    pub(super) fn is_default(self) -> bool {
        self == Self::Default
    }
}

impl Node {
    /// What is written in the text.
    pub(super) fn source<'t>(&self, text: &'t str) -> &'t str {
        match self {
            Self::Text(_) => "",
            Self::Call(call) => text.get(call.whole.clone()).unwrap_or(""),
        }
    }
}

/// Operators with two characters before those with one.
const OPERATORS: [(&str, Function); 12] = [
    ("##", Function::LongestPrefix),
    ("#", Function::ShortestPrefix),
    ("%%", Function::LongestSuffix),
    ("%", Function::ShortestSuffix),
    ("^^", Function::Upper),
    ("^", Function::UpperFirst),
    (",,", Function::Lower),
    (",", Function::LowerFirst),
    ("//", Function::ReplaceAll),
    ("/#", Function::ReplacePrefix),
    ("/%", Function::ReplaceSuffix),
    ("/", Function::ReplaceFirst),
];

/// Operators before a default.
const DEFAULTS: [&str; 5] = [":=", ":-", ":?", ":+", "="];

pub(super) struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn takes(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn closes(&mut self) -> Result<(), BadSubstitution> {
        if self.takes("}") { Ok(()) } else { Err(BadSubstitution::Function) }
    }

    /// The whole text.
    pub(super) fn text(&mut self) -> Result<Vec<Node>, BadSubstitution> {
        let mut nodes = Vec::new();
        while self.at < self.text.len() {
            if self.rest().starts_with("${") {
                nodes.push(self.call()?);
            } else {
                nodes.push(Node::Text(self.piece(|_| true, "$")));
            }
        }
        Ok(nodes)
    }

    /// Text up to `${` or a character that is not `wanted`. Two `$` are one if `escapes` has it,
    /// and so is a character after a backslash.
    fn piece(&mut self, wanted: impl Fn(char) -> bool, escapes: &str) -> String {
        let mut piece = String::new();
        while let Some(character) = self.rest().chars().next() {
            let rest = self.rest();
            if rest.starts_with("${") {
                break;
            }
            let dollar = escapes.contains('$') && rest.starts_with("$$");
            let slash =
                escapes.contains('\\') && (rest.starts_with(r"\/") || rest.starts_with(r"\\"));
            if dollar || slash {
                // Both are ASCII, as is what they escape.
                self.at += 1;
                piece.extend(self.rest().chars().next());
                self.at += 1;
                continue;
            }
            if !wanted(character) {
                break;
            }
            piece.push(character);
            self.at += character.len_utf8();
        }
        piece
    }

    fn name(&mut self) -> Range<usize> {
        let start = self.at;
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        self.at += self.rest().find(|c| !is_part(c)).unwrap_or(self.rest().len());
        start..self.at
    }

    /// `${…}`, from its `$`.
    fn call(&mut self) -> Result<Node, BadSubstitution> {
        let start = self.at;
        self.at += 2;
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(BadSubstitution::TooLong);
        }
        let is_length = self.takes("#");
        let name = self.name();
        if name.is_empty() {
            return Err(BadSubstitution::Name);
        }
        let (function, arguments) = if is_length {
            self.closes()?;
            (Function::Length, Vec::new())
        } else {
            self.function()?
        };
        self.depth -= 1;
        Ok(Node::Call(Call { whole: start..self.at, name, function, arguments }))
    }

    /// All after the name, the last brace included.
    fn function(&mut self) -> Result<(Function, Vec<Node>), BadSubstitution> {
        if DEFAULTS.iter().any(|operator| self.takes(operator)) {
            let mut arguments = Vec::new();
            while !self.rest().starts_with('}') {
                arguments.push(self.argument(|c| c != '}', "")?);
            }
            self.closes()?;
            return Ok((Function::Default, arguments));
        }
        if self.takes(":") {
            let mut arguments = vec![self.argument(|c| c != ':' && c != '}', "")?];
            if self.rest().starts_with(':') {
                while self.takes(":") {}
                arguments.push(self.argument(|c| c != '}', "")?);
            }
            self.closes()?;
            return Ok((Function::Substring, arguments));
        }
        let Some((_, function)) = OPERATORS.iter().find(|(operator, _)| self.takes(operator))
        else {
            return match self.closes() {
                Ok(()) => Ok((Function::Default, Vec::new())),
                Err(_) => Err(BadSubstitution::Brace),
            };
        };
        let mut arguments = Vec::new();
        match function {
            Function::Upper | Function::UpperFirst | Function::Lower | Function::LowerFirst => {}
            Function::ReplaceFirst
            | Function::ReplaceAll
            | Function::ReplacePrefix
            | Function::ReplaceSuffix => {
                arguments.push(if self.rest().starts_with('/') {
                    Node::Text(String::new())
                } else {
                    self.argument(|c| c != '/', r"$\")?
                });
                if !self.rest().starts_with('/') {
                    return Err(BadSubstitution::Function);
                }
                while self.takes("/") {}
                if !self.rest().starts_with('}') {
                    arguments.push(self.argument(|c| c != '}', r"$\")?);
                }
            }
            _ => arguments.push(self.argument(|c| c != '}', "")?),
        }
        self.closes()?;
        Ok((*function, arguments))
    }

    /// A text or one `${…}`; not nothing.
    fn argument(
        &mut self,
        wanted: impl Fn(char) -> bool,
        escapes: &str,
    ) -> Result<Node, BadSubstitution> {
        if self.rest().starts_with("${") {
            return self.call();
        }
        let piece = self.piece(wanted, escapes);
        if piece.is_empty() { Err(BadSubstitution::Function) } else { Ok(Node::Text(piece)) }
    }
}
