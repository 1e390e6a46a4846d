//! Fields that tell a controller to stand still or to overlook what changes in the cluster.

mod table;

use crate::kube::{Gvk, Path, PathStep, Value};
use crate::text::Span;
use table::ROWS;

/// What a switch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Control {
    /// What the repository says is not applied, or not run.
    Paused,
    /// What is changed in the cluster is not seen, or not undone.
    Masked,
}

/// How much a switch says where no other environment contradicts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Nothing.
    Silent,
    /// It deserves to be known.
    Note,
}

/// What a field has to be set to.
#[derive(Debug, Clone, Copy)]
enum Set {
    /// One of these texts, in lower case.
    To(&'static [&'static str]),
    /// A list, or a text of words with commas, that holds one of these.
    Holds(&'static [&'static str]),
    /// Anything but nothing.
    Given,
    /// Anything, be it empty.
    Present,
    /// Nothing, where the other environment has something.
    Missing,
}

/// One row of the table.
#[derive(Debug)]
pub struct Switch {
    kinds: &'static str,
    path: &'static str,
    set: Set,
    /// What it does.
    pub control: Control,
    /// How much it says by itself.
    pub alone: Weight,
    /// What follows, in a few words.
    pub says: &'static str,
}

/// A switch that is set.
#[derive(Debug, Clone)]
pub struct Sighting<'v> {
    /// The row.
    pub switch: &'static Switch,
    /// Where in the object.
    pub path: Path,
    /// Where its key is written.
    pub key_span: Span,
    /// What it is set to; of a list that holds more, the item.
    pub value: &'v Value,
}

/// A switch at which two environments differ.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// The row.
    pub switch: &'static Switch,
    /// Whether the environment has it set; otherwise its reference has.
    pub here: bool,
    /// How many keys of the path lie inside the value that differs.
    inside: usize,
}

impl Hit {
    /// The keys from the value that differs to the switch, where it lies alone in it.
    pub(crate) fn rest(self, value: &Value) -> Vec<&'static str> {
        let all = self.switch.keys().count();
        let keys: Vec<_> = self.switch.keys().skip(all - self.inside.min(all)).collect();
        let mut at = Some(value);
        let alone = keys.iter().all(|key| {
            let only = at.and_then(Value::as_map).is_some_and(|map| map.len() == 1);
            at = at.and_then(|value| value.get(key));
            only && at.is_some()
        });
        if alone { keys } else { Vec::new() }
    }
}

impl Switch {
    fn keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.path.split(' ')
    }

    fn covers(&self, gvk: &Gvk) -> bool {
        if let Some(other) = self.kinds.strip_prefix('!') {
            return other != &*gvk.kind;
        }
        self.kinds.split('|').any(|wanted| {
            let (kind, group) =
                wanted.split_once('.').map_or((wanted, None), |(k, g)| (k, Some(g)));
            let within = |group: &str| {
                gvk.group.strip_suffix(group).is_some_and(|r| r.is_empty() || r.ends_with('.'))
            };
            (kind == "*" || kind == &*gvk.kind) && group.is_none_or(within)
        })
    }

    /// The part of the value that sets it.
    fn part<'v>(&self, value: Option<&'v Value>) -> Option<&'v Value> {
        let value = value.filter(|value| !value.is_null());
        match self.set {
            Set::To(texts) => value.filter(|value| {
                value.text().is_some_and(|text| texts.contains(&text.to_lowercase().as_str()))
            }),
            Set::Holds(words) => {
                let value = value?;
                let held = |item: &&Value| {
                    item.text()
                        .is_some_and(|text| text.split(',').any(|w| words.contains(&w.trim())))
                };
                value.as_list().map_or(Some(value).filter(held), |items| items.iter().find(held))
            }
            Set::Given => value.filter(|value| {
                value.as_list().is_none_or(|items| !items.is_empty()) && value.text() != Some("")
            }),
            Set::Present => value,
            Set::Missing => None,
        }
    }
}

/// The last keys of all rows: an object whose text has none of them sets no switch.
pub fn words() -> impl Iterator<Item = &'static str> {
    ROWS.iter().filter_map(|switch| switch.keys().last())
}

/// The switches that an object sets.
pub fn sightings<'v>(gvk: &Gvk, body: &'v Value) -> Vec<Sighting<'v>> {
    let mut found = Vec::new();
    for switch in ROWS {
        let Some((key_span, value)) = entry(body, switch.keys()) else { continue };
        if !switch.covers(gvk) {
            continue;
        }
        if let Some(value) = switch.part(Some(value)) {
            let path = Path(switch.keys().map(|key| PathStep::Key(key.into())).collect());
            found.push(Sighting { switch, path, key_span, value });
        }
    }
    found
}

fn entry(body: &Value, keys: impl Iterator<Item = &'static str>) -> Option<(Span, &Value)> {
    let mut at = (body.span(), body);
    for key in keys {
        let entry = at.1.as_map()?.entry(key)?;
        at = (entry.key_span, &entry.value);
    }
    Some(at)
}

/// The switch that a difference at `path` is about: one side sets it and the other does not.
pub fn differing(
    gvk: &Gvk,
    path: &[PathStep],
    here: Option<&Value>,
    there: Option<&Value>,
) -> Option<Hit> {
    let first = match path.first()? {
        PathStep::Key(key) if path.len() > 1 => &**key,
        _ => return None,
    };
    if !matches!(first, "metadata" | "spec") {
        return None;
    }
    ROWS.iter().filter(|switch| switch.covers(gvk)).find_map(|switch| {
        let mut keys = switch.keys();
        let mut inside = 0;
        for step in path {
            match (keys.next(), step) {
                (Some(key), PathStep::Key(own)) if key == &**own => inside += 1,
                (Some(_), _) => return None,
                (None, _) => break,
            }
        }
        let rest: Vec<&str> = keys.collect();
        let below = path.len() > inside;
        if below {
            // A part of a list that only one side has, or that differs: more is overlooked here.
            let lists = matches!(switch.set, Set::Given | Set::Holds(_));
            let set = |value: Option<&Value>| match switch.set {
                Set::Holds(_) => switch.part(value).is_some(),
                _ => value.is_some(),
            };
            return (lists && (set(here) || set(there)) && !(set(here) && set(there)))
                .then(|| Hit { switch, here: set(here), inside: 0 });
        }
        // A whole map of which the switch is a part: only where it is all that the map says.
        let whole = |value: Option<&Value>| {
            rest.is_empty()
                || rest.len() > 1
                || first != "metadata"
                || value.and_then(Value::as_map).is_some_and(|map| map.len() == 1)
        };
        if !(whole(here) || whole(there)) {
            return None;
        }
        let (mine, theirs) = (here.and_then(|v| v.at(&rest)), there.and_then(|v| v.at(&rest)));
        let (on, off) = match switch.set {
            Set::Missing => {
                let is_on = |value: Option<&Value>| {
                    value.is_some_and(|v| !v.is_null() && v.as_bool() != Some(false))
                };
                (mine.is_none() && is_on(theirs), theirs.is_none() && is_on(mine))
            }
            _ => (switch.part(mine).is_some(), switch.part(theirs).is_some()),
        };
        (on != off).then_some(Hit { switch, here: on, inside: rest.len() })
    })
}

#[cfg(test)]
mod tests {
    use super::{Control, ROWS, differing, sightings};
    use crate::kube::{Gvk, PathStep, Value, load};
    use crate::syntax::parse_yaml;
    use crate::syntax::scalar::Dialect;
    use crate::text::FileId;

    fn value(text: &str) -> Value {
        let parsed = parse_yaml(FileId(0), text);
        load(parsed.documents[0].root(), Dialect::Resource).unwrap()
    }

    fn path(text: &str) -> Vec<PathStep> {
        text.split(' ').map(|key| PathStep::Key(key.into())).collect()
    }

    #[test]
    fn rows_are_paths_of_two_keys_and_more() {
        assert!(ROWS.iter().all(|row| row.keys().count() > 1 && !row.path.contains("  ")));
    }

    #[test]
    fn switches_are_seen_by_kind_group_and_value() {
        let flux = Gvk::new("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
        let controls = |gvk: &Gvk, text: &str| -> Vec<Control> {
            sightings(gvk, &value(text)).iter().map(|sighting| sighting.switch.control).collect()
        };
        assert_eq!(controls(&flux, "spec: {suspend: true}"), [Control::Paused]);
        assert!(controls(&flux, "spec: {suspend: false}").is_empty());
        assert!(controls(&Gvk::new("v1", "Widget"), "spec: {suspend: true}").is_empty());
        let object = Gvk::new("v1", "ConfigMap");
        let text = "metadata: {annotations: {argocd.argoproj.io/sync-options: 'A=b, Prune=false'}}";
        assert_eq!(controls(&object, text), [Control::Masked]);
    }

    #[test]
    fn what_only_the_other_environment_switches_on_is_a_difference() {
        let application = Gvk::new("argoproj.io/v1alpha1", "Application");
        let policy = value("{automated: {selfHeal: true}}");
        let hit = differing(&application, &path("spec syncPolicy"), None, Some(&policy)).unwrap();
        assert!(hit.here && hit.switch.control == Control::Paused);
        let both = [value("true"), value("false")];
        let cron = Gvk::new("batch/v1", "CronJob");
        let hit = differing(&cron, &path("spec suspend"), Some(&both[0]), Some(&both[1])).unwrap();
        assert!(hit.here);
        assert!(differing(&cron, &path("spec suspend"), Some(&both[1]), None).is_none());
    }
}
