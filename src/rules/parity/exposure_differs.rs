//! `exposure-differs`.

use crate::compare::Topic;
use crate::finding::Level;
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
        report_graded(
            cx,
            Topic::Exposure,
            findings,
            |_| Level::Error,
            |difference, sides| {
                Speech {
            message: told(difference, sides),
            help: "use the same routes and options in both environments, or declare a `[[parameter]]` for \
                   what must differ".to_owned(),
        }
            },
        );
    }
}
