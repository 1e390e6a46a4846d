//! What a row of a table can ask for, and how it is judged.

use crate::kube::Map;
use crate::schema::{Fault, Problem};
use crate::text::Span;
use crate::validation::harmless::is_filled_in;
use crate::validation::semantics::at::At;
use crate::validation::semantics::forms::{Form, PERCENT};

/// Most problems of one object that are told.
const PROBLEMS: usize = 100;

/// What holds for the values at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Where, as [`At::all`] reads it.
    path: &'static str,
    rule: Rule,
}

impl Row {
    /// The first key on the way; empty for a row about all of the map.
    pub(super) fn first(&self) -> &'static str {
        let first = self.path.split('.').next().unwrap_or("");
        first.trim_end_matches("[]")
    }
}

/// A rule that a table can state.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// A text is one of these, fewer than the schema allows. An empty one counts as left out.
    OneOf(&'static [&'static str]),
    /// A text has a form. An empty one counts as left out.
    Text(&'static Form),
    /// Every key of a map has a form.
    Keys(&'static Form),
    /// A whole number is not below.
    AtLeast(i128),
    /// A whole number is between the two.
    Between(i128, i128),
    /// A count, or a percentage that may have a limit.
    Share(Option<u32>),
    /// A list has an element, a map a key, a text a character.
    NotEmpty,
    /// The map has at least one of these keys with something in it.
    Needs(&'static [&'static str]),
    /// The map has at most one of these keys.
    AtMostOne(&'static [&'static str]),
    /// The map has exactly one of these keys.
    ExactlyOne(&'static [&'static str]),
    /// The elements of a list differ in these fields.
    Unique(&'static [&'static str]),
    /// The value may not be there.
    Never(&'static str),
    /// More rows hold for the value.
    Is(&'static [Row]),
    /// Anything that needs code.
    Check(for<'v> fn(&At<'v>, &mut Found<'v>)),
}

/// A row of a table.
pub(super) const fn row(path: &'static str, rule: Rule) -> Row {
    Row { path, rule }
}

/// What was found in an object.
#[derive(Debug, Default)]
pub(super) struct Found<'v>(pub(super) Vec<Problem<'v>>);

impl<'v> Found<'v> {
    /// Adds a problem, with other places that it has to do with.
    pub(super) fn add(&mut self, at: &At<'v>, fault: Fault, related: Vec<(Span, String)>) {
        if self.0.len() < PROBLEMS {
            let (path, value, span) = (at.path(), at.value, at.shown());
            self.0.push(Problem { path, value, span, fault, location: String::new(), related });
        }
    }

    /// The value is wrong in itself: words that go on after it.
    pub(super) fn wrong(&mut self, at: &At<'v>, words: impl Into<String>) {
        self.add(at, Fault::Other(words.into()), Vec::new());
    }

    /// The value goes against something else: words that go on after its path.
    pub(super) fn clash(&mut self, at: &At<'v>, words: impl Into<String>) {
        self.add(at, Fault::Clash(words.into()), Vec::new());
    }

    /// The value goes against what stands at another place.
    pub(super) fn against(&mut self, at: &At<'v>, words: impl Into<String>, other: (Span, &str)) {
        let (span, text) = other;
        self.add(at, Fault::Clash(words.into()), vec![(span, text.to_owned())]);
    }

    /// Two values go against each other, and of the two the one that was set later is told, or
    /// the first, each with what is wrong with it in the light of the other one.
    pub(super) fn pair(&mut self, first: (&At<'v>, Fault), second: (&At<'v>, Fault)) {
        let ((shown, fault), (other, _)) =
            if second.0.is_after(first.0) { (second, first) } else { (first, second) };
        self.add(shown, fault, vec![(other.shown(), other.key().to_owned())]);
    }

    /// The map lacks a field; of several one would do.
    pub(super) fn lacks(&mut self, at: &At<'v>, fields: &[&str]) {
        let fields = fields.iter().map(|&field| field.to_owned()).collect();
        self.add(at, Fault::Missing { fields }, Vec::new());
    }

    /// The map lacks a field that something else asks for.
    pub(super) fn lacks_for(&mut self, at: &At<'v>, field: &str, reason: &str) {
        self.clash(at, format!("lacks `{field}`, which {reason}"));
    }

    /// Judges all rows at a place.
    pub(super) fn judge(&mut self, at: &At<'v>, rows: &[Row]) {
        for Row { path, rule } in rows {
            for place in at.all(path) {
                self.apply(&place, *rule);
            }
        }
    }

    fn apply(&mut self, at: &At<'v>, rule: Rule) {
        match rule {
            Rule::OneOf(allowed) => {
                let word = at.string().filter(|word| !word.is_empty());
                if word.is_some_and(|word| !allowed.contains(&word)) {
                    let allowed = allowed.iter().map(|&word| word.to_owned()).collect();
                    self.add(at, Fault::Enum { allowed }, Vec::new());
                }
            }
            Rule::Text(form) => {
                let text = at.string().filter(|text| !text.is_empty());
                if text.is_some_and(|text| !(form.holds)(text)) {
                    self.wrong(at, format!("must be {}", form.words));
                }
            }
            Rule::Keys(form) => self.keys(at, form),
            Rule::AtLeast(least) => {
                if at.number().is_some_and(|number| number < least) {
                    self.wrong(at, format!("must be at least {least}"));
                }
            }
            Rule::Between(least, most) => {
                if at.number().is_some_and(|number| !(least..=most).contains(&number)) {
                    self.wrong(at, format!("must be between {least} and {most}"));
                }
            }
            Rule::Share(most) => self.share(at, most),
            Rule::NotEmpty => {
                let empty_text = at.value.as_str().is_some_and(str::is_empty);
                let empty_list = at.value.as_list().is_some_and(<[_]>::is_empty);
                if empty_text || empty_list || at.value.as_map().is_some_and(Map::is_empty) {
                    self.clash(at, "must not be empty");
                }
            }
            Rule::Needs(keys) => {
                let has = |key: &&str| at.get(key).is_some_and(|found| !is_blank(&found));
                if at.value.as_map().is_some() && !at.is_open() && !keys.iter().any(has) {
                    self.lacks(at, keys);
                }
            }
            Rule::AtMostOne(keys) => self.at_most_one(at, keys),
            Rule::ExactlyOne(keys) => {
                self.apply(at, Rule::AtMostOne(keys));
                let none = !keys.iter().any(|key| at.get(key).is_some());
                if none && at.value.as_map().is_some() && !at.is_open() {
                    self.lacks(at, keys);
                }
            }
            Rule::Unique(keys) => self.unique(at.items(), keys),
            Rule::Never(words) => self.clash(at, words),
            Rule::Is(rows) => self.judge(at, rows),
            Rule::Check(check) => check(at, self),
        }
    }

    fn keys(&mut self, at: &At<'v>, form: &Form) {
        for entry in at.value.as_map().into_iter().flat_map(Map::iter) {
            if !is_filled_in(&entry.key) && &*entry.key != "<<" && !(form.holds)(&entry.key) {
                let fault = Fault::Key { key: entry.key.to_string(), words: form.words.to_owned() };
                self.add(at, fault, Vec::new());
                if let Some(problem) = self.0.last_mut() {
                    problem.span = entry.key_span;
                }
            }
        }
    }

    fn share(&mut self, at: &At<'v>, most: Option<u32>) {
        if at.number().is_some_and(|number| number < 0) {
            return self.wrong(at, "must be at least 0");
        }
        let Some(text) = at.string() else { return };
        if !(PERCENT.holds)(text) {
            return self.wrong(at, "must be a whole number, or a percentage such as `25%`");
        }
        let percent = text.trim_end_matches('%').parse::<u32>().unwrap_or(u32::MAX);
        if let Some(most) = most.filter(|&most| percent > most) {
            self.wrong(at, format!("must be at most {most}%"));
        }
    }

    fn at_most_one(&mut self, at: &At<'v>, keys: &[&str]) {
        let found = keys.iter().filter_map(|key| at.get(key));
        // An empty text is as good as none.
        let found: Vec<_> = found.filter(|at| at.value.as_str() != Some("")).collect();
        if let [first, second, ..] = found.as_slice() {
            let below = second.name > first.name;
            let (shown, other) = if second.is_after(first) || below && !first.is_after(second) {
                (second, first)
            } else {
                (first, second)
            };
            let remove = other.key().to_owned();
            let words = format!("cannot stand beside `{remove}`");
            let related = vec![(other.name, remove.clone())];
            self.add(shown, Fault::Beside { words, remove }, related);
            // The keys go against each other, whatever their values.
            if let Some(problem) = self.0.last_mut() {
                problem.span = shown.name;
            }
        }
    }

    /// Tells each element whose fields an earlier one has as well. One that lacks the first field
    /// is passed over.
    pub(super) fn unique(&mut self, items: impl Iterator<Item = At<'v>>, keys: &[&str]) {
        let mut seen: std::collections::BTreeMap<Vec<&'v str>, Span> =
            std::collections::BTreeMap::new();
        for item in items {
            let Some(at) = keys.first().and_then(|key| item.get(key)) else { continue };
            let texts = keys
                .iter()
                .map(|key| item.value.get(key).and_then(crate::kube::Value::text).unwrap_or(""));
            let texts: Vec<&str> = texts.collect();
            if texts.iter().any(|text| is_filled_in(text)) || texts.first() == Some(&"") {
                continue;
            }
            if let Some(&first) = seen.get(&texts) {
                self.against(&at, "stands twice in the list", (first, "the first one"));
            } else {
                seen.insert(texts, at.value.span());
            }
        }
    }
}

fn is_blank(at: &At<'_>) -> bool {
    at.value.as_list().is_some_and(<[_]>::is_empty)
}
