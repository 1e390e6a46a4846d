//! HCL, the notation of Terraform, OpenTofu and Terragrunt, to the tree.
//!
//! The tree is the one that HCL's own JSON notation has: a block is a key whose value nests its
//! labels; the body of a block without labels is a list of one map, because such blocks may repeat.
//! Keys that stand several times are kept, and those that may not are told. Literals are scalars, lists and maps; anything that has to
//! be worked out is a text `${…}` that holds the expression without white space. Nothing is evaluated.
//!
//! The crates that read HCL refuse files that Terraform takes (keys that stand twice) and keep no
//! list of comments, so the notation is read here; what has to be understood of an expression is
//! where it ends and that words and operators take turns.

mod expression;
mod parser;
mod template;
mod token;

#[cfg(test)]
mod tests;

use crate::syntax::store::{Parsed, Problem, ProblemKind};
use crate::text::{FileId, Span};

/// Parses a whole file to one document. Never fails: what is wrong stands in [`Parsed::problems`].
///
/// The span of a text in quotes includes them, that of a heredoc holds its lines only, that of a
/// block's body its braces, and that of what nests a label begins at the label.
pub fn parse(file: FileId, text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    let fault = match token::split(file, text) {
        Ok(token::Tokens { tokens, comments }) => {
            parsed.comments = comments;
            match parser::parse(file, text, &tokens) {
                Ok((document, twice)) => {
                    parsed.documents.extend(document);
                    parsed.problems = twice;
                    return parsed;
                }
                Err(fault) => fault,
            }
        }
        Err(fault) => fault,
    };
    let (place, reason) = fault;
    let span = Span::new(file, place.start, place.end);
    parsed.problems.push(Problem { span, kind: ProblemKind::Syntax(reason) });
    parsed
}
