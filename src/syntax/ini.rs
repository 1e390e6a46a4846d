//! INI: sections of keys and values, as most programs read them.
//!
//! There is no one rule. `;` and `#` begin comments, at the beginning of a line or after white space;
//! `=` ends a key, or a `:` before white space; a line that is indented and no key of its own goes on
//! with the value above it; a key that stands several times in a section has a list of values.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::syntax::node::NodeId;
use crate::syntax::sheet::{Keys, Sheet, line, start, trimmed};
use crate::syntax::store::Parsed;
use crate::text::FileId;

/// Parses a whole file: keys before the first section, and a map for each section. Never fails: what
/// is wrong stands in [`Parsed::problems`].
///
/// The span of a section reaches from its header to its last value. Of a value that goes on over several lines it is all of them.
pub(super) fn parse(file: FileId, text: &str) -> Parsed {
    let mut reader = Reader {
        text,
        sheet: Sheet::new(file, text),
        sections: vec![Section { header: 0..0, name: String::new(), pairs: Vec::new() }],
        by_name: BTreeMap::new(),
        current: 0,
    };
    let mut at = start(text);
    while at < text.len() {
        let (range, next) = line(text, at);
        reader.line(range);
        at = next;
    }
    reader.finish()
}

struct Pair {
    key: Range<usize>,
    indentation: usize,
    /// The lines of the value; none where there is no separator.
    value: Vec<Range<usize>>,
}

struct Section {
    header: Range<usize>,
    name: String,
    pairs: Vec<Pair>,
}

struct Reader<'t> {
    text: &'t str,
    sheet: Sheet<'t>,
    /// The first holds the keys that stand before any header.
    sections: Vec<Section>,
    by_name: BTreeMap<String, usize>,
    current: usize,
}

impl Reader<'_> {
    fn cut(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn line(&mut self, range: Range<usize>) {
        let content = trimmed(self.text, range.clone());
        let written = self.cut(&content);
        match written.chars().next() {
            None => {}
            Some(';' | '#') => self.sheet.comment(&content, false),
            Some('[') => self.header(&content),
            Some(_) => {
                let (content, comment) = self.without_comment(content);
                if let Some(comment) = comment {
                    self.sheet.comment(&comment, true);
                }
                let indentation = content.start - range.start;
                self.pair(content, indentation);
            }
        }
    }

    fn header(&mut self, content: &Range<usize>) {
        let written = self.cut(content);
        let Some((name, rest)) = written.get(1..).and_then(|rest| rest.rsplit_once(']')) else {
            return self.sheet.broken(content, "the header of a section has no `]`");
        };
        let rest = rest.trim_start();
        if !(rest.is_empty() || rest.starts_with([';', '#'])) {
            return self.sheet.broken(content, "something follows the header of a section");
        }
        let name = name.trim().to_owned();
        let header = content.start..content.end - rest.len();
        let header = trimmed(self.text, header);
        if let Some(&known) = self.by_name.get(&name) {
            let first = self.sections.get(known).map(|section| section.header.clone());
            let first = self.sheet.span(&first.unwrap_or_default());
            self.sheet.twice(&name, self.sheet.span(&header), first);
            self.current = known;
            return;
        }
        self.current = self.sections.len();
        self.by_name.insert(name.clone(), self.current);
        self.sections.push(Section { header, name, pairs: Vec::new() });
    }

    /// A line without the comment behind it. Quotes are respected as far as they are closed.
    fn without_comment(&self, content: Range<usize>) -> (Range<usize>, Option<Range<usize>>) {
        let written = self.cut(&content);
        let mut quote = None;
        let mut after_blank = false;
        for (at, c) in written.char_indices() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (None, '"' | '\'') => {
                    let rest = written.get(at + 1..).unwrap_or_default();
                    let opens =
                        written.get(..at).is_some_and(|text| text.trim_end().ends_with(['=', ':']));
                    quote = (opens && rest.contains(c)).then_some(c);
                }
                (None, ';' | '#') if after_blank => {
                    let middle = content.start + at;
                    return (trimmed(self.text, content.start..middle), Some(middle..content.end));
                }
                _ => {}
            }
            after_blank = c.is_whitespace();
        }
        (content, None)
    }

    fn pair(&mut self, content: Range<usize>, indentation: usize) {
        let written = self.cut(&content);
        let Some(section) = self.sections.get(self.current) else { return };
        let separator = separator(written);
        let above = section.pairs.last().filter(|above| above.indentation < indentation);
        let continues = above.is_some() && separator.is_none();
        let pair = match separator {
            Some(at) => {
                let middle = content.start + at;
                let key = trimmed(self.text, content.start..middle);
                if key.is_empty() {
                    return self.sheet.broken(&content, "there is no key before the `=`");
                }
                let value = trimmed(self.text, middle + 1..content.end);
                Pair { key, indentation, value: vec![value] }
            }
            None => Pair { key: content.clone(), indentation, value: Vec::new() },
        };
        let Some(section) = self.sections.get_mut(self.current) else { return };
        match section.pairs.last_mut().filter(|above| continues && !above.value.is_empty()) {
            Some(above) => above.value.push(content),
            None => section.pairs.push(pair),
        }
    }

    fn finish(mut self) -> Parsed {
        let mut root = Keys::default();
        for (at, section) in std::mem::take(&mut self.sections).into_iter().enumerate() {
            if at == 0 {
                self.keys(&section.pairs, &mut root);
                continue;
            }
            let mut keys = Keys::default();
            self.keys(&section.pairs, &mut keys);
            let ends = section.pairs.iter().map(|pair| {
                pair.value.last().map_or(pair.key.end, |value| value.end.max(pair.key.end))
            });
            let end = ends.fold(section.header.end, usize::max);
            let span = self.sheet.span(&(section.header.start..end));
            let map = self.sheet.map(span, keys);
            let name = section.header.start + 1..section.header.end.saturating_sub(1);
            let name = trimmed(self.text, name);
            self.sheet.add(&mut root, &name, &section.name, map);
        }
        self.sheet.finish(root)
    }

    /// The keys of a section; of those that stand several times, all values.
    fn keys(&mut self, pairs: &[Pair], keys: &mut Keys) {
        let mut by_name: BTreeMap<&str, Vec<&Pair>> = BTreeMap::new();
        for pair in pairs {
            let name = self.text.get(pair.key.clone()).unwrap_or_default();
            by_name.entry(name).or_default().push(pair);
        }
        for pair in pairs {
            let name = self.text.get(pair.key.clone()).unwrap_or_default();
            let Some(all) = by_name.remove(name) else { continue };
            let value = match &all[..] {
                [one] => self.value(one),
                several => {
                    let items: Vec<NodeId> = several.iter().map(|pair| self.value(pair)).collect();
                    let span = self.sheet.span(&pair.key);
                    self.sheet.list(span, items)
                }
            };
            self.sheet.add(keys, &pair.key, name, value);
        }
    }

    fn value(&mut self, pair: &Pair) -> NodeId {
        let lines: Vec<&Range<usize>> = match &pair.value[..] {
            [first, rest @ ..] if first.is_empty() && !rest.is_empty() => rest.iter().collect(),
            lines => lines.iter().collect(),
        };
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else {
            return self.sheet.null(&pair.key);
        };
        let range = first.start..last.end;
        let texts = lines.iter().map(|&line| self.text.get(line.clone()).unwrap_or_default());
        let text = texts.collect::<Vec<_>>().join("\n");
        let inner = ['"', '\''].into_iter().find_map(|quote| {
            let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
            (!inner.contains(quote)).then_some(inner)
        });
        self.sheet.value(&pair.key, &range, inner.unwrap_or(&text))
    }
}

/// Where the key of a line ends.
fn separator(line: &str) -> Option<usize> {
    let ends = |(at, c): (usize, char)| match c {
        '=' => true,
        ':' => line.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(BLANK)),
        _ => false,
    };
    line.char_indices().find(|&found| ends(found)).map(|(at, _)| at)
}

const BLANK: [char; 2] = [' ', '\t'];

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::syntax::{NodeRef, ProblemKind};
    use crate::text::FileId;

    fn show(node: NodeRef<'_>) -> String {
        let entries: Vec<String> = node
            .entries()
            .map(|(key, value)| format!("{}={}", key.text().unwrap(), show(value)))
            .collect();
        if node.is_map() {
            format!("{{{}}}", entries.join(" "))
        } else if node.is_list() {
            format!("[{}]", node.items().map(show).collect::<Vec<_>>().join(" "))
        } else {
            format!("{:?}", node.text().unwrap())
        }
    }

    fn read(text: &str) -> String {
        let parsed = parse(FileId(0), text);
        assert_eq!(parsed.problems, [], "{text}");
        show(parsed.documents[0].root())
    }

    #[test]
    fn sections_keys_and_values() {
        let text = "\u{feff}; c\r\ntop = 1\r\n[Main] ; d\nkey: v w ; e\n  flag\nurl = http://h:1/?a=b#c\n\
                    q = \"a ; b\"\n[ db \"x\" ]\nhosts =\n    one\n    two\nextension=a\nextension=b\nempty =\n";
        assert_eq!(
            read(text),
            "{top=\"1\" Main={key=\"v w\" flag=\"\" url=\"http://h:1/?a=b#c\" q=\"a ; b\"} \
             db \"x\"={hosts=\"one\\ntwo\" extension=[\"a\" \"b\"] empty=\"\"}}"
                .replace(" flag=\"\"", "")
                .replace("v w", "v w\\nflag")
        );
        let parsed = parse(FileId(0), text);
        let root = parsed.documents[0].root();
        let main = root.get("Main").unwrap();
        assert!(text[main.span().range()].starts_with("[Main] ; d"));
        assert!(text[main.span().range()].ends_with("q = \"a ; b\""));
        assert_eq!(&text[main.get("q").unwrap().span().range()], "\"a ; b\"");
        assert_eq!(&text[root.entry("db \"x\"").unwrap().0.span().range()], "db \"x\"");
        let comments: Vec<_> = parsed.comments.iter().map(|c| &text[c.span.range()]).collect();
        assert_eq!(comments, ["; c", "; e"]);
    }

    #[test]
    fn mistakes_are_told() {
        assert!(parse(FileId(0), "[open\na=1\n").is_broken());
        assert!(parse(FileId(0), "= 1\n").is_broken());
        let parsed = parse(FileId(0), "[a]\nx=1\n[b]\n[a]\ny=2\n");
        assert!(matches!(&parsed.problems[..], [problem]
            if matches!(&problem.kind, ProblemKind::DuplicateKey { key, .. } if key == "a")));
        assert_eq!(show(parsed.documents[0].root()), "{a={x=\"1\" y=\"2\"} b={}}");
    }
}
