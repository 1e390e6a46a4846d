//! Texts of HCL: their escapes, and the expressions that stand in them.

/// How many bytes a text in quotes has that begins here, both quotes included.
///
/// Expressions inside may hold texts in quotes themselves, to any depth.
pub(super) fn quoted_length(rest: &str) -> Option<usize> {
    let end = skip(rest.as_bytes(), 1, vec![Inside::Text])?;
    Some(end)
}

/// Where a scan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Text,
    /// An expression, with the number of braces that are open in it.
    Expression(usize),
}

/// The byte behind what is open: a text in quotes or an expression in `${…}`.
fn skip(bytes: &[u8], mut at: usize, mut open: Vec<Inside>) -> Option<usize> {
    while let Some(inside) = open.last_mut() {
        let byte = *bytes.get(at)?;
        let next = bytes.get(at + 1).copied();
        at += 1;
        match (inside, byte) {
            (Inside::Text, b'\n') => return None,
            (Inside::Text, b'\\') => at += 1,
            (Inside::Text, b'"') | (Inside::Expression(0), b'}') => {
                open.pop();
            }
            (Inside::Text, b'$' | b'%')
                if next == Some(byte) && bytes.get(at + 1) == Some(&b'{') =>
            {
                at += 2;
            }
            (Inside::Text, b'$' | b'%') if next == Some(b'{') => {
                at += 1;
                open.push(Inside::Expression(0));
            }
            (Inside::Expression(_), b'"') => open.push(Inside::Text),
            (Inside::Expression(depth), b'{') => *depth += 1,
            (Inside::Expression(depth), b'}') => *depth -= 1,
            _ => {}
        }
    }
    Some(at)
}

/// The text that a template stands for: escapes resolved, white space in its expressions dropped.
///
/// Only texts in quotes know escapes with a backslash.
pub(super) fn resolve(source: &str, quoted: bool) -> String {
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(at) = rest.find(['\\', '$', '%']) {
        text.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at..).unwrap_or("");
        let used = if rest.starts_with('\\') && quoted {
            escape(rest, &mut text)
        } else if rest.starts_with("$${") || rest.starts_with("%%{") {
            text.push_str(rest.get(1..3).unwrap_or(""));
            3
        } else if rest.starts_with("${") || rest.starts_with("%{") {
            let end = skip(rest.as_bytes(), 2, vec![Inside::Expression(0)]).unwrap_or(rest.len());
            without_space(rest.get(..end).unwrap_or(rest), &mut text);
            end
        } else {
            text.push_str(rest.get(..1).unwrap_or(""));
            1
        };
        rest = rest.get(used..).unwrap_or("");
    }
    text.push_str(rest);
    text
}

/// Resolves the escape at the beginning of a text; hands back its bytes.
fn escape(rest: &str, text: &mut String) -> usize {
    let code = |digits: usize| {
        let hex = rest.get(2..2 + digits)?;
        let character = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)?;
        Some((character, 2 + digits))
    };
    let next = rest.chars().nth(1);
    let (character, used) = match next {
        Some('n') => ('\n', 2),
        Some('r') => ('\r', 2),
        Some('t') => ('\t', 2),
        Some('u') => code(4).unwrap_or(('\\', 1)),
        Some('U') => code(8).unwrap_or(('\\', 1)),
        Some(sign @ ('"' | '\\')) => (sign, 2),
        _ => ('\\', 1),
    };
    text.push(character);
    used
}

/// An expression without the white space around its words.
fn without_space(expression: &str, text: &mut String) {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let (mut in_quotes, mut escaped, mut space) = (false, false, false);
    for character in expression.chars() {
        if in_quotes {
            text.push(character);
            in_quotes = escaped || character != '"';
            escaped = character == '\\' && !escaped;
        } else if character.is_whitespace() {
            space = true;
        } else {
            if space && word(character) && text.ends_with(word) {
                text.push(' ');
            }
            text.push(character);
            (space, in_quotes) = (false, character == '"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted_length, resolve};

    #[test]
    fn expressions_may_hold_quotes_and_braces() {
        for text in [
            r#""a""#,
            r#""a\"b""#,
            r#""${f("x", { a = "}" })}-b""#,
            r#""$${not}""#,
            r#""a ${b ? "${c["d"]}" : ""} e""#,
        ] {
            assert_eq!(quoted_length(&format!("{text} = \"")), Some(text.len()), "{text}");
        }
        for text in ["\"a", "\"a\nb\"", "\"${a\"", "\"\\"] {
            assert_eq!(quoted_length(text), None, "{text}");
        }
    }

    #[test]
    fn escapes_are_resolved_and_expressions_lose_their_space() {
        assert_eq!(resolve(r#"a\n\"\u00e9\q\\"#, true), "a\n\"é\\q\\");
        assert_eq!(resolve(r"a\n", false), r"a\n");
        assert_eq!(resolve("$${a} %%{b} $c 5%", true), "${a} %{b} $c 5%");
        assert_eq!(resolve("x-${ var.a } y", true), "x-${var.a} y");
        assert_eq!(resolve(r#"${ f("a  b", c) }"#, true), r#"${f("a  b",c)}"#);
        assert_eq!(resolve("%{ if a }b%{ endif }", true), "%{if a}b%{endif}");
    }
}
