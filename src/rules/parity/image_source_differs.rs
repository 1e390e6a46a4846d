//! `image-source-differs`.

use crate::compare::{Difference, Topic, is_placeholder_of};
use crate::finding::Level;
use crate::kube::Value;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Sides, Speech, report_graded};
use crate::rules::{Rule, rule};

rule! {
    /// Reports a container whose image comes from another repository than in the reference
    ///
    /// ## Why
    /// Tags and digests move from staging to production; the repository that they come from does
    /// not. An image from elsewhere is another build, perhaps under other controls.
    ///
    /// ## Fix
    /// Name the same repository in both environments. A mirror that every environment has for
    /// itself is a substitution or a parameter. Where one side has a bare name, which something else may
    /// fill in, it is a warning: name the repository there.
    pub struct ImageSourceDiffers {
    }
    id: "image-source-differs", family: Parity, level: Error, since: "0.1.0",
}

impl Rule for ImageSourceDiffers {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let grade = |difference: &Difference| match unnamed(difference) {
            Some(_) => Level::Warning,
            None => Level::Error,
        };
        report_graded(cx, Topic::Image, findings, grade, |difference, sides| Speech {
            message: format!(
                "the image at `{}` of {} comes from {}",
                difference.path,
                difference.resource,
                sources(difference, sides),
            ),
            help: "use one repository for both; only tag and digest should differ".to_owned(),
        });
    }
}

/// The side that names no registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unnamed {
    Here,
    There,
}

/// Whether one side has no more than the name that the other side's repository ends in.
fn unnamed(difference: &Difference) -> Option<Unnamed> {
    let text = |value: &'_ Option<Value>| value.as_ref().and_then(Value::text).map(str::to_owned);
    let (here, there) = (text(&difference.here.value)?, text(&difference.there.value)?);
    if is_placeholder_of(&here, &there) {
        return Some(Unnamed::Here);
    }
    is_placeholder_of(&there, &here).then_some(Unnamed::There)
}

fn sources(difference: &Difference, sides: &Sides) -> String {
    let mine = difference.shown().unwrap_or_default();
    let theirs = difference.reference_shown().unwrap_or_default();
    let (here, there) = (&sides.here, &sides.there);
    match unnamed(difference) {
        Some(Unnamed::Here) => {
            format!("`{theirs}` in {there}, and {here} names no registry: `{mine}`")
        }
        Some(Unnamed::There) => {
            format!("`{mine}` in {here}, and {there} names no registry: `{theirs}`")
        }
        None => format!("`{mine}` in {here} and from `{theirs}` in {there}"),
    }
}
