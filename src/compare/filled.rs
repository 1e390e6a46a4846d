//! Texts in which Flux has filled in variables: which line comes from the text, and which from the
//! definition of a variable.

use std::sync::Arc;

use crate::compare::embedded::{self, Reading};
use crate::compare::lines::line_span;
use crate::kube::{Action, Entry, Kind, Provenance, Step, Value};
use crate::source::Snapshot;
use crate::text::{FileId, Span};

fn is_filling(step: &Step) -> bool {
    matches!(step.action, Action::Substituted | Action::Emptied)
}

/// Whether a variable was filled in.
pub(crate) fn is_filled(value: &Value) -> bool {
    value.provenance.steps().iter().any(is_filling)
}

/// Who set a line of a text: the line itself, then the variables in it.
pub(crate) fn line(snapshot: &Snapshot, value: &Value, text: &str, number: usize) -> Provenance {
    let steps = value.provenance.steps();
    let own = steps.iter().rev().find(|step| !is_filling(step));
    let own = own.copied().unwrap_or_else(|| value.provenance.last());
    let span = line_span(snapshot, own.span, text, number);
    let source = snapshot.slice(span);
    let stands = |step: &&Step| {
        step.action == Action::Substituted
            && variable(snapshot, step.span).is_some_and(|name| {
                source.match_indices("${").any(|(at, mark)| {
                    let rest = source.get(at + mark.len()..).unwrap_or("").trim_start_matches('#');
                    let after = rest.strip_prefix(name);
                    after.is_some_and(|after| {
                        !after.starts_with(|c: char| c == '_' || c.is_alphanumeric())
                    })
                })
            })
    };
    let written = Provenance::new(own.action, span);
    steps.iter().filter(stands).fold(written, |history, step| history.then(step.action, step.span))
}

/// The name in front of a definition: `NAME: value`.
fn variable(snapshot: &Snapshot, definition: Span) -> Option<&str> {
    let text = &snapshot.file(definition.file).ok()?.text;
    let before = text.get(..definition.start as usize)?;
    let start = before.rfind(['\n', '{', ',']).map_or(0, |at| at + 1);
    let key = before.get(start..)?.trim().strip_suffix(':')?;
    Some(key.trim().trim_matches(['"', '\''])).filter(|name| !name.is_empty())
}

/// What such a text says, if it is one document.
pub(crate) fn tree(
    snapshot: &Snapshot,
    reading: Reading,
    text: &str,
    value: &Value,
) -> Option<Value> {
    let whole = Span::new(FileId(0), 0, text.len());
    let plain = Value::string(text, Provenance::declared(whole));
    let mut tree = embedded::tree(reading, text, &plain, text)?;
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let place = |inner: Span| {
        let number = starts.partition_point(|&start| start <= inner.start as usize);
        let number = number.saturating_sub(1);
        let history = line(snapshot, value, text, number);
        let own = history.first().span;
        let written = text.lines().nth(number).unwrap_or("");
        let indent = written.len() - written.trim_start().len();
        // Only a line without variables stands in the file as it is read.
        let start = starts.get(number).map_or(0, |start| start + indent);
        let exact = snapshot.slice(own) == written.trim()
            && inner.end as usize <= start + written.trim().len();
        let at = |offset: u32| own.start as usize + (offset as usize).saturating_sub(start);
        if exact {
            Provenance::new(
                history.first().action,
                Span::new(own.file, at(inner.start), at(inner.end)),
            )
        } else {
            history
        }
    };
    relocate(&mut tree, &place);
    Some(tree)
}

fn relocate(value: &mut Value, place: &impl Fn(Span) -> Provenance) {
    value.provenance = place(value.span());
    match &mut value.kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => {
            for item in Arc::make_mut(items) {
                relocate(item, place);
            }
        }
        Kind::Map(map) => {
            let entries = map.iter().map(|entry| {
                let mut value = entry.value.clone();
                relocate(&mut value, place);
                let key_span = place(entry.key_span).first().span;
                Entry { key: Arc::clone(&entry.key), key_span, value }
            });
            *map = Arc::new(entries.collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{line, tree};
    use crate::compare::embedded;
    use crate::kube::{Action, Provenance, Value};
    use crate::source::Snapshot;
    use crate::text::{RepoPath, Span};

    const FILE: &str = "config: |\n  host: a.${ZONE}\n  port: 80\n  deep:\n    mode: ${MODE}\n";
    const DEFINED: &str = "substitute:\n  MODE: fast\n  ZONE: eu\n";

    fn snapshot() -> Snapshot {
        Snapshot::from_memory([("c.yaml", FILE), ("k.yaml", DEFINED)])
    }

    /// The text after filling in, with spans of the block and of both definitions.
    fn value(snapshot: &Snapshot) -> Value {
        let find = |path: &str, text: &str| {
            let file = snapshot.find(&RepoPath::new(path).unwrap()).unwrap();
            let start = snapshot.file(file).unwrap().text.find(text).unwrap();
            Span::new(file, start, start + text.len())
        };
        let block = find("c.yaml", FILE.strip_prefix("config: ").unwrap());
        let provenance = Provenance::declared(Span { start: block.start + 4, ..block })
            .then(Action::Substituted, find("k.yaml", "eu"))
            .then(Action::Substituted, find("k.yaml", "fast"));
        Value::string("host: a.eu\nport: 80\ndeep:\n  mode: fast\n", provenance)
    }

    #[test]
    fn each_line_has_its_own_variables() {
        let snapshot = snapshot();
        let value = value(&snapshot);
        let told = |number: usize| {
            let history = line(&snapshot, &value, value.text().unwrap(), number);
            let texts = history.steps().iter().map(|step| snapshot.slice(step.span).to_owned());
            texts.collect::<Vec<_>>()
        };
        assert_eq!(told(0), ["host: a.${ZONE}", "eu"]);
        assert_eq!(told(1), ["port: 80"]);
        assert_eq!(told(3), ["mode: ${MODE}", "fast"]);
    }

    #[test]
    fn so_has_each_leaf() {
        let snapshot = snapshot();
        let value = value(&snapshot);
        let reading = embedded::readings(None).next().unwrap();
        let tree = tree(&snapshot, reading, value.text().unwrap(), &value).unwrap();
        let told = |path: &[&str]| snapshot.slice(tree.at(path).unwrap().span()).to_owned();
        assert_eq!(told(&["host"]), "eu");
        assert_eq!(told(&["port"]), "80");
        assert_eq!(told(&["deep", "mode"]), "fast");
    }
}
