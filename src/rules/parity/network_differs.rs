//! `network-differs`.

use crate::compare::{Change, Difference, Side, Topic, is_single_network};
use crate::finding::Level;
use crate::kube::Value;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report_graded, told};
use crate::rules::{Rule, rule};

rule! {
    /// Reports network policies, mesh policies and service entries that differ between environments
    ///
    /// ## Why
    /// A policy decides who may talk to whom. One that production lacks leaves open what staging
    /// closes; one that only production has was never tried out, and blocks a call that worked in
    /// staging.
    ///
    /// ## Fix
    /// Use the same policy in every environment. Addresses and hosts may differ; declare what else
    /// must as a parameter with a reason.
    pub struct NetworkDiffers {
    }
    id: "network-differs", family: Parity, level: Error, since: "0.1.0",
}

impl Rule for NetworkDiffers {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report_graded(
            cx,
            Topic::Network,
            findings,
            |d| grade(cx, d),
            |difference, sides| {
                Speech {
            message: told(difference, sides),
            help: "use the same policy in both environments, or declare a `[[parameter]]` for what must \
                   differ".to_owned(),
        }
            },
        );
    }
}

/// A whole policy that production lacks opens what it closes, unless others of its kind are there.
/// Every environment has addresses of its own.
fn grade(cx: &Context<'_>, difference: &Difference) -> Level {
    let lost = difference.change == Change::OnlyThere && difference.path.steps().is_empty();
    let rendered = cx.evaluated[difference.here_overlay].output();
    let others = rendered.into_iter().flat_map(|rendered| &rendered.resources);
    let others = others.filter(|other| other.id.gvk.kind == difference.resource.gvk.kind).count();
    if is_address(difference) {
        Level::Note
    } else if lost && others == 0 || is_open(difference) {
        Level::Error
    } else {
        Level::Warning
    }
}

/// Whether the environment lets in, or speaks with, everybody where its reference does not.
fn is_open(difference: &Difference) -> bool {
    const OPEN: &[&str] = &["0.0.0.0/0", "::/0", "PERMISSIVE", "DISABLE"];
    let open = |side: &Side| {
        side.value.as_ref().and_then(Value::text).is_some_and(|text| OPEN.contains(&text))
    };
    open(&difference.here) && !open(&difference.there)
}

/// Whether one more address is all that differs, and not that of everything.
fn is_address(difference: &Difference) -> bool {
    let value = difference.here.value.as_ref().or(difference.there.value.as_ref());
    let address = value.and_then(|value| {
        let block = value.at(&["ipBlock", "cidr"]).or_else(|| value.get("cidr")).unwrap_or(value);
        block.text()
    });
    difference.change != Change::Changed && address.is_some_and(is_single_network)
}
