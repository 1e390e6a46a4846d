//! `promotion-order`.

use crate::compare::{Promotion, Standing};
use crate::finding::{Finding, Level, Role};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::parity::promoted;
use crate::rules::{Rule, rule};

rule! {
    /// Reports an image, chart or source that runs in a newer version than the reference has
    ///
    /// ## Why
    /// A release is tried in staging and then runs in production. A version that production has
    /// and no part of staging has ever run was not tried, and the next promotion takes it back.
    ///
    /// ## Fix
    /// Run the version in staging too, or put production back to what staging runs. Commits and
    /// digests have no order and are not judged, nor are versions of different schemes.
    pub struct PromotionOrder {
    }
    id: "promotion-order", family: Parity, level: Warning, since: "0.1.0",
}

impl Rule for PromotionOrder {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let promotions = cx.comparison.promotions.iter();
        let ahead = promotions.filter(|promotion| promotion.standing == Standing::Ahead);
        for mut uses in promoted::causes(cx, ahead) {
            uses.sort_by_key(|promotion| promotion.here.1);
            if let Some(finding) = finding(cx, &uses) {
                let released = promoted::is_released(cx, uses.iter().copied());
                let most = if released { Level::Error } else { Level::Note };
                findings.push_at(findings.level().min(most), finding);
            }
        }
    }
}

fn finding(cx: &Context<'_>, uses: &[&Promotion]) -> Option<Finding> {
    let first = uses.first()?;
    let (here, there) = promoted::environments(cx, first);
    let ((mine, span), (theirs, reference)) = (&first.here, &first.there);
    let message = format!(
        "{here} runs `{mine}` of `{}`, and {there} is at `{theirs}` still{}",
        first.name,
        promoted::reach(uses),
    );
    let finding = Finding::at(*span, message)
        .label(format!("{here}: `{mine}`"))
        .place(Role::Reference, *reference, format!("{there}: `{theirs}`"))
        .help(format!("run `{mine}` in {there} too, or put {here} back to `{theirs}`"))
        .key([&first.name]);
    Some(promoted::described(cx, finding, uses))
}
