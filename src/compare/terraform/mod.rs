//! What Terraform's own names say of a difference: its class, and whether it may be.

mod capacity;
mod switches;
mod table;

pub(crate) use switches::{of_switch, protections};

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::compare::amounts::amounts;
use crate::compare::classify::Class;
use crate::compare::diff::{Change, RawDifference};
use crate::compare::flags::words;
use crate::compare::identity::{is_everything, is_single_network, on_one_host};
use crate::compare::names::same_but_names;
use crate::compare::parameters::{Case, Judgement, allowed, is_foreign};
use crate::compare::scalar::has_placeholder;
use crate::compare::terraform::capacity::{capacity, counted, given, is_count};
use crate::compare::terraform::switches::is_switch;
use crate::compare::version;
use crate::kube::{Form, Gvk, PathStep, ResourceId, Value, hides_text, looks_secret_key};
use crate::syntax::scalar::Tag;

/// As many days as nobody means.
const FOR_EVER: &str = "1000000";
/// Longer numbers are ids of accounts.
const SHORT: usize = 8;

/// Whether a document is one of Terraform's.
pub(crate) fn is_terraform(gvk: &Gvk) -> bool {
    gvk.is_block() || gvk.is_document() && matches!(&*gvk.kind, "variables" | "locals" | "settings")
}

/// Whether one side of an argument is written out where the other refers to a variable or a local value.
pub(crate) fn is_hard_coded(here: &str, there: &str) -> bool {
    let refers = |text: &str| {
        let name = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let name = name.and_then(|name| name.strip_prefix("var.").or(name.strip_prefix("local.")));
        let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        name.is_some_and(|name| name.chars().all(inside))
    };
    refers(here) && !has_placeholder(there) || refers(there) && !has_placeholder(here)
}

/// Whether a path is that of a whole variable.
pub(crate) fn is_variable(gvk: &Gvk, path: &[PathStep]) -> bool {
    gvk.is_document() && &*gvk.kind == Form::Variables.kind() && path.len() == 1
}

/// Whether a difference is that one side lacks a variable of those that its module asks for.
pub(crate) fn is_required(
    gvk: &Gvk,
    difference: &RawDifference,
    asked: &BTreeSet<Arc<str>>,
) -> bool {
    let name = difference.path.last_key();
    difference.change != Change::Changed
        && is_variable(gvk, difference.path.steps())
        && name.is_some_and(|name| asked.contains(name))
}

/// The class of a path of a document of Terraform: by the names in it, the last first, then by the
/// type of resource.
pub(crate) fn classify(gvk: &Gvk, path: &[PathStep]) -> Class {
    let by_name = path.iter().rev().filter_map(key).find_map(|name| {
        let words = spaced(name);
        let fits = |(pattern, _): &&(&str, Class)| has(&words, pattern);
        table::NAMES.iter().find(fits).map(|&(_, class)| class)
    });
    let below = path.split_last().map_or(&[][..], |(_, above)| above).iter().filter_map(key);
    let held = below.map(spaced).find_map(|words| {
        table::HOLDERS.iter().find(|(pattern, _)| has(&words, pattern)).map(|&(_, class)| class)
    });
    let source = matches!(path, [PathStep::Key(key)] if &**key == "source");
    match &*gvk.kind {
        "settings" => Class::Dependency,
        "module" if source => Class::Dependency,
        kind => held.or(by_name).or_else(|| of_type(kind)).unwrap_or(Class::Other),
    }
}

fn of_type(kind: &str) -> Option<Class> {
    let fits = |pattern: &str| match pattern.split_once('*') {
        Some((start, end)) => {
            let end = end.trim_end_matches('*');
            kind.strip_prefix(start).is_some_and(|rest| rest.contains(end))
        }
        None => pattern == kind,
    };
    table::TYPES.iter().find(|(pattern, _)| fits(pattern)).map(|&(_, class)| class)
}

fn key(step: &PathStep) -> Option<&str> {
    match step {
        PathStep::Key(key) => Some(key),
        PathStep::Element { .. } | PathStep::Index(_) => None,
    }
}

/// The words of a name with a space around each.
fn spaced(name: &str) -> String {
    format!(" {} ", words(name).join(" "))
}

/// Whether the words of a pattern stand side by side in a name, see [`spaced`].
fn has(name: &str, pattern: &str) -> bool {
    name.match_indices(pattern).any(|(at, _)| {
        let (before, after) = (name.get(..at), name.get(at + pattern.len()..));
        before.is_some_and(|text| text.ends_with(' '))
            && after.is_some_and(|text| text.starts_with(' '))
    })
}

/// Whether a path says by its name that the tag of an image stands there: which build runs.
pub fn is_image_tag(gvk: &Gvk, path: &[PathStep]) -> bool {
    is_terraform(gvk) && path.last().and_then(key).is_some_and(names_image_tag)
}

/// Whether a variable or an argument is the tag of an image by its name: `image_tag`.
fn names_image_tag(name: &str) -> bool {
    let words = words(name);
    matches!(&words[..], [.., image, tag] if tag == "tag" && table::TAGGED.contains(&image.as_str()))
}

/// What has the version that stands at a path, by its name.
pub(crate) fn versioned(id: &ResourceId, path: &[&str]) -> Option<String> {
    let (last, above) = path.split_last()?;
    let tag = names_image_tag(last);
    let is_version = *last == "ref" || tag || has(&spaced(last), "version");
    if !is_version || !is_terraform(&id.gvk) {
        return None;
    }
    let words = words(last);
    let (kind, name) = (&id.gvk.kind, &id.name);
    let own = if id.gvk.is_block() { format!("{kind}.{name}") } else { String::new() };
    let told = |word: &str| word == "version" || word == "ref" || tag && word == "tag";
    let what = words.iter().filter(|word| !told(word));
    let what = what.map(String::as_str).collect::<Vec<_>>().join("_");
    let parts = [own.as_str()].into_iter().chain(above.iter().copied()).chain([what.as_str()]);
    Some(parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("."))
}

/// The texts of both sides and the last name of the path, where a difference is one of Terraform's and
/// neither side is everything.
fn texts<'c>(case: &'c Case<'_>) -> Option<(&'c str, &'c str, &'c str)> {
    let difference = case.difference;
    let text = |value: &'c Option<Value>| value.as_ref().and_then(Value::text).unwrap_or("");
    let (here, there) = (text(&difference.here.value), text(&difference.there.value));
    let judged = is_terraform(case.gvk) && !is_everything(here) && !is_everything(there);
    let last = difference.path.steps().iter().rev().find_map(key).unwrap_or("");
    judged.then_some((here, there, last))
}

/// What every environment has its own of: names, places, accounts, secrets.
pub(crate) fn identities(case: &Case<'_>) -> Judgement {
    let Some((mine, theirs, last)) = texts(case) else { return Judgement::Free };
    let (here, there) = (case.difference.here.value.as_ref(), case.difference.there.value.as_ref());
    // Nothing but a label is called yes or no, and which build runs is a version.
    if !is_label(case) && [here, there].into_iter().flatten().any(is_switch)
        || is_image_tag(case.gvk, case.difference.path.steps())
    {
        return Judgement::Free;
    }
    // What may be shown is no secret: the length of a password.
    let hidden = |text: &str| looks_secret_key(last) && hides_text("", last, text);
    let secret = here.is_some() && there.is_some() && hidden(mine) && hidden(theirs);
    let foreign = is_foreign(mine, theirs, case.names);
    if secret || is_principal(case) && !foreign {
        return allowed(true);
    }
    if let Some(judged) = source(case, last) {
        return judged;
    }
    if is_identity(case) && !foreign && !loses_a_zone(case) && !is_elsewhere(case, mine, theirs) {
        // What a block lacks is what its provider chooses.
        let dropped = case.gvk.is_block() && case.difference.change == Change::OnlyThere;
        return allowed(!dropped || here.or(there).is_none_or(|value| value.as_scalar().is_none()));
    }
    let single = |text: &str| text.is_empty() || is_single_network(text);
    let networks = case.class == Class::Network && single(mine) && single(theirs);
    allowed(networks && case.difference.change == Change::Changed)
}

/// What makes an environment larger, keeps more of it, or is a newer version.
pub(crate) fn sizes(case: &Case<'_>) -> Judgement {
    let Some((mine, theirs, last)) = texts(case) else { return Judgement::Free };
    let change = case.difference.change;
    let (here, there) = (case.difference.here.value.as_ref(), case.difference.there.value.as_ref());
    match case.class {
        Class::Capacity if is_count(case) => counted(here, there),
        Class::Capacity if change == Change::OnlyHere => given(last, here),
        Class::Capacity if change == Change::Changed => capacity((here, there), (mine, theirs)),
        // What is newer here is a matter of promotion, not of difference.
        Class::Dependency => allowed(version::order(mine, theirs) == Some(Ordering::Greater)),
        Class::Observability if has(&spaced(last), "retention") => {
            kept(change, (forever(here).as_ref(), forever(there).as_ref()))
        }
        Class::Backup => kept(change, (here, there)),
        _ => Judgement::Free,
    }
}

/// Where a module comes from: what one environment takes from its own files, another takes from where
/// they are published.
fn source(case: &Case<'_>, last: &str) -> Option<Judgement> {
    let difference = case.difference;
    if &*case.gvk.kind != "module" || !matches!(last, "ref" | "source") {
        return None;
    }
    // A revision that one side lacks belongs to a source that it does not have.
    if difference.change != Change::Changed {
        return Some(allowed(true));
    }
    let text = |value: &Option<Value>| Some(value.as_ref()?.text()?.to_owned());
    let (here, there) = (text(&difference.here.value)?, text(&difference.there.value)?);
    let is_local = |text: &str| text.starts_with("./") || text.starts_with("../");
    let part = |text: &str| {
        let mut parts = text.trim_end_matches(".git").rsplit(['/', ':']);
        parts.find(|part| !part.is_empty()).map(str::to_owned)
    };
    let published = is_local(&there) && !is_local(&here) && part(&here) == part(&there);
    published.then(|| allowed(true))
}

/// How long logs are kept: nothing is kept for no time, zero means for ever.
fn forever(value: Option<&Value>) -> Option<Value> {
    let value = value?;
    let zero =
        value.as_scalar().is_some_and(|scalar| scalar.tag == Tag::Int && &*scalar.text == "0");
    Some(if zero {
        Value::scalar(Tag::Int, FOR_EVER, value.provenance.clone())
    } else {
        value.clone()
    })
}

/// Who may do something: every environment has accounts and groups of its own, but nobody has a
/// public of its own.
fn is_principal(case: &Case<'_>) -> bool {
    let difference = case.difference;
    // The sixth part of the name of a resource is what it is called.
    let everything = |text: &str| text.splitn(6, ':').nth(5) == Some("*");
    let named = |value: &Option<Value>| {
        let text = value.as_ref().and_then(Value::text);
        text.is_some_and(|text| text.contains('@') || text.starts_with("arn:") && !everything(text))
    };
    let side = if difference.here.value.is_some() { &difference.here } else { &difference.there };
    case.class == Class::Access && difference.change != Change::Changed && named(&side.value)
}

/// How many copies are kept, and for how long: more is better.
fn kept(change: Change, (here, there): (Option<&Value>, Option<&Value>)) -> Judgement {
    match amounts(here, there) {
        Some((here, there)) if here < there => {
            Judgement::Violated("must not be less than in the reference".to_owned())
        }
        Some(_) => allowed(true),
        None => allowed(change == Change::OnlyHere),
    }
}

/// Whether the environment runs in fewer zones than its reference.
fn loses_a_zone(case: &Case<'_>) -> bool {
    let list = case.difference.path.steps().iter().rev().skip(1).find_map(key);
    let zones =
        |name: &str| name == "zones" || table::ZONES.iter().any(|end| spaced(name).ends_with(end));
    case.difference.fewer && list.is_some_and(zones)
}

/// Whether both sides name a place on the same host, and another one there: another repository, another
/// check.
fn is_elsewhere(case: &Case<'_>, mine: &str, theirs: &str) -> bool {
    let Some(name) = case.difference.path.steps().last().and_then(key) else { return false };
    let words = spaced(name);
    let told = table::TOLD.iter().any(|pattern| has(&words, pattern));
    told && on_one_host(mine, theirs) && !same_but_names(mine, theirs, case.names)
}

/// Whether a path leads into a map of labels.
fn is_label(case: &Case<'_>) -> bool {
    let above = case.difference.path.steps().split_last().map_or(&[][..], |(_, above)| above);
    above.iter().filter_map(key).any(|name| {
        words(name).last().is_some_and(|word| matches!(word.as_str(), "labels" | "tags"))
    })
}

/// Whether one of the names in the path says that every environment has its own there, before one
/// that means something.
fn is_identity(case: &Case<'_>) -> bool {
    let sides = [&case.difference.here.value, &case.difference.there.value];
    let number = |value: &Value| {
        let number = value.as_scalar().filter(|scalar| matches!(scalar.tag, Tag::Int | Tag::Float));
        number.is_some_and(|scalar| scalar.text.len() <= SHORT)
    };
    let amount = sides.into_iter().flatten().any(|v| number(v) || v.as_bool().is_some());
    let names = case.difference.path.steps().iter().rev().filter_map(key);
    for (at, name) in names.enumerate() {
        let words = spaced(name);
        let own = |pattern: &&str| {
            let several = pattern.contains(' ') && has(&words, pattern);
            several || words.trim_end().rsplit(' ').next() == Some(pattern)
        };
        if table::IDENTITY.iter().any(own) {
            let number_names = words.ends_with(" id ") || words.ends_with(" ids ");
            return at > 0 || !amount || number_names;
        }
        if table::NAMES.iter().any(|(pattern, _)| has(&words, pattern)) {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::classify;
    use crate::compare::Class;
    use crate::kube::{Form, Gvk, PathStep};

    #[test]
    fn names_and_types_tell_classes() {
        let class = |kind: &Gvk, path: &str| {
            let steps: Vec<PathStep> =
                path.split('.').map(|key| PathStep::Key(key.into())).collect();
            classify(kind, &steps)
        };
        let variables = Gvk::document(Form::Variables);
        for (path, expected) in [
            ("rds_backup_retention_period", Class::Backup),
            ("databases.orders.engine_params.work_mem.value", Class::Database),
            ("databases.orders.engine_version", Class::Dependency),
            ("log_retention_in_days", Class::Observability),
            ("allowed_cidr_blocks", Class::Network),
            ("node_instance_type", Class::Capacity),
            ("greeting", Class::Other),
        ] {
            assert_eq!(class(&variables, path), expected, "{path}");
        }
        let group = Gvk::block("aws_security_group");
        assert_eq!(class(&group, "timeouts"), Class::Network);
        assert_eq!(class(&Gvk::block("google_project_iam_member"), "x"), Class::Access);
        assert_eq!(class(&Gvk::block("module"), "source"), Class::Dependency);
    }
}
