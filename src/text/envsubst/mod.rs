//! Variables in texts as Flux fills them in: the parameter expansions of a shell, or most of them.
//!
//! The reference is the package `envsubst` of `fluxcd/pkg`, a fork of `drone/envsubst`; where that
//! differs from a shell, this does too: `${var:+word}` is a default, and `${var:?word}` as well.

mod functions;
mod parse;

use crate::text::envsubst::functions::apply;
use crate::text::envsubst::parse::{Node, Parser};

/// Longest text that a substitution may give.
const LONGEST: usize = 1 << 20;

/// What is known of a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning<'v> {
    /// It has this value.
    Value(&'v str),
    /// It may have a value that nobody here can know.
    Unknown,
    /// Nothing defines it.
    Undefined,
}

/// A variable that a text asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use<'t> {
    /// Its name.
    pub name: &'t str,
    /// Whether the text says what to do without it.
    pub defaulted: bool,
}

/// A text with its variables filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expanded<'t> {
    /// The text; what is not known stands in it as it was written.
    pub text: String,
    /// The variables that were asked for, in the order of the text.
    pub used: Vec<Use<'t>>,
}

/// Why a text cannot be expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSubstitution {
    /// `${` without a name.
    #[error("there is no name of a variable after `${{`")]
    Name,
    /// No `}` where one has to be.
    #[error("a `}}` is missing after the name of a variable")]
    Brace,
    /// Something else that cannot be read.
    #[error("the part after the name of a variable cannot be read")]
    Function,
    /// Too deep or too long.
    #[error("the text grows beyond all bounds")]
    TooLong,
}

/// Whether a text holds anything that a substitution would change.
pub fn asks(text: &str) -> bool {
    text.contains("${") || text.contains("$$")
}

/// Whether a text can be the name of a variable: `^[_[:alpha:]][_[:alpha:][:digit:]]*$`.
pub fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Fills in the variables of a text. `$$` stands for one `$`.
///
/// # Errors
///
/// Where Flux refuses the text, and where the result would be too long.
pub fn expand<'t, 'v>(
    text: &'t str,
    meaning: impl Fn(&str) -> Meaning<'v>,
) -> Result<Expanded<'t>, BadSubstitution> {
    let nodes = Parser::new(text).text()?;
    let mut found = Expansion { source: text, meaning, used: Vec::new() };
    let mut result = String::with_capacity(text.len());
    for node in &nodes {
        match found.node(node) {
            Some(part) => result.push_str(&part),
            None => result.push_str(node.source(text)),
        }
        if result.len() > LONGEST {
            return Err(BadSubstitution::TooLong);
        }
    }
    Ok(Expanded { text: result, used: found.used })
}

struct Expansion<'t, M> {
    source: &'t str,
    meaning: M,
    used: Vec<Use<'t>>,
}

impl<'v, M: Fn(&str) -> Meaning<'v>> Expansion<'_, M> {
    /// The value of a part; `None` where it is not known.
    fn node(&mut self, node: &Node) -> Option<String> {
        let call = match node {
            Node::Text(text) => return Some(text.clone()),
            Node::Call(call) => call,
        };
        let name = self.source.get(call.name.clone())?;
        let defaulted = call.function.is_default() && !call.arguments.is_empty();
        self.used.push(Use { name, defaulted });
        let value = match (self.meaning)(name) {
            Meaning::Value(value) => value,
            Meaning::Undefined => "",
            Meaning::Unknown => return None,
        };
        if call.function.is_default() {
            return if value.is_empty() {
                self.arguments(&call.arguments).map(|all| all.concat())
            } else {
                Some(value.to_owned())
            };
        }
        let arguments = self.arguments(&call.arguments)?;
        apply(call.function, value, &arguments)
    }

    fn arguments(&mut self, nodes: &[Node]) -> Option<Vec<String>> {
        let mut all = Vec::with_capacity(nodes.len());
        let mut length = 0;
        for node in nodes {
            let text = self.node(node)?;
            length += text.len();
            if length > LONGEST {
                return None;
            }
            all.push(text);
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests;
