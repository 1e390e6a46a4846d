//! Patterns for paths inside an object: `spec.containers[name=api].env[*].value`, `data.**`.

use std::borrow::Cow;
use std::fmt;

use crate::kube::PathStep;
use crate::text::wild_match;

/// A pattern over paths.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct PathPattern {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Key(Text),
    Element { key: String, value: Text },
    Index(usize),
    AnyElement,
    AnyStep,
    AnySteps,
}

/// A literal text, or one with `*` for any characters.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Text {
    Literal(String),
    Wild(String),
}

/// Why a text is not a path pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is not a path: {problem} (character {at})")]
pub struct PathPatternError {
    pattern: String,
    at: usize,
    problem: &'static str,
}

impl PathPattern {
    /// Reads a pattern. Keys are separated by dots; a key with a dot stands in double quotes.
    pub fn parse(text: &str) -> Result<Self, PathPatternError> {
        let mut scanner = Scanner { rest: text.chars().peekable(), at: 0 };
        let parts = scanner.parts().map_err(|problem| PathPatternError {
            pattern: text.to_owned(),
            at: scanner.at + 1,
            problem,
        })?;
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern stands for this path. Takes time in proportion to both lengths.
    pub fn matches(&self, path: &[PathStep]) -> bool {
        // Most patterns are ruled out by their last part.
        let last = self.parts.last().filter(|part| **part != Part::AnySteps);
        last.is_none_or(|part| path.last().is_some_and(|step| part.matches(step)))
            && wild_match(&self.parts, path, |part| *part == Part::AnySteps, Part::matches)
    }

    /// Whether the pattern stands for a path as [`crate::kube::Path`] is displayed.
    pub fn matches_text(&self, path: &str) -> bool {
        let Ok(path) = Self::parse(path) else { return false };
        let steps: Vec<_> = path.parts.iter().map(Part::as_step).collect();
        self.matches(&steps)
    }
}

impl TryFrom<String> for PathPattern {
    type Error = PathPatternError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl schemars::JsonSchema for PathPattern {
    fn schema_name() -> Cow<'static, str> {
        "PathPattern".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Part {
    fn matches(&self, step: &PathStep) -> bool {
        match (self, step) {
            (Self::Key(pattern), PathStep::Key(key)) => pattern.matches(key),
            (Self::Element { key: own, value: pattern }, PathStep::Element { key, value }) => {
                own.as_str() == &**key && pattern.matches(value)
            }
            (Self::Index(own), PathStep::Index(index)) => own == index,
            (Self::AnyElement, PathStep::Element { .. } | PathStep::Index(_))
            | (Self::AnyStep | Self::AnySteps, _) => true,
            _ => false,
        }
    }

    /// A part of a path that was read as a pattern, as the step that it names.
    fn as_step(&self) -> PathStep {
        match self {
            Self::Key(Text::Literal(text) | Text::Wild(text)) => {
                PathStep::Key(text.as_str().into())
            }
            Self::Element { key, value: Text::Literal(value) | Text::Wild(value) } => {
                PathStep::Element { key: key.as_str().into(), value: value.as_str().into() }
            }
            Self::Index(index) => PathStep::Index(*index),
            Self::AnyElement | Self::AnyStep => PathStep::Key("*".into()),
            Self::AnySteps => PathStep::Key("**".into()),
        }
    }
}

impl Text {
    fn new(text: String, quoted: bool) -> Self {
        if !quoted && text.contains('*') { Self::Wild(text) } else { Self::Literal(text) }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Literal(own) => own == text,
            Self::Wild(pattern) => {
                let (pattern, text): (Vec<_>, Vec<_>) =
                    (pattern.chars().collect(), text.chars().collect());
                wild_match(&pattern, &text, |part| *part == '*', |part, other| part == other)
            }
        }
    }
}

struct Scanner<'t> {
    rest: std::iter::Peekable<std::str::Chars<'t>>,
    at: usize,
}

impl Scanner<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.rest.next();
        self.at += usize::from(next.is_some());
        next
    }

    fn parts(&mut self) -> Result<Vec<Part>, &'static str> {
        let mut parts = Vec::new();
        loop {
            match self.rest.peek() {
                Some('[') => {
                    self.next();
                    parts.push(self.element()?);
                }
                Some('.') if !parts.is_empty() => {
                    self.next();
                    parts.push(self.key()?);
                }
                Some(_) if parts.is_empty() => parts.push(self.key()?),
                Some(_) => return Err("a `.` or `[` is missing here"),
                None if parts.is_empty() => return Err("it is empty"),
                None => return Ok(parts),
            }
        }
    }

    fn key(&mut self) -> Result<Part, &'static str> {
        let (text, quoted) = self.text(&['.', '['])?;
        Ok(match text.as_str() {
            "" if !quoted => return Err("a key is missing here"),
            "*" if !quoted => Part::AnyStep,
            "**" if !quoted => Part::AnySteps,
            _ => Part::Key(Text::new(text, quoted)),
        })
    }

    fn element(&mut self) -> Result<Part, &'static str> {
        let (key, quoted) = self.text(&['=', ']'])?;
        match self.next() {
            Some('=') => {
                let (value, quoted) = self.text(&[']'])?;
                self.next().ok_or("a `]` is missing")?;
                Ok(Part::Element { key, value: Text::new(value, quoted) })
            }
            Some(_) if key == "*" && !quoted => Ok(Part::AnyElement),
            Some(_) => key
                .parse()
                .map(Part::Index)
                .map_err(|_not_a_number| "`[…]` holds `key=value`, a number or `*`"),
            None => Err("a `]` is missing"),
        }
    }

    /// Text up to one of `ends`, which stays unread, or a text in double quotes.
    fn text(&mut self, ends: &[char]) -> Result<(String, bool), &'static str> {
        let mut text = String::new();
        if self.rest.peek() == Some(&'"') {
            self.next();
            loop {
                match self.next().ok_or("a `\"` is missing")? {
                    '"' => return Ok((text, true)),
                    '\\' => text.push(self.next().ok_or("a `\"` is missing")?),
                    plain => text.push(plain),
                }
            }
        }
        while let Some(&character) = self.rest.peek() {
            if ends.contains(&character) {
                break;
            }
            text.push(character);
            self.next();
        }
        Ok((text, false))
    }
}

#[cfg(test)]
mod tests {
    use super::PathPattern;
    use crate::kube::{Path, PathStep};

    fn matches(pattern: &str, path: &str) -> bool {
        PathPattern::parse(pattern).unwrap().matches_text(path)
    }

    #[test]
    fn stars_stand_for_steps_elements_and_parts_of_keys() {
        let path = "spec.containers[name=api].env[name=LOG_LEVEL].value";
        for pattern in [
            path,
            "spec.containers[*].env[name=LOG_*].value",
            "spec.*.*.**",
            "**.value",
            "**.env[name=LOG_LEVEL].**",
            "spec.**.env.**.value.**",
        ] {
            // `env` is a key and `[name=…]` an element: both count as steps.
            assert!(matches(pattern, path), "{pattern}");
        }
        for pattern in ["spec", "spec.containers[name=db].**", "**.env", "spec.*.value", "*.*"] {
            assert!(!matches(pattern, path), "{pattern}");
        }
        assert!(matches("data.**", "data"));
        assert!(matches(
            "spec.volumeClaimTemplates.**.storage",
            "spec.volumeClaimTemplates[0].storage"
        ));
    }

    #[test]
    fn paths_survive_being_written_and_read() {
        let steps = [
            PathStep::Key("metadata".into()),
            PathStep::Key("annotations".into()),
            PathStep::Key("a.b/\"c*".into()),
            PathStep::Element { key: "name".into(), value: "x]y".into() },
            PathStep::Index(3),
        ];
        let text = Path(steps.to_vec()).to_string();
        assert_eq!(text, r#"metadata.annotations."a.b/\"c*"[name="x]y"][3]"#);
        assert!(PathPattern::parse(&text).unwrap().matches(&steps));
        assert!(matches("metadata.**", &text));
    }

    #[test]
    fn nonsense_is_refused_with_its_place() {
        for (pattern, at) in
            [("", 1), ("a..b", 3), ("a[", 3), ("a[x]", 5), ("a]b.\"", 6), ("[0]x", 4)]
        {
            let error = PathPattern::parse(pattern).unwrap_err();
            assert_eq!(error.at, at, "{error}");
        }
    }

    #[test]
    fn many_stars_end_quickly() {
        let pattern = "**.a.".repeat(200) + "b";
        let path = "a.".repeat(2_000) + "a";
        assert!(!matches(&pattern, &path));
    }
}
