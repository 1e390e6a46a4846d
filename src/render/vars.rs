//! `vars:`: values of fields for `$(NAME)` elsewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kube::field_specs::FieldList;
use crate::kube::kinds::is_cluster_scoped;
use crate::kube::{Action, ResourceId, Scalar, Value};
use crate::render::RenderError;
use crate::render::accumulate::Accumulated;
use crate::render::kustomization::{Kustomization, Var};
use crate::render::transform::field_path;
use crate::render::working::key;
use crate::syntax::scalar::Tag;
use crate::text::Span;

/// Adds the variables of a base. A name must not come twice.
pub(crate) fn merge(vars: &mut Vec<Var>, more: &[Var]) -> Result<(), RenderError> {
    for var in more {
        if vars.iter().any(|known| known.name.value == var.name.value) {
            let message = format!("the variable `{}` is declared twice", var.name.value);
            let error = RenderError::new(var.name.span, message);
            return Err(error.help("give one of the two another name"));
        }
        vars.push(var.clone());
    }
    Ok(())
}

/// Adds the variables of a kustomization and remembers which objects they mean.
pub(crate) fn declare(
    kustomization: &Kustomization,
    set: &mut Accumulated,
) -> Result<(), RenderError> {
    for var in &kustomization.vars {
        let name = Arc::clone(&var.object_name);
        let id = ResourceId { gvk: var.object.clone(), namespace: var.namespace.clone(), name };
        let exact = !var.namespace.is_empty() || is_cluster_scoped(&var.object);
        let wanted = key(&id);
        let mut matches = set.resources.iter_mut().filter(|resource| {
            if exact {
                return resource.answers_to(&wanted);
            }
            resource.any_id(|gvk, _, name| *gvk == var.object && *name == *var.object_name)
        });
        let first = matches.next();
        if matches.next().is_some() {
            let message = format!("the variable `{}` may mean more than one", var.name.value);
            let error = RenderError::new(var.span, format!("{message} `{id}`"));
            return Err(error.help("say the `namespace` of the object"));
        }
        if let Some(resource) = first {
            resource.vars.push(Arc::clone(&var.name.value));
        }
    }
    merge(&mut set.vars, &kustomization.vars)
}

/// What a variable stands for, and the entry that says so. Only scalars have a place in texts.
type Values = BTreeMap<Arc<str>, (Option<Scalar>, Span)>;

/// Replaces the variables in the fields that may have some.
pub(crate) fn resolve(set: &mut Accumulated) -> Result<(), RenderError> {
    if set.vars.is_empty() {
        return Ok(());
    }
    let mut values = Values::new();
    for var in &set.vars {
        let source = set.resources.iter().find(|resource| resource.vars.contains(&var.name.value));
        // With a gap, object and field may be there; the text keeps its reference.
        let gap = !set.gaps.is_empty();
        let Some(source) = source else {
            if gap {
                continue;
            }
            let message = format!("the variable `{}` means no object", var.name.value);
            let help = "correct the kind and name of its `objref`";
            return Err(RenderError::new(var.span, message).help(help));
        };
        let Some(value) = lookup(&source.body, &var.field) else {
            if gap {
                continue;
            }
            let message = format!("`{}` has no field `{}`", source.id, var.field);
            return Err(RenderError::new(var.span, message)
                .help("correct `fieldref.fieldpath`, or set the field"));
        };
        let scalar = value.as_scalar().filter(|scalar| scalar.tag != Tag::Null).cloned();
        values.insert(Arc::clone(&var.name.value), (scalar, var.span));
    }
    let specs = Arc::clone(&set.specs);
    for resource in &mut set.resources {
        let gvk = resource.id.gvk.clone();
        let specs = specs.list(FieldList::VarReference).iter();
        for spec in specs.filter(|spec| spec.applies_to(&gvk)) {
            let concerned = field_path::any(&resource.body, &spec.steps, &mut has_reference);
            if concerned {
                let mut replace = |value: &mut Value| replace(value, &values);
                field_path::visit(&mut resource.body, spec, None, &mut replace)?;
            }
        }
    }
    Ok(())
}

/// The value at the end of a dotted path; `[0]` or a number is an element of a list.
fn lookup<'v>(body: &'v Value, path: &str) -> Option<&'v Value> {
    let mut steps: Vec<String> = vec![String::new()];
    let mut letters = path.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek() == Some(&'.') => {
                letters.next();
                steps.last_mut()?.push('.');
            }
            '.' => steps.push(String::new()),
            '[' => steps.push(letters.by_ref().take_while(|&letter| letter != ']').collect()),
            _ => steps.last_mut()?.push(letter),
        }
    }
    steps.iter().filter(|step| !step.is_empty()).try_fold(body, |value, step| {
        match value.as_list() {
            Some(items) => items.get(step.parse::<usize>().ok()?),
            None => value.get(step),
        }
    })
}

fn has_reference(value: &Value) -> bool {
    let text = |value: &Value| value.as_str().is_some_and(|text| text.contains('$'));
    match (value.as_list(), value.as_map()) {
        (Some(items), _) => items.iter().any(|item| text(item) || item.as_str().is_none()),
        (_, Some(map)) => map.iter().any(|entry| text(&entry.value)),
        _ => text(value),
    }
}

fn replace(value: &mut Value, values: &Values) -> Result<(), RenderError> {
    if let Some(items) = value.as_list_mut() {
        for item in items {
            if item.as_str().is_none() {
                let message = "every element must be a string, because variables are replaced here";
                return Err(RenderError::new(item.span(), message).help("put it in quotes"));
            }
            replace_text(item, values);
        }
    } else if let Some(map) = value.as_map_mut() {
        map.values_mut().for_each(|(_, value)| replace_text(value, values));
    } else {
        replace_text(value, values);
    }
    Ok(())
}

fn replace_text(value: &mut Value, values: &Values) {
    let Some(text) = value.as_str().filter(|text| text.contains('$')) else { return };
    let (scalar, causes) = expand(text, values);
    if let Some(scalar) = scalar {
        let steps = causes.into_iter();
        let provenance = steps
            .fold(value.provenance.clone(), |steps, cause| steps.then(Action::Replaced, cause));
        *value = Value::scalar(scalar.tag, scalar.text, provenance);
    }
}

/// The text with its variables replaced, if that changes it, and the variables that were there.
fn expand(text: &str, values: &Values) -> (Option<Scalar>, Vec<Span>) {
    let mut out = String::with_capacity(text.len());
    let mut causes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let name = rest.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        let Some((name, after)) = name else {
            out.push('$');
            continue;
        };
        rest = after;
        if let Some((Some(scalar), span)) = values.get(name) {
            causes.push(*span);
            if out.is_empty() && rest.is_empty() && text.len() == name.len() + 3 {
                return (Some(scalar.clone()), causes);
            }
            out.push_str(&scalar.text);
        } else {
            out.push_str("$(");
            out.push_str(name);
            out.push(')');
        }
    }
    out.push_str(rest);
    let changed = out != text;
    (
        changed.then(|| Scalar { tag: Tag::Str, text: out.into(), quoted: false, open: false }),
        causes,
    )
}

#[cfg(test)]
mod tests {
    use super::{Values, expand};
    use crate::kube::Scalar;
    use crate::syntax::scalar::Tag;
    use crate::text::{FileId, Span};

    #[test]
    fn only_known_names_are_replaced() {
        let span = Span::file_start(FileId(0));
        let five = Scalar { tag: Tag::Int, text: "5".into(), quoted: false, open: false };
        let values = Values::from([("N".into(), (Some(five.clone()), span))]);
        let text = |scalar: Option<Scalar>| scalar.map(|scalar| scalar.text.to_string());
        assert_eq!(expand("$(N)", &values).0, Some(five));
        assert_eq!(text(expand("a$(N)$(M)$", &values).0).as_deref(), Some("a5$(M)$"));
        assert_eq!(text(expand("$$(N)", &values).0).as_deref(), Some("$(N)"));
        assert_eq!(expand("$(M", &values).0, None);
    }
}
