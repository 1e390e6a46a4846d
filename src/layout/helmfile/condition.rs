//! Conditions of templates that only ask for the environment, or for values that are known.

/// Deepest nesting of a condition.
const DEPTH: usize = 16;
/// Longest condition.
const LONGEST: usize = 1_024;
/// What leads to the values of an environment.
const VALUES: [&str; 3] = [".Environment.Values.", ".StateValues.", ".Values."];

/// What is known of a part of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    Bool(bool),
    Text(String),
}

/// The path of a value of the environment: `a.b` of `.Values.a.b`.
pub(crate) fn path(text: &str) -> Option<&str> {
    let path = VALUES.iter().find_map(|start| text.strip_prefix(start))?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    (!path.is_empty() && path.chars().all(plain)).then_some(path)
}

/// Whether a condition holds in an environment; `None` where it asks for more than its name and the
/// values that `value` knows as texts.
pub(crate) fn holds(
    condition: &str,
    environment: &str,
    value: &dyn Fn(&str) -> Option<String>,
) -> Option<bool> {
    if condition.len() > LONGEST {
        return None;
    }
    let tokens = tokens(condition)?;
    let mut reader = Reader { tokens: &tokens, environment, value };
    let known = reader.call(0)?;
    match known {
        _ if !reader.tokens.is_empty() => None,
        Known::Bool(holds) => Some(holds),
        Known::Text(text) => match text.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
    }
}

/// Parentheses, quoted texts with their quotes, and words.
fn tokens(text: &str) -> Option<Vec<&str>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '(' | ')' => 1,
            '"' | '`' => rest.get(1..)?.find(first)? + 2,
            _ => rest.find([' ', '\t', '(', ')']).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at_checked(end)?;
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}

struct Reader<'r> {
    tokens: &'r [&'r str],
    environment: &'r str,
    value: &'r dyn Fn(&str) -> Option<String>,
}

impl<'r> Reader<'r> {
    fn next(&mut self) -> Option<&'r str> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// A function with its arguments, up to the end or the parenthesis that closes it.
    fn call(&mut self, depth: usize) -> Option<Known> {
        if depth > DEPTH {
            return None;
        }
        let name = *self.tokens.first()?;
        if !matches!(name, "eq" | "ne" | "and" | "or" | "not") {
            return self.operand(depth);
        }
        self.next();
        let mut operands = Vec::new();
        while self.tokens.first().is_some_and(|token| *token != ")") {
            operands.push(self.operand(depth)?);
        }
        let bools = || -> Option<Vec<bool>> {
            let bool_of = |known: &Known| match known {
                Known::Bool(bool) => Some(*bool),
                Known::Text(text) => text.parse().ok(),
            };
            operands.iter().map(bool_of).collect()
        };
        let found = match (name, &operands[..]) {
            ("eq", [first, others @ ..]) if !others.is_empty() => others.contains(first),
            ("ne", [first, second]) => first != second,
            ("and", [_, ..]) => bools()?.into_iter().all(|it| it),
            ("or", [_, ..]) => bools()?.into_iter().any(|it| it),
            ("not", [_]) => !bools()?.first()?,
            _ => return None,
        };
        Some(Known::Bool(found))
    }

    fn operand(&mut self, depth: usize) -> Option<Known> {
        let token = self.next()?;
        match token {
            "(" => {
                let found = self.call(depth + 1)?;
                (self.next() == Some(")")).then_some(found)
            }
            ".Environment.Name" => Some(Known::Text(self.environment.to_owned())),
            "true" => Some(Known::Bool(true)),
            "false" => Some(Known::Bool(false)),
            _ if token.starts_with(['"', '`']) => {
                Some(Known::Text(token.trim_matches(['"', '`']).to_owned()))
            }
            _ => {
                let text = (self.value)(path(token)?)?;
                Some(text.parse().map_or(Known::Text(text), Known::Bool))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn conditions_about_names_and_known_values() {
        let value = |path: &str| match path {
            "on" => Some("true".to_owned()),
            "tier.name" => Some("gold".to_owned()),
            _ => None,
        };
        for (condition, expected) in [
            ("eq .Environment.Name \"prod\"", Some(true)),
            ("eq \"test\" .Environment.Name", Some(false)),
            ("eq .Environment.Name \"test\" \"prod\"", Some(true)),
            ("ne .Environment.Name `prod`", Some(false)),
            ("or (eq .Environment.Name \"a\") (eq .Environment.Name \"prod\")", Some(true)),
            ("and .Values.on (not (eq .Environment.Name \"prod\"))", Some(false)),
            (".Environment.Values.on", Some(true)),
            ("eq .StateValues.tier.name \"gold\"", Some(true)),
            (".Values.off", None),
            ("hasKey .Values \"on\"", None),
            ("eq .Environment.Name", None),
            ("eq .Environment.Name \"prod", None),
            ("eq (.Environment.Name \"prod\"", None),
            (".Values.on | not", None),
            ("", None),
        ] {
            assert_eq!(holds(condition, "prod", &value), expected, "{condition}");
        }
        assert_eq!(holds(&"(".repeat(500), "prod", &value), None);
    }
}
