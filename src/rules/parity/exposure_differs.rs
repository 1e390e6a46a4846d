//! `exposure-differs`.

use crate::compare::{Change, Difference, Topic, is_host};
use crate::finding::Level;
use crate::kube::{PathStep, Value};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report_graded, told};
use crate::rules::{Rule, rule};

rule! {
    /// Reports routes, gateways, TLS options and service types that differ between environments
    ///
    /// ## Why
    /// What lets requests in decides about timeouts, sizes, authentication, redirects and
    /// encryption. Where it differs, staging answers to other requests than production does.
    ///
    /// ## Fix
    /// Use the same routes and options in every environment. Hosts, names of TLS secrets, issuers
    /// and ingress classes may differ; declare what else must as a parameter.
    pub struct ExposureDiffers {
    }
    id: "exposure-differs", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for ExposureDiffers {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report_graded(cx, Topic::Exposure, findings, grade, |difference, sides| {
            Speech {
            message: told(difference, sides),
            help: "use the same routes and options in both environments, or declare a `[[parameter]]` for \
                   what must differ".to_owned(),
        }
        });
    }
}

/// One more host, or one less, is what an environment has of its own.
fn grade(difference: &Difference) -> Level {
    let value = difference.here.value.as_ref().or(difference.there.value.as_ref());
    let of_host = match difference.path.steps().last() {
        Some(PathStep::Element { key, .. }) => &**key == "host",
        _ => value.and_then(Value::text).is_some_and(is_host),
    };
    if of_host && difference.change != Change::Changed { Level::Note } else { Level::Warning }
}
