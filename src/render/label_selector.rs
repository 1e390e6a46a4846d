//! Label and annotation selectors in the notation of Kubernetes: `app=web,tier in (a, b),!old`.

use std::collections::BTreeSet;

/// A parsed selector: all requirements must hold.
#[derive(Debug, Default)]
pub(super) struct LabelSelector {
    requirements: Vec<Requirement>,
}

#[derive(Debug)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Exists,
    Absent,
    In(BTreeSet<String>),
    NotIn(BTreeSet<String>),
    Above(i64),
    Below(i64),
}

impl LabelSelector {
    /// Reads a selector; an error is its message.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { tokens: tokens(text), at: 0 };
        let mut requirements = Vec::new();
        while parser.peek().is_some() {
            requirements.push(parser.requirement()?);
            match parser.next() {
                None => break,
                Some(Token::Comma)
                    if matches!(parser.peek(), Some(Token::Word(_) | Token::Not)) => {}
                Some(token) => return Err(unexpected(Some(&token), "`,` and a label")),
            }
        }
        Ok(Self { requirements })
    }

    /// Whether the labels, given by name, fulfil every requirement.
    pub(super) fn matches<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.requirements.iter().all(|requirement| {
            let value = label(&requirement.key);
            let number = || value.and_then(|value| value.parse::<i64>().ok());
            match &requirement.test {
                Test::Exists => value.is_some(),
                Test::Absent => value.is_none(),
                Test::In(values) => value.is_some_and(|value| values.contains(value)),
                Test::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
                Test::Above(limit) => number().is_some_and(|number| number > *limit),
                Test::Below(limit) => number().is_some_and(|number| number < *limit),
            }
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Comma,
    Open,
    Close,
    Not,
    /// `=` or `==`.
    Equal,
    NotEqual,
    Above,
    Below,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let mut doubled = |double: Token, single: Token| {
            if characters.next_if_eq(&'=').is_some() { double } else { single }
        };
        tokens.push(match character {
            ' ' | '\t' | '\r' | '\n' => continue,
            ',' => Token::Comma,
            '(' => Token::Open,
            ')' => Token::Close,
            '>' => Token::Above,
            '<' => Token::Below,
            '=' => doubled(Token::Equal, Token::Equal),
            '!' => doubled(Token::NotEqual, Token::Not),
            first => {
                let mut word = String::from(first);
                while let Some(next) = characters.next_if(|c| !" \t\r\n=!(),><".contains(*c)) {
                    word.push(next);
                }
                Token::Word(word)
            }
        });
    }
    tokens
}

fn unexpected(token: Option<&Token>, expected: &str) -> String {
    match token {
        Some(Token::Word(word)) => format!("found `{word}` instead of {expected}"),
        Some(_) => format!("found a sign instead of {expected}"),
        None => format!("the selector ends where {expected} is expected"),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += 1;
        token
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let (absent, token) = match self.next() {
            Some(Token::Not) => (true, self.next()),
            token => (false, token),
        };
        let Some(Token::Word(key)) = token else {
            return Err(unexpected(token.as_ref(), "a label"));
        };
        if !is_key(&key) {
            return Err(format!("`{key}` is no name of a label"));
        }
        let test = match (absent, self.peek()) {
            (true, _) => Test::Absent,
            (false, None | Some(Token::Comma)) => Test::Exists,
            _ => self.test()?,
        };
        Ok(Requirement { key, test })
    }

    fn test(&mut self) -> Result<Test, String> {
        let token = self.next();
        match &token {
            Some(Token::Equal) => Ok(Test::In([self.value()?].into())),
            Some(Token::NotEqual) => Ok(Test::NotIn([self.value()?].into())),
            Some(Token::Word(word)) if word == "in" => Ok(Test::In(self.values()?)),
            Some(Token::Word(word)) if word == "notin" => Ok(Test::NotIn(self.values()?)),
            Some(Token::Above) => Ok(Test::Above(self.number()?)),
            Some(Token::Below) => Ok(Test::Below(self.number()?)),
            _ => Err(unexpected(token.as_ref(), "`=`, `!=`, `in`, `notin`, `<` or `>`")),
        }
    }

    /// A single value; empty at the end and before a comma.
    fn value(&mut self) -> Result<String, String> {
        match self.peek() {
            None | Some(Token::Comma) => Ok(String::new()),
            Some(Token::Word(word)) => {
                let word = checked(word)?;
                self.at += 1;
                Ok(word)
            }
            token => Err(unexpected(token, "a value")),
        }
    }

    fn number(&mut self) -> Result<i64, String> {
        let value = self.value()?;
        value.parse().ok().ok_or_else(|| format!("`{value}` is no whole number"))
    }

    /// `(a, b, c)`, where a value may be empty.
    fn values(&mut self) -> Result<BTreeSet<String>, String> {
        let open = self.next();
        if open != Some(Token::Open) {
            return Err(unexpected(open.as_ref(), "`(`"));
        }
        let mut values = BTreeSet::new();
        if self.peek() == Some(&Token::Close) {
            return Err("the list of values is empty".to_owned());
        }
        loop {
            match self.next() {
                Some(Token::Word(word)) => {
                    values.insert(checked(&word)?);
                    match self.next() {
                        Some(Token::Comma) if self.peek() != Some(&Token::Close) => {}
                        Some(Token::Comma) => {
                            values.insert(String::new());
                        }
                        Some(Token::Close) => return Ok(values),
                        token => return Err(unexpected(token.as_ref(), "`,` or `)`")),
                    }
                }
                Some(Token::Comma) => {
                    values.insert(String::new());
                }
                Some(Token::Close) => return Ok(values),
                token => return Err(unexpected(token.as_ref(), "a value or `)`")),
            }
        }
    }
}

fn checked(value: &str) -> Result<String, String> {
    if is_name(value) {
        Ok(value.to_owned())
    } else {
        Err(format!("`{value}` is no value of a label"))
    }
}

/// A name with an optional domain before a slash.
fn is_key(key: &str) -> bool {
    let domain_part = |part: &str| {
        let inner = part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        inner && !part.is_empty() && !part.starts_with('-') && !part.ends_with('-')
    };
    match key.split_once('/') {
        Some((domain, name)) => {
            domain.len() <= 253 && domain.split('.').all(domain_part) && is_name(name)
        }
        None => is_name(key),
    }
}

/// Letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
fn is_name(name: &str) -> bool {
    let end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    let inner = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
    inner && bytes.len() <= 63 && end(bytes.first()) && end(bytes.last())
}

#[cfg(test)]
mod tests {
    use super::LabelSelector;

    fn matches(selector: &str) -> bool {
        let label = |name: &str| match name {
            "app" => Some("web"),
            "example.org/n" => Some("5"),
            "in" => Some("notin"),
            "empty" => Some(""),
            _ => None,
        };
        LabelSelector::parse(selector).unwrap().matches(label)
    }

    #[test]
    fn speaks_the_grammar_of_kubernetes() {
        for selector in [
            "",
            "app",
            "app=web",
            "app == web",
            " app = web , !old",
            "app!=api",
            "old!=x",
            "app in (api, web)",
            "app notin (api)",
            "old notin (x)",
            "example.org/n>4",
            "example.org/n<6",
            "in=notin",
            "in in (notin)",
            "empty=",
            "empty=,app",
            "empty in (a,)",
            "empty in (,a)",
            "empty in (a,,b)",
        ] {
            assert!(matches(selector), "{selector}");
        }
        for selector in
            ["old", "!app", "app=api", "app!=web", "app notin (api,web)", "old=x", "old>1"]
        {
            assert!(!matches(selector), "{selector}");
        }
    }

    #[test]
    fn refuses_anything_else() {
        for selector in [
            "app=web,",
            ",app",
            "app web",
            "!app=web",
            "app in api",
            "app in ()",
            "app in (a",
            "app in (a b)",
            "app=a=b",
            "-app",
            "a/b/c",
            "A.org/x",
            "app=a/b",
            "app>x",
            "=a",
            "app=(",
            "app in",
        ] {
            assert!(LabelSelector::parse(selector).is_err(), "{selector}");
        }
    }
}
