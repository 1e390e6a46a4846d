//! References by name follow the objects that were renamed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::kube::field_specs::{FieldSpec, FieldSpecs, NameReference};
use crate::kube::{Action, Gvk, Value};
use crate::render::RenderError;
use crate::render::edit;
use crate::render::transform::field_path;
use crate::render::working::{Working, effective_namespace};
use crate::text::Span;

/// What is known of an object that others may refer to. Following references never changes it.
struct Candidate {
    object: Working,
    namespace: Arc<str>,
    original_namespace: Arc<str>,
    cluster_scoped: bool,
    /// What renamed it.
    span: Span,
}

/// All renamed objects by their former names.
struct Candidates {
    all: Vec<Candidate>,
    by_name: BTreeMap<Arc<str>, Vec<usize>>,
}

/// The fields to look at, by the kind of the object that has them.
struct Fields<'s> {
    by_kind: BTreeMap<&'s str, Vec<(usize, &'s Gvk, &'s FieldSpec)>>,
}

/// The object whose references are followed.
struct Referrer<'a> {
    namespace: Arc<str>,
    cluster_scoped: bool,
    /// Namespaces that a role binding reaches into.
    bound: BTreeSet<Arc<str>>,
    role: Option<Gvk>,
    object: &'a Working,
}

/// Follows all references.
pub(crate) fn apply(resources: &mut [Working], specs: &FieldSpecs) -> Result<(), RenderError> {
    let candidates = Candidates::of(resources);
    resources.iter().try_for_each(check_subjects)?;
    if candidates.all.is_empty() {
        return Ok(());
    }
    let fields = Fields::of(specs.names());
    for resource in resources {
        let original = resource.original_gvk();
        let snapshot = resource.clone();
        let referrer = Referrer::of(&snapshot);
        for (target, spec) in fields.of_kind(&original) {
            let pick = Pick { candidates: &candidates, referrer: &referrer, target, spec };
            if !pick.concerns(&resource.body) {
                continue;
            }
            field_path::visit(&mut resource.body, spec, None, &mut |value| pick.follow(value))?;
        }
    }
    Ok(())
}

/// A service account among the subjects of a role binding has no namespace or a real one.
fn check_subjects(resource: &Working) -> Result<(), RenderError> {
    if &*resource.id.gvk.kind != "RoleBinding" {
        return Ok(());
    }
    let subjects = resource.body.get("subjects").and_then(Value::as_list).unwrap_or_default();
    for subject in subjects {
        let is_account = subject.get("kind").and_then(Value::text) == Some("ServiceAccount");
        let namespace = subject.get("namespace").filter(|_| is_account);
        if let Some(value) = namespace.filter(|value| value.as_str().is_none()) {
            let message =
                format!("the namespace of a subject of `{}` is not a string", resource.id);
            return Err(RenderError::new(value.span(), message)
                .help("write the name of a namespace, in quotes if it looks like a number"));
        }
    }
    Ok(())
}

impl Candidates {
    fn of(resources: &[Working]) -> Self {
        let mut by_name: BTreeMap<Arc<str>, Vec<usize>> = BTreeMap::new();
        let mut all = Vec::new();
        for object in resources.iter().filter(|resource| !resource.previous.is_empty()) {
            for previous in &object.previous {
                let places = by_name.entry(Arc::clone(&previous.name)).or_default();
                if places.last() != Some(&all.len()) {
                    places.push(all.len());
                }
            }
            let name = object.body.at(&["metadata", "name"]);
            all.push(Candidate {
                namespace: effective_namespace(&object.id),
                original_namespace: object.previous.first().map_or_else(
                    || effective_namespace(&object.id),
                    |first| first.namespace.clone(),
                ),
                cluster_scoped: object.is_cluster_scoped(),
                span: name.map_or(object.origin, Value::span),
                object: object.clone(),
            });
        }
        Self { all, by_name }
    }
}

impl<'s> Fields<'s> {
    fn of(names: &'s [NameReference]) -> Self {
        let mut by_kind: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        let specs =
            names.iter().flat_map(|name| name.fields.iter().map(|spec| (&name.target, spec)));
        for (order, (target, spec)) in specs.enumerate() {
            by_kind.entry(&spec.of.kind).or_default().push((order, target, spec));
        }
        Self { by_kind }
    }

    fn of_kind(&self, gvk: &Gvk) -> Vec<(&'s Gvk, &'s FieldSpec)> {
        let own = self.by_kind.get(&*gvk.kind).into_iter().flatten();
        let any = self.by_kind.get("").into_iter().flatten();
        let mut specs: Vec<_> =
            own.chain(any).filter(|(_, _, spec)| spec.applies_to(gvk)).copied().collect();
        specs.sort_by_key(|(order, ..)| *order);
        specs.into_iter().map(|(_, target, spec)| (target, spec)).collect()
    }
}

impl<'a> Referrer<'a> {
    fn of(object: &'a Working) -> Self {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::text).map(Arc::from);
        let is_binding = &*object.id.gvk.kind == "RoleBinding";
        let subjects = object.body.get("subjects").and_then(Value::as_list).unwrap_or_default();
        let accounts = subjects.iter().filter(|subject| {
            is_binding && subject.get("kind").and_then(Value::text) == Some("ServiceAccount")
        });
        let role = object.body.get("roleRef").and_then(|role| {
            let (group, kind) = (text(role, "apiGroup")?, text(role, "kind")?);
            Some(Gvk { group, version: "".into(), kind })
        });
        Self {
            namespace: effective_namespace(&object.id),
            cluster_scoped: object.is_cluster_scoped(),
            bound: accounts.filter_map(|subject| text(subject, "namespace")).collect(),
            role,
            object,
        }
    }
}

/// One field of one object.
struct Pick<'a> {
    candidates: &'a Candidates,
    referrer: &'a Referrer<'a>,
    target: &'a Gvk,
    spec: &'a FieldSpec,
}

impl Pick<'_> {
    /// Whether the field holds a name that anything had: most do not, and need no copy.
    fn concerns(&self, body: &Value) -> bool {
        let known = |value: &Value| {
            value.text().is_some_and(|name| self.candidates.by_name.contains_key(name))
        };
        field_path::any(body, &self.spec.steps, &mut |value| {
            let named = |value: &Value| known(value) || value.as_map().is_some();
            named(value) || value.as_list().is_some_and(|items| items.iter().any(named))
        })
    }

    fn follow(&self, value: &mut Value) -> Result<(), RenderError> {
        if value.as_map().is_some() {
            return self.follow_map(value);
        }
        let Some(items) = value.as_list_mut() else { return self.follow_text(value) };
        for item in items {
            if item.as_map().is_some() {
                self.follow_map(item)?;
            } else if item.as_scalar().is_some() {
                self.follow_text(item)?;
            }
        }
        Ok(())
    }

    fn follow_text(&self, value: &mut Value) -> Result<(), RenderError> {
        let Some(old) = value.text() else { return Ok(()) };
        let Some(found) = self.select(old, None, false, value.span())? else { return Ok(()) };
        if *old != *found.object.id.name {
            edit::set_text(value, &found.object.id.name, Action::Referenced, found.span);
        }
        Ok(())
    }

    fn follow_map(&self, value: &mut Value) -> Result<(), RenderError> {
        let Some(name) = value.get("name") else {
            let message = format!("there is no `name` at the end of `{}`", self.spec.path);
            return Err(RenderError::new(value.span(), message)
                .help("add the `name` of the object that is meant"));
        };
        let Some(old) = name.text() else { return Ok(()) };
        let namespace = value.get("namespace").map(|value| value.text().unwrap_or(""));
        let Some(found) = self.select(old, namespace, true, value.span())? else { return Ok(()) };
        let id = &found.object.id;
        let name_stays = *old == *id.name;
        if name_stays && (id.namespace.is_empty() || namespace == Some(&id.namespace)) {
            return Ok(());
        }
        let Some(map) = value.as_map_mut() else { return Ok(()) };
        let spans = (found.span, found.span);
        if !name_stays {
            edit::set_entry(map, "name", &id.name, Action::Referenced, spans);
        }
        if !id.namespace.is_empty()
            && map.get("namespace").and_then(Value::text) != Some(&id.namespace)
        {
            edit::set_entry(map, "namespace", &id.namespace, Action::Referenced, spans);
        }
        Ok(())
    }

    /// Kustomize's sieve: the one object that is meant, if there is one.
    fn select(
        &self,
        name: &str,
        namespace: Option<&str>,
        with_namespace: bool,
        span: Span,
    ) -> Result<Option<&Candidate>, RenderError> {
        let Some(places) = self.candidates.by_name.get(name) else { return Ok(None) };
        let referrer = self.referrer;
        let mut found: Vec<&Candidate> = places
            .iter()
            .filter_map(|&at| self.candidates.all.get(at))
            .filter(|candidate| self.can_see(candidate))
            .collect();
        if let Some(namespace) = namespace {
            let in_original = |candidate: &&Candidate| *candidate.original_namespace == *namespace;
            // Kustomize asks whether anything at all was there, not only what has this name.
            let any = self.candidates.all.iter().any(|candidate| {
                self.can_see(candidate) && in_original(&candidate) && !candidate.cluster_scoped
            });
            if any {
                found.retain(in_original);
            } else {
                found.retain(|candidate| *candidate.namespace == *namespace);
            }
        }
        let by_role = self.spec.path.ends_with("roleRef/name");
        let role = referrer.role.as_ref().filter(|_| by_role);
        found.retain(|candidate| {
            candidate.object.was_one_of(self.target)
                && role.is_none_or(|role| candidate.object.was_one_of(role))
                && (referrer.cluster_scoped
                    || candidate.cluster_scoped
                    || &*candidate.object.id.gvk.kind == "ServiceAccount"
                    || candidate.namespace == referrer.namespace)
        });
        if found.len() == 1 {
            return Ok(found.pop());
        }
        found.retain(|candidate| same_affixes(&candidate.object, referrer.object, true));
        if found.len() > 1 {
            found.retain(|candidate| same_affixes(&candidate.object, referrer.object, false));
        }
        let Some((first, others)) = found.split_first() else { return Ok(None) };
        let alike = others.iter().all(|other| {
            let (a, b) = (&other.object.id, &first.object.id);
            a.name == b.name && (!with_namespace || a.namespace == b.namespace)
        });
        if alike {
            return Ok(Some(first));
        }
        let names: Vec<_> =
            found.iter().map(|candidate| format!("`{}`", candidate.object.id)).collect();
        let message = format!("`{name}` may refer to any of {}", names.join(", "));
        Err(RenderError::new(span, message)
            .help("rename one of them, or refer to it by its new name"))
    }

    /// Whether the referrer can refer to the object at all.
    fn can_see(&self, candidate: &Candidate) -> bool {
        self.referrer.cluster_scoped
            || candidate.cluster_scoped
            || candidate.namespace == self.referrer.namespace
            || self.referrer.bound.contains(&candidate.object.id.namespace)
    }
}

fn same_affixes(a: &Working, b: &Working, empty_fits: bool) -> bool {
    let same = |a: &[Arc<str>], b: &[Arc<str>]| {
        let either_empty = a.is_empty() || b.is_empty();
        if either_empty { empty_fits || a.is_empty() == b.is_empty() } else { same_ending(a, b) }
    };
    same(&a.prefixes, &b.prefixes) && same(&a.suffixes, &b.suffixes)
}

fn same_ending(a: &[Arc<str>], b: &[Arc<str>]) -> bool {
    a.iter().rev().zip(b.iter().rev()).all(|(a, b)| a == b)
}
