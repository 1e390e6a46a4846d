//! Expressions as texts, so that they can be compared without being worked out.

use crate::syntax::hcl::token::{Kind, Token};

/// The expression of some tokens with neither white space nor comments nor commas that mean nothing.
pub(super) fn normal(text: &str, tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut open: Vec<char> = vec![];
    let mut before: Option<&Token> = None;
    let mut separator = false;
    for token in tokens {
        match token.kind {
            Kind::Line => {
                separator |= open.last() == Some(&'{');
                continue;
            }
            Kind::Sign(',') => {
                separator = true;
                continue;
            }
            _ => {}
        }
        let closes = matches!(token.kind, Kind::Sign(')' | ']' | '}'));
        let opened = before.is_some_and(|token| matches!(token.kind, Kind::Sign('(' | '[' | '{')));
        if separator && !closes && !opened {
            out.push(',');
        } else if before.is_some_and(Token::is_word) && token.is_word() {
            out.push(' ');
        }
        separator = false;
        match token.kind {
            Kind::Sign(sign @ ('(' | '[' | '{')) => open.push(sign),
            _ if closes => {
                open.pop();
            }
            _ => {}
        }
        out.push_str(text.get(token.start..token.end).unwrap_or(""));
        before = Some(token);
    }
    out
}
