//! `replacements:`: values copied from one object into others.

use crate::kube::Value;
use crate::render::accumulate::{Accumulated, Walk};
use crate::render::growth::Growth;
use crate::render::kustomization::{Replacement, ReplacementEntry, Target, replacement_file};
use crate::render::replacement::part_of;
use crate::render::working::Working;
use crate::render::{RenderError, load};
use crate::text::RepoPath;

/// Carries out the entries in order.
pub(crate) fn apply(
    walk: &Walk<'_, '_>,
    directory: &RepoPath,
    entries: &[ReplacementEntry],
    set: &mut Accumulated,
) -> Result<(), RenderError> {
    for entry in entries {
        match entry {
            ReplacementEntry::Inline(replacement) => replace(walk, replacement, set)?,
            ReplacementEntry::File(path) => {
                let Some(file) = walk.file(directory, path, set)? else { continue };
                let parsed = walk.renderer.store().yaml(file);
                let read = || {
                    if parsed.is_broken() {
                        load::check(parsed)?;
                    }
                    let document = parsed.documents.first();
                    document.map_or(Ok(Vec::new()), |it| replacement_file(it.root()))
                };
                let all = read().map_err(|error: RenderError| error.via(path.span))?;
                all.iter().try_for_each(|replacement| replace(walk, replacement, set))?;
            }
        }
    }
    Ok(())
}

fn replace(
    walk: &Walk<'_, '_>,
    replacement: &Replacement,
    set: &mut Accumulated,
) -> Result<(), RenderError> {
    let source = &replacement.source;
    let mut sources = set.resources.iter().filter(|resource| source.object.names(resource));
    let (first, second) = (sources.next(), sources.next());
    if second.is_some() {
        let message = "more than one object is meant by the source of this replacement";
        return Err(RenderError::new(source.span, message)
            .help("narrow `source` with `name`, `namespace` or `kind`"));
    }
    let Some(found) = first else {
        let what = "replacement source";
        if walk.may_be_in_gap(set, source.span, what, String::new()) {
            return Ok(());
        }
        let message = "no object is meant by the source of this replacement";
        return Err(RenderError::new(source.span, message)
            .help("correct `source`: it takes exact names, no patterns"));
    };
    let value = source.path.read(&found.body)?;
    let value = part_of(value, &source.delimiter, source.index, source.span)?;
    let mut growth = Growth::default();
    for target in &replacement.targets {
        for resource in set.resources.iter_mut().filter(|resource| is_meant(target, resource)) {
            write(target, &value, resource, &mut growth)?;
        }
    }
    Ok(())
}

fn is_meant(target: &Target, resource: &Working) -> bool {
    let rejected = target.reject.iter().any(|choice| {
        choice.marks(&resource.body) == Some(true) || !choice.is_unnamed() && choice.names(resource)
    });
    !rejected
        && target.select.marks(&resource.body).unwrap_or(true)
        && target.select.names(resource)
}

fn write(
    target: &Target,
    value: &Value,
    resource: &mut Working,
    growth: &mut Growth,
) -> Result<(), RenderError> {
    for path in &target.paths {
        path.write(&mut resource.body, value, &target.options, growth)?;
    }
    resource.refresh();
    Ok(())
}
