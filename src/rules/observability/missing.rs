//! What the rules about missing agents, targets, alerts, traces and logs say alike.

use crate::compare::agents::{self, Shown};
use crate::compare::{Cause, Change, Difference, Topic};
use crate::finding::Level;
use crate::kube::{PathStep, Value};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::observability::charts;
use crate::rules::observability::cover;
use crate::rules::speak::{Sides, Speech, report_at_most};

/// Reports every cause of a topic; `does` is what a whole object does for an environment.
pub(super) fn report(cx: &Context<'_>, topic: Topic, findings: &mut Findings, does: &str) {
    report_at_most(
        cx,
        topic,
        findings,
        |cause| match said_elsewhere(cx, cause.first()) {
            Some(most) => most,
            None => cover::level(cx, cause.first()),
        },
        |difference, sides| say(difference, sides, does),
    );
    charts::report(cx, topic, findings);
}

/// How much a difference adds to another one: nothing where it refers to a part that is missing
/// with it, and less where the other side has a part of its own in the place.
fn said_elsewhere(cx: &Context<'_>, difference: &Difference) -> Option<Level> {
    let others = cx.comparison.causes.iter().filter(|cause| cause.topic == difference.topic);
    let mut others = others.map(Cause::first).filter(|other| {
        other.here_overlay == difference.here_overlay && other.resource == difference.resource
    });
    let steps = difference.path.steps();
    match steps {
        [.., PathStep::Key(list), PathStep::Key(name)] if list.ends_with("Refs") => others
            .any(|other| {
                let named = matches!(other.path.steps().last(), Some(PathStep::Element { value, .. })
                    if value == name);
                named && other.change == difference.change
            })
            .then_some(Level::Off),
        [list @ .., PathStep::Element { .. }] if difference.topic == Topic::Scrape => {
            let replaced = others.any(|other| {
                let other_list = other.path.steps().split_last().map(|(_, list)| list);
                other_list == Some(list) && other.change != difference.change
            });
            // A monitor with another endpoint scrapes; a Service without the port is not scraped.
            let most = match difference.change {
                Change::OnlyHere => Level::Off,
                _ if &*difference.resource.gvk.kind == "Service" => Level::Error,
                _ => Level::Warning,
            };
            replaced.then_some(most)
        }
        _ => None,
    }
}

fn say(difference: &Difference, sides: &Sides, does: &str) -> Speech {
    let resource = &difference.resource;
    let (with, without) = sides.with_and_without(difference.change);
    let whose = shown(difference).map_or(String::new(), in_words);
    if difference.change == Change::Changed {
        let (here, there) = (difference.shown(), difference.reference_shown());
        return Speech {
            message: format!(
                "`{}` of {resource} is `{}` in {} and `{}` in {}{whose}",
                difference.path,
                here.unwrap_or_default(),
                sides.here,
                there.unwrap_or_default(),
                sides.there,
            ),
            help: "set it alike in both environments, in the base if nothing else differs".into(),
        };
    }
    let help = format!("add it in {without} too, or document why {without} does without");
    let message = match difference.path.steps().last() {
        None => format!("{resource} {does} {with} and not {without}"),
        Some(PathStep::Element { value: name, .. }) if is_container(difference) => {
            format!("container `{name}` of {resource} {does} {with} and not {without}{whose}")
        }
        Some(_) => {
            let named = name_of(difference).map_or(String::new(), |name| format!(" (`{name}`)"));
            let path = &difference.path;
            format!("`{path}`{named} of {resource} is set in {with} and not in {without}{whose}")
        }
    };
    Speech { message, help }
}

/// Whose sign the difference is about.
fn shown(difference: &Difference) -> Option<&'static Shown> {
    let value = difference.here.value.as_ref().or(difference.there.value.as_ref())?;
    agents::of_path(difference.path.steps(), value)
}

fn in_words(shown: &Shown) -> String {
    let list: Vec<&str> = shown.provides.iter().map(|provision| provision.name()).collect();
    if list.is_empty() {
        format!(": {}", shown.agent)
    } else {
        format!(": {} ({})", shown.agent, list.join(", "))
    }
}

fn is_container(difference: &Difference) -> bool {
    let value = difference.here.value.as_ref().or(difference.there.value.as_ref());
    value.is_some_and(|value| value.get("image").is_some())
}

/// What an element is called whose path has its position only.
fn name_of(difference: &Difference) -> Option<&str> {
    let value = difference.here.value.as_ref().or(difference.there.value.as_ref())?;
    let unnamed =
        difference.path.to_string().ends_with(']') && difference.path.last_name().is_none();
    let name = ["alert", "record", "name", "port"].iter().find_map(|key| value.get(key));
    name.and_then(Value::text).filter(|_| unnamed)
}
