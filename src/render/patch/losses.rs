//! What kustomize loses or leaks when it merges a patch: found by looking at what came out.

use std::collections::BTreeSet;

use crate::finding::Level;
use crate::kube::Kind;
use crate::kube::Value;
use crate::render::Notice;
use crate::render::patch::strategic::DIRECTIVE;
use crate::text::Span;

/// The beginnings of keys that are instructions to whoever merges, and no part of any object.
const INSTRUCTIONS: &[&str] =
    &[DIRECTIVE, "$retainKeys", "$setElementOrder/", "$deleteFromPrimitiveList/"];
/// What tells objects apart: a merge leaves these as they are.
const IDENTITY: &[&str] = &["apiVersion", "kind", "metadata"];

/// What to warn about once `patch` has been merged and `merged` came out.
pub(crate) fn notices(patch: &Value, merged: &Value) -> Vec<Notice> {
    let root = patch.as_map().and_then(|map| map.entry(DIRECTIVE));
    if let Some(entry) = root.filter(|entry| entry.value.text() == Some("replace")) {
        return vec![Notice {
            span: entry.key_span.to(entry.value.span()),
            level: Level::Warning,
            message: "kustomize does not replace whole objects: the patch changes nothing".into(),
            help: "drop the directive to merge, or delete the object and list the new one",
            outside: false,
        }];
    }
    let mut said = Said::default();
    for entry in patch.as_map().into_iter().flatten() {
        if !IDENTITY.contains(&&*entry.key) && !is_instruction(&entry.key) {
            said.read(&entry.value, false);
        }
    }
    if said.in_lists.is_empty() && !said.instructs {
        return Vec::new();
    }
    let mut leaked = BTreeSet::new();
    said.strike_out(merged, &mut leaked);
    let lost = said.in_lists.into_iter().map(|span| Notice {
        span,
        level: Level::Warning,
        message: "kustomize drops this value when it merges the patch".into(),
        help: "give every element of the list all keys that tell elements apart, for ports \
               `protocol` as well",
        outside: false,
    });
    let leaked = leaked.into_iter().map(|(span, key)| Notice {
        span,
        level: Level::Error,
        message: format!("kustomize does not obey `{key}` here: it becomes a part of the object"),
        help: if key == DIRECTIVE {
            "lists of this kind are replaced as a whole: write out the list that is meant, or \
             use a JSON patch"
        } else {
            "only kubectl understands it: remove it, or use a JSON patch"
        },
        outside: false,
    });
    lost.chain(leaked).collect()
}

/// What a patch says.
#[derive(Default)]
struct Said {
    /// The scalars below elements of lists: only there something can be lost.
    in_lists: BTreeSet<Span>,
    /// Whether it holds any instruction.
    instructs: bool,
}

impl Said {
    fn read(&mut self, value: &Value, in_list: bool) {
        match &value.kind {
            Kind::List(items) => {
                items.iter().filter(|item| item.as_map().is_some()).for_each(|item| {
                    self.read(item, true);
                });
            }
            Kind::Map(map) => {
                if map.iter().any(|entry| is_instruction(&entry.key)) {
                    self.instructs = true;
                    return;
                }
                for entry in map.iter() {
                    if in_list && entry.value.as_scalar().is_some() && !entry.value.is_null() {
                        self.in_lists.insert(entry.value.span());
                    }
                    self.read(&entry.value, in_list);
                }
            }
            Kind::Scalar(_) => {}
        }
    }

    /// Takes out what did arrive, and collects instructions that should not have.
    fn strike_out<'v>(&mut self, value: &'v Value, leaked: &mut BTreeSet<(Span, &'v str)>) {
        match &value.kind {
            Kind::Scalar(_) => {
                self.in_lists.remove(&value.span());
            }
            Kind::List(items) => {
                items.iter().for_each(|item| self.strike_out(item, leaked));
            }
            Kind::Map(map) => {
                for entry in map.iter() {
                    if is_instruction(&entry.key) {
                        leaked.insert((entry.key_span, &entry.key));
                    }
                    self.strike_out(&entry.value, leaked);
                }
            }
        }
    }
}

fn is_instruction(key: &str) -> bool {
    key.starts_with('$') && INSTRUCTIONS.iter().any(|beginning| key.starts_with(beginning))
}
