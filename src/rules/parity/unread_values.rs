//! Values that no template of their chart reads, for `patch-without-effect`.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Level, Role, Subject};
use crate::kube::{Form, Gvk, ResourceId};
use crate::render::Evaluated;
use crate::render::helm::Unread;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::locality;
use crate::text::Span;

/// Reports every value that is set for an environment and that nothing in the chart mentions.
pub(super) fn report(cx: &Context<'_>, findings: &mut Findings) {
    let mut found: BTreeMap<Span, Vec<(&Evaluated<'_>, &Unread)>> = BTreeMap::new();
    for evaluated in cx.evaluated {
        for unread in evaluated.output().into_iter().flat_map(|rendered| &rendered.unread) {
            found.entry(unread.span).or_default().push((evaluated, unread));
        }
    }
    // The same key in the files of several environments is one mistake.
    let mut causes: BTreeMap<(usize, &str), BTreeMap<Span, Vec<_>>> = BTreeMap::new();
    for (span, uses) in found {
        let Some((evaluated, unread)) = uses.first() else { continue };
        // Another chart may read what this one does not.
        let others = cx.evaluated.iter().filter(|evaluated| values_of(evaluated).is_some());
        let readers = others.filter_map(Evaluated::output);
        if readers.filter(|output| output.inputs.contains(&span.file)).count() > uses.len() {
            continue;
        }
        let cause = causes.entry((evaluated.unit_index, unread.path.as_str())).or_default();
        cause.insert(span, uses);
    }
    for places in causes.into_values() {
        if let Some((level, finding)) = finding(cx, &places) {
            findings.push_at(findings.level().min(level), finding);
        }
    }
}

/// The values that an overlay gives its chart.
fn values_of(evaluated: &Evaluated<'_>) -> Option<ResourceId> {
    let values = Gvk::document(Form::Values);
    let mut objects = evaluated.output()?.resources.iter();
    objects.find(|object| object.id.gvk == values).map(|object| object.id.clone())
}

fn finding(
    cx: &Context<'_>,
    places: &BTreeMap<Span, Vec<(&Evaluated<'_>, &Unread)>>,
) -> Option<(Level, Finding)> {
    let (&span, uses) = places.first_key_value()?;
    let (evaluated, unread) = uses.first()?;
    let environments: BTreeSet<usize> =
        places.values().flatten().map(|(it, _)| it.overlay.environment).collect();
    let names: Vec<&str> = environments
        .iter()
        .filter_map(|&at| cx.layout.environment(at))
        .map(|environment| environment.name.as_str())
        .collect();
    let path = &unread.path;
    let message = format!("no template of the chart `{}` reads `{path}`", unread.chart);
    let help = match &unread.meant {
        Some(meant) => format!("did you mean `{meant}`? Otherwise remove it"),
        None => "remove it, or correct its name".to_owned(),
    };
    let [overlay, file] = locality(cx, span);
    let mut finding = Finding::at(span, message)
        .label(format!("set for {}", names.join(", ")))
        .help(help)
        .known_by(["values", path, &overlay, &file])
        .about(Subject {
            unit: Some(evaluated.unit.name.clone()),
            environment: (names.len() == 1).then(|| names.concat()),
            resource: values_of(evaluated),
            path: Some(path.clone()),
            ..Subject::default()
        });
    for &other in places.keys().skip(1) {
        finding = finding.place(Role::Related, other, "also here");
    }
    // What resembles another key is a mistake. What has a default, or stands in every file, may be read
    // by something beside helm.
    let overlays = places.values().flatten().count();
    let everywhere = overlays > 1 && overlays == evaluated.unit.overlays.len();
    let sure = unread.meant.is_some() || !(unread.has_default || everywhere);
    Some((if sure { Level::Warning } else { Level::Note }, finding))
}
