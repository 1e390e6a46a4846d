//! Where a replacement puts its value.

use regex::Regex;

use crate::kube::Action;
use crate::kube::Entry;
use crate::kube::Kind;
use crate::kube::Map;
use crate::kube::Provenance;
use crate::kube::Scalar;
use crate::kube::Value;
use crate::render::growth::Growth;
use crate::render::patch::{PatchError, shape};
use crate::render::pattern;
use crate::render::replacement::path;
use crate::render::replacement::source::raw;
use crate::syntax::scalar::{self, Dialect, Tag};
use crate::text::Span;

/// The `options` of a target.
#[derive(Debug, Clone, Default)]
pub(crate) struct TargetOptions {
    /// Makes what is missing on the way.
    pub(crate) create: bool,
    /// Cuts the old text into parts; empty: the whole text is replaced.
    pub(crate) delimiter: String,
    /// The part to replace: negative is before the first, too large is after the last.
    pub(crate) index: i64,
}

/// The path of a target: it may lead to several values.
#[derive(Debug)]
pub(crate) struct TargetPath {
    text: String,
    parts: Vec<Part>,
    span: Span,
}

#[derive(Debug)]
enum Part {
    Key(String),
    Index(usize),
    Every,
    Element(Element),
}

/// `[key=value]`: the elements whose text under the key matches.
#[derive(Debug)]
struct Element {
    key: String,
    text: String,
    pattern: Regex,
}

impl Element {
    fn matches(&self, item: &Value) -> bool {
        let value = if self.key.is_empty() { Some(item) } else { item.get(&self.key) };
        value.is_some_and(|value| self.pattern.is_match(raw(value)))
    }
}

impl TargetPath {
    pub(crate) fn parse(text: &str, span: Span) -> Result<Self, PatchError> {
        let parts = path::split(text, span)?.into_iter().map(|part| {
            if part == "*" {
                return Ok(Part::Every);
            }
            if let Ok(index) = part.parse() {
                return Ok(Part::Index(index));
            }
            let Some(element) = path::element(&part) else { return Ok(Part::Key(part)) };
            let (key, text) = element
                .map_err(|message| PatchError::new(span, message).help("write `[name=value]`"))?;
            let pattern = pattern::compile(text).map_err(|message| {
                PatchError::new(span, message)
                    .help("write `[name=value]`; the value is a regular expression")
            })?;
            Ok(Part::Element(Element { key: key.to_owned(), text: text.to_owned(), pattern }))
        });
        Ok(Self { text: text.to_owned(), parts: parts.collect::<Result<_, _>>()?, span })
    }

    /// Puts `source` at every place that the path leads to; there must be one.
    ///
    /// After an error the object is half changed and must not be used.
    pub(crate) fn write(
        &self,
        body: &mut Value,
        source: &Value,
        options: &TargetOptions,
        growth: &mut Growth,
    ) -> Result<(), PatchError> {
        let mut writer = Writer { path: self, source, options, growth };
        if writer.visit(body, &self.parts, false)? == 0 {
            let message = format!("the target of the replacement has nothing at `{}`", self.text);
            return Err(PatchError::new(self.span, message)
                .help("set `options.create: true` to make what is missing"));
        }
        Ok(())
    }
}

struct Writer<'w> {
    path: &'w TargetPath,
    source: &'w Value,
    options: &'w TargetOptions,
    growth: &'w mut Growth,
}

impl Writer<'_> {
    /// How many values were written. Recursion is bounded by the length of the path.
    fn visit(
        &mut self,
        value: &mut Value,
        parts: &[Part],
        made: bool,
    ) -> Result<usize, PatchError> {
        let Some((part, rest)) = parts.split_first() else {
            return self.set(value, made).map(|()| 1);
        };
        match part {
            Part::Key(_) if value.is_null() => {
                // Kustomize writes into the null, and the null stays.
                return Ok(usize::from(self.options.create));
            }
            Part::Every | Part::Element(_) if value.is_null() => return Ok(0),
            _ => {}
        }
        match part {
            Part::Key(key) => {
                let found = shape(value);
                let Some(map) = value.as_map_mut().filter(|_| !key.is_empty()) else {
                    return Err(self.wrong(found, key));
                };
                if let Some(value) = map.get_mut(key) {
                    return self.visit(value, rest, false);
                }
                if !self.options.create {
                    return Ok(0);
                }
                let mut value = self.make(rest);
                let count = self.visit(&mut value, rest, true)?;
                map.insert(Entry { key: key.as_str().into(), key_span: self.path.span, value });
                Ok(count)
            }
            Part::Index(index) => {
                let found = shape(value);
                let items =
                    value.as_list_mut().ok_or_else(|| self.wrong(found, &index.to_string()))?;
                let made = self.options.create && items.len() == *index;
                if made {
                    items.push(self.make(rest));
                }
                let len = items.len();
                if let Some(item) = items.get_mut(*index) {
                    return self.visit(item, rest, made);
                }
                let message = format!(
                    "`{}` asks for element {index} of a list that has {len}",
                    self.path.text
                );
                Err(PatchError::new(self.path.span, message)
                    .help("count elements from 0, or find one by `[name=…]`"))
            }
            Part::Every => {
                let found = shape(value);
                let items = value.as_list_mut().ok_or_else(|| self.wrong(found, "*"))?;
                let mut count = 0;
                for item in items {
                    count += self.visit(item, rest, false)?;
                }
                Ok(count)
            }
            Part::Element(element) => {
                let found = shape(value);
                let items = value.as_list_mut().ok_or_else(|| self.wrong(found, &element.text))?;
                let count = self.visit_matching(items, element, rest)?;
                if count > 0 || !self.options.create {
                    return Ok(count);
                }
                items.push(self.make_element(element));
                self.visit_matching(items, element, rest)
            }
        }
    }

    fn visit_matching(
        &mut self,
        items: &mut [Value],
        element: &Element,
        rest: &[Part],
    ) -> Result<usize, PatchError> {
        // Behind a scalar the rest of the path does not count.
        let rest = if element.key.is_empty() { &[] } else { rest };
        let mut count = 0;
        for item in items.iter_mut().filter(|item| element.matches(item)) {
            count += self.visit(item, rest, false)?;
        }
        Ok(count)
    }

    fn provenance(&self) -> Provenance {
        Provenance::new(Action::Replaced, self.path.span)
    }

    /// A new value that the rest of the path can lead into.
    fn make(&self, rest: &[Part]) -> Value {
        match (rest.first(), &self.source.kind) {
            (Some(Part::Element(_) | Part::Index(_)), _) => Value::list(vec![], self.provenance()),
            (None, Kind::Scalar(_)) => Value::string("", self.provenance()),
            _ => Value::map(Map::default(), self.provenance()),
        }
    }

    fn make_element(&self, element: &Element) -> Value {
        let tag = scalar::resolve(&element.text, Dialect::Resource);
        let value = Value::scalar(tag, element.text.as_str(), self.provenance());
        if element.key.is_empty() {
            return value;
        }
        let entry = Entry { key: element.key.as_str().into(), key_span: self.path.span, value };
        Value::map([entry].into_iter().collect(), self.provenance())
    }

    /// Of a scalar only the text changes, and its type must allow it.
    fn set(&mut self, value: &mut Value, made: bool) -> Result<(), PatchError> {
        let span = self.path.span;
        let provenance = self.source.provenance.then(Action::Replaced, span);
        let provenance = if made { provenance } else { value.provenance.then_all(&provenance) };
        let kind = match &value.kind {
            Kind::Scalar(old) => {
                let text = self.text(&old.text);
                let found = scalar::resolve(&text, Dialect::Resource);
                let open = made || old.open;
                let tag = if open { found } else { old.tag };
                let fits = match tag {
                    Tag::Str | Tag::Binary => true,
                    Tag::Float => matches!(found, Tag::Int | Tag::Float),
                    tag => found == tag,
                };
                if !fits {
                    let message = format!(
                        "`{text}` does not fit the type of the value at `{}`",
                        self.path.text
                    );
                    return Err(PatchError::new(span, message)
                        .help("take a source of that type, or put the target in quotes"));
                }
                Kind::Scalar(Scalar { tag, text: text.into(), open, ..old.clone() })
            }
            _ if !self.options.delimiter.is_empty() => {
                let message =
                    format!("`delimiter` needs a text, but the target is {}", shape(value));
                return Err(PatchError::new(span, message)
                    .help("drop `delimiter`, or let the path end at a text"));
            }
            _ => replaced(self.source, span).kind,
        };
        *value = Value { kind, provenance };
        if self.growth.allows(value, self.path.parts.len()) {
            return Ok(());
        }
        Err(PatchError::new(span, "the replacement makes the object too deep or too large")
            .help("replace with a smaller value"))
    }

    fn text(&self, old: &str) -> String {
        let new = raw(self.source);
        let delimiter = &*self.options.delimiter;
        if delimiter.is_empty() {
            return new.to_owned();
        }
        let mut parts: Vec<&str> = old.split(delimiter).collect();
        match usize::try_from(self.options.index) {
            Err(_) => parts.insert(0, new),
            Ok(index) => match parts.get_mut(index) {
                Some(part) => *part = new,
                None => parts.push(new),
            },
        }
        parts.join(delimiter)
    }

    fn wrong(&self, found: &str, part: &str) -> PatchError {
        let message = format!("`{part}` in `{}` leads into {found}", self.path.text);
        PatchError::new(self.path.span, message)
            .help("correct the path: list elements are `[name=value]` or an index")
    }
}

/// A copy whose values all say that they were copied.
fn replaced(value: &Value, span: Span) -> Value {
    let kind = match &value.kind {
        Kind::Scalar(scalar) => Kind::Scalar(scalar.clone()),
        Kind::List(items) => {
            Kind::List(items.iter().map(|item| replaced(item, span)).collect::<Vec<_>>().into())
        }
        Kind::Map(map) => {
            let entries = map
                .iter()
                .map(|entry| Entry { value: replaced(&entry.value, span), ..entry.clone() });
            Kind::Map(entries.collect::<Map>().into())
        }
    };
    Value { kind, provenance: value.provenance.then(Action::Replaced, span) }
}
