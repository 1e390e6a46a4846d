//! `image-source-differs`.

use crate::compare::Topic;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report};
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
    /// itself is a substitution or a parameter.
    pub struct ImageSourceDiffers {
    }
    id: "image-source-differs", family: Parity, level: Error, since: "0.1.0",
}

impl Rule for ImageSourceDiffers {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report(cx, Topic::Image, findings, |difference, sides| Speech {
            message: format!(
                "the image at `{}` of {} comes from `{}` in {} and from `{}` in {}",
                difference.path,
                difference.resource,
                difference.shown().unwrap_or_default(),
                sides.here,
                difference.reference_shown().unwrap_or_default(),
                sides.there,
            ),
            help: "use one repository for both; only tag and digest should differ".to_owned(),
        });
    }
}
