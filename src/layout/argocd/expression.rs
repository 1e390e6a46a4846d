//! The part of Go templates that names and changes texts: `.path.basename | trimSuffix "-app"`.
//!
//! A function that is not in the table makes the whole expression unknown.

use crate::kube::Value;
use crate::layout::argocd::params::Params;
use crate::text::Span;

/// More words than this in one expression are not looked at.
const MOST_WORDS: usize = 200;
/// Deeper parentheses are not looked into.
const DEPTH: usize = 10;

/// What an expression yields.
#[derive(Debug, Clone)]
enum Yield {
    Text(String, Vec<Span>),
    Tree(Value),
    /// A name that has no value.
    Nothing,
}

impl Yield {
    fn text(&self) -> Option<(String, Vec<Span>)> {
        match self {
            Self::Text(text, spans) => Some((text.clone(), spans.clone())),
            Self::Tree(value) => Some((value.text()?.to_owned(), vec![value.span()])),
            Self::Nothing => None,
        }
    }
}

/// The text that an expression yields and the bytes that it comes from; nothing if it is unknown.
pub(super) fn text(expression: &str, params: &Params) -> Option<(String, Vec<Span>)> {
    let words = words(expression)?;
    let mut at = 0;
    let found = pipeline(&words, &mut at, params, 0)?;
    if at == words.len() { found.text() } else { None }
}

/// One word of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Word<'e> {
    Open,
    Close,
    Pipe,
    Quoted(String),
    Plain(&'e str),
}

fn words(expression: &str) -> Option<Vec<Word<'_>>> {
    let mut words = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        if words.len() > MOST_WORDS {
            return None;
        }
        let length = match first {
            '(' | ')' | '|' => {
                words.push(match first {
                    '(' => Word::Open,
                    ')' => Word::Close,
                    _ => Word::Pipe,
                });
                1
            }
            '"' | '`' => {
                let end = rest[1..].find(first)? + 1;
                let inner = &rest[1..end];
                if first == '"' && inner.contains('\\') {
                    return None;
                }
                words.push(Word::Quoted(inner.to_owned()));
                end + 1
            }
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|');
                let end = rest.find(ends).unwrap_or(rest.len());
                words.push(Word::Plain(&rest[..end]));
                end
            }
        };
        rest = rest[length..].trim_start();
    }
    Some(words)
}

/// Commands with `|` between them: what one yields is the last argument of the next.
fn pipeline(words: &[Word<'_>], at: &mut usize, params: &Params, depth: usize) -> Option<Yield> {
    if depth > DEPTH {
        return None;
    }
    let mut carried: Option<Yield> = None;
    loop {
        let mut arguments = Vec::new();
        let mut function = None;
        while let Some(word) = words.get(*at) {
            *at += 1;
            match word {
                Word::Open => {
                    arguments.push(pipeline(words, at, params, depth + 1)?);
                    if words.get(*at) != Some(&Word::Close) {
                        return None;
                    }
                    *at += 1;
                }
                Word::Close | Word::Pipe => {
                    *at -= 1;
                    break;
                }
                Word::Quoted(text) => arguments.push(Yield::Text(text.clone(), Vec::new())),
                Word::Plain(name) if name.starts_with('.') => {
                    arguments.push(field(name, params)?);
                }
                Word::Plain(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                    arguments.push(Yield::Text((*name).to_owned(), Vec::new()));
                }
                Word::Plain(name) if function.is_none() && arguments.is_empty() => {
                    function = Some(*name);
                }
                Word::Plain(_) => return None,
            }
        }
        arguments.extend(carried.take());
        let found = match function {
            Some(name) => call(name, &arguments, params)?,
            None => match &arguments[..] {
                [one] => one.clone(),
                _ => return None,
            },
        };
        if words.get(*at) != Some(&Word::Pipe) {
            return Some(found);
        }
        *at += 1;
        carried = Some(found);
    }
}

/// `.a.b.c`
fn field(name: &str, params: &Params) -> Option<Yield> {
    let path: Vec<&str> = name.trim_start_matches('.').split('.').collect();
    match params.at(&path) {
        Some(value) => Some(Yield::Tree(value.clone())),
        None if params.open => None,
        None => Some(Yield::Nothing),
    }
}

type Function = fn(&[String]) -> Option<String>;

/// Functions of texts: name, number of arguments, and what they yield.
const FUNCTIONS: &[(&str, usize, Function)] = &[
    ("lower", 1, |a| Some(a.first()?.to_lowercase())),
    ("normalize", 1, |a| Some(normalized(a.first()?))),
    ("quote", 1, |a| Some(format!("\"{}\"", a.first()?))),
    ("replace", 3, |a| match a {
        [old, new, text] if !old.is_empty() => Some(text.replace(old.as_str(), new)),
        _ => None,
    }),
    ("squote", 1, |a| Some(format!("'{}'", a.first()?))),
    ("toString", 1, |a| a.first().cloned()),
    ("trim", 1, |a| Some(a.first()?.trim().to_owned())),
    ("trimPrefix", 2, |a| match a {
        [prefix, text] => Some(text.strip_prefix(prefix.as_str()).unwrap_or(text).to_owned()),
        _ => None,
    }),
    ("trimSuffix", 2, |a| match a {
        [suffix, text] => Some(text.strip_suffix(suffix.as_str()).unwrap_or(text).to_owned()),
        _ => None,
    }),
    ("trunc", 2, |a| match a {
        [length, text] => Some(text.chars().take(length.parse().ok()?).collect()),
        _ => None,
    }),
    ("upper", 1, |a| Some(a.first()?.to_uppercase())),
];

fn call(name: &str, arguments: &[Yield], params: &Params) -> Option<Yield> {
    match (name, arguments) {
        ("index", [tree, steps @ ..]) => return index(tree, steps, params),
        ("default", [otherwise, value]) => {
            let empty = matches!(value, Yield::Nothing)
                || value.text().is_some_and(|(text, _)| text.is_empty());
            return Some(if empty { otherwise.clone() } else { value.clone() });
        }
        ("first", [Yield::Tree(list)]) => return element(list, <[Value]>::first),
        ("last", [Yield::Tree(list)]) => return element(list, <[Value]>::last),
        ("printf", [format, rest @ ..]) => return printf(format, rest),
        _ => {}
    }
    let (_, count, function) = FUNCTIONS.iter().find(|(known, ..)| *known == name)?;
    if arguments.len() != *count {
        return None;
    }
    let told: Vec<_> = arguments.iter().map(Yield::text).collect::<Option<_>>()?;
    let (texts, spans): (Vec<String>, Vec<Vec<Span>>) = told.into_iter().unzip();
    Some(Yield::Text(function(&texts)?, spans.concat()))
}

fn element(list: &Value, pick: fn(&[Value]) -> Option<&Value>) -> Option<Yield> {
    Some(Yield::Tree(pick(list.as_list()?)?.clone()))
}

/// `index .path.segments 1`, `index .metadata.labels "team"`
fn index(tree: &Yield, steps: &[Yield], params: &Params) -> Option<Yield> {
    let Yield::Tree(value) = tree else { return None };
    let mut value = value;
    for step in steps {
        let (step, _) = step.text()?;
        let next = match value.as_list() {
            Some(items) => items.get(step.parse::<usize>().ok()?),
            None => value.get(&step),
        };
        match next {
            Some(next) => value = next,
            None if params.open => return None,
            None => return Some(Yield::Nothing),
        }
    }
    Some(Yield::Tree(value.clone()))
}

/// Formats of which every verb is `%s`.
fn printf(format: &Yield, rest: &[Yield]) -> Option<Yield> {
    let (format, mut spans) = format.text()?;
    let pieces: Vec<&str> = format.split("%s").collect();
    if pieces.len() != rest.len() + 1 || pieces.iter().any(|piece| piece.contains('%')) {
        return None;
    }
    let mut result = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        result.push_str(piece);
        if let Some(argument) = rest.get(at) {
            let (text, told) = argument.text()?;
            result.push_str(&text);
            spans.extend(told);
        }
    }
    Some(Yield::Text(result, spans))
}

/// What Argo CD makes of a text that is to be a name: lower case, and `-` for all that a name
/// cannot have.
pub(super) fn normalized(text: &str) -> String {
    const LONGEST: usize = 253;
    let name: String = text
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '-' })
        .take(LONGEST)
        .collect();
    name.trim_matches(['-', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::kube::load;
    use crate::layout::argocd::params::Params;
    use crate::syntax::parse_yaml;
    use crate::syntax::scalar::Dialect;
    use crate::text::FileId;

    fn params(yaml: &str, open: bool) -> Params {
        let parsed = parse_yaml(FileId(0), yaml);
        let tree = load(parsed.documents[0].root(), Dialect::Config).unwrap();
        let entries = tree.as_map().unwrap().iter();
        let values = entries.map(|entry| (entry.key.clone(), entry.value.clone())).collect();
        Params { values, open }
    }

    #[test]
    fn names_and_functions() {
        let params = params(
            "name: Orders_EU\npath: {segments: [apps, orders, prod], basename: prod}\nempty: ''\n",
            false,
        );
        let yields = |expression: &str| text(expression, &params).map(|(text, _)| text);
        for (expression, expected) in [
            (".name", "Orders_EU"),
            (".path.basename", "prod"),
            ("index .path.segments 1", "orders"),
            ("(index .path.segments 1) | upper", "ORDERS"),
            (".name | lower | replace \"_\" \"-\"", "orders-eu"),
            ("normalize .name", "orders-eu"),
            ("default \"x\" .absent", "x"),
            (".empty | default \"x\"", "x"),
            ("default \"x\" .path.basename", "prod"),
            ("trimSuffix \"_EU\" .name", "Orders"),
            ("printf \"%s-%s\" .path.basename (lower .name)", "prod-orders_eu"),
            ("last .path.segments", "prod"),
        ] {
            assert_eq!(yields(expression).as_deref(), Some(expected), "{expression}");
        }
        for expression in [
            ".absent",
            "env \"HOME\"",
            ".path",
            "lower",
            "(.name",
            ".name)",
            "\"",
            "index .name 1 2",
            "",
        ] {
            assert_eq!(yields(expression), None, "{expression}");
        }
    }

    #[test]
    fn what_the_cluster_may_tell_is_not_absent() {
        let open = params("known: a\n", true);
        assert_eq!(text("default \"x\" .metadata.labels.env", &open), None);
        assert_eq!(text(".known", &open).map(|(text, _)| text).as_deref(), Some("a"));
    }

    #[test]
    fn hostile_expressions_end() {
        let params = params("a: b\n", false);
        assert_eq!(text(&"(".repeat(10_000), &params), None);
        assert_eq!(text(&".a | lower ".repeat(1_000), &params), None);
        assert_eq!(text(&format!("{}.a{}", "(".repeat(50), ")".repeat(50)), &params), None);
    }
}
