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

/// Operators of two signs; one of them alone means nothing.
const PAIRS: &[(char, char)] = &[('=', '='), ('!', '='), ('&', '&'), ('|', '|'), (':', ':')];
/// Operators of one sign.
const OPERATORS: &str = "+-*/%<>?:";

/// The index of the token at which the expression between two indices stops to be one: the last,
/// where something is missing behind it. What stands in brackets is passed over.
pub(super) fn fault(tokens: &[Token], (first, stop): (usize, usize)) -> Option<usize> {
    let sign = |at: usize| match tokens.get(at).filter(|_| at < stop)?.kind {
        Kind::Sign(sign) => Some(sign),
        _ => None,
    };
    let (mut at, mut wanted) = (first, true);
    while let Some(token) = tokens.get(at).filter(|_| at < stop) {
        let Kind::Sign(one) = token.kind else {
            if token.kind != Kind::Line {
                if !wanted {
                    return Some(at);
                }
                wanted = false;
            }
            at += 1;
            continue;
        };
        let pair = sign(at + 1).is_some_and(|two| PAIRS.contains(&(one, two)));
        let used = match (wanted, one) {
            (true, '-' | '!') => 1,
            (true, '(' | '[' | '{') | (false, '(' | '[') => {
                wanted = false;
                token.closed_by + 1 - at
            }
            (false, '.') if sign(at + 1) == Some('*') => 2,
            (false, _) if pair || one == '.' || OPERATORS.contains(one) => {
                wanted = true;
                let compared = matches!(one, '<' | '>') && sign(at + 1) == Some('=');
                if pair || compared { 2 } else { 1 }
            }
            _ => return Some(at),
        };
        at += used;
    }
    wanted.then_some(stop)
}
