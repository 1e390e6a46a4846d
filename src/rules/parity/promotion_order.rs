//! `promotion-order`.

use std::collections::BTreeMap;

use crate::compare::Promotion;
use crate::finding::{Finding, Level, Role, Subject};
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::{Rule, rule};
use crate::text::Span;

/// Most further places that a finding shows.
const PLACES: usize = 20;

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
        // The same step ahead of the same thing is one cause, however many files repeat it.
        let mut causes: BTreeMap<(usize, &str, &str, &str), Vec<&Promotion>> = BTreeMap::new();
        for promotion in &cx.comparison.promotions {
            let environment = cx.evaluated[promotion.here_overlay].overlay.environment;
            let (here, there) = (promotion.here.0.as_str(), promotion.there.0.as_str());
            causes.entry((environment, &promotion.name, here, there)).or_default().push(promotion);
        }
        let last = cx.layout.environments.len().saturating_sub(1);
        for ((environment, ..), mut uses) in causes {
            uses.sort_by_key(|promotion| promotion.here.1);
            if let Some(finding) = finding(cx, &uses) {
                let released = environment == last && uses.iter().any(|promotion| !promotion.weak);
                let most = if released { Level::Error } else { Level::Note };
                findings.push_at(findings.level().min(most), finding);
            }
        }
    }
}

fn finding(cx: &Context<'_>, uses: &[&Promotion]) -> Option<Finding> {
    let first = uses.first()?;
    let environment = |overlay: usize| {
        let environment = cx.evaluated[overlay].overlay.environment;
        cx.layout.environments[environment].name.as_str()
    };
    let (here, there) = (environment(first.here_overlay), environment(first.there_overlay));
    let ((mine, span), (theirs, reference)) = (&first.here, &first.there);
    let message = format!(
        "{here} runs `{mine}` of `{}`, and {there} is at `{theirs}` still{}",
        first.name,
        reach(uses),
    );
    let mut finding = Finding::at(*span, message)
        .label(format!("{here}: `{mine}`"))
        .place(Role::Reference, *reference, format!("{there}: `{theirs}`"))
        .help(format!("run `{mine}` in {there} too, or put {here} back to `{theirs}`"))
        .key([&first.name]);
    let mut seen: Vec<Span> = vec![*span, *reference];
    for promotion in &uses[1..] {
        if !seen.contains(&promotion.here.1) && seen.len() < PLACES {
            seen.push(promotion.here.1);
            finding = finding.place(
                Role::Related,
                promotion.here.1,
                format!("also {}", promotion.resource),
            );
        }
    }
    let overlay = &cx.evaluated[first.here_overlay];
    let own = uses.iter().map(|promotion| &cx.evaluated[promotion.here_overlay]);
    let mut variants: Vec<String> = own
        .filter(|other| other.unit_index == overlay.unit_index)
        .filter_map(|other| other.overlay.variant.clone())
        .collect();
    variants.sort();
    variants.dedup();
    Some(finding.about(Subject {
        unit: Some(overlay.unit.name.clone()),
        environment: Some(here.to_owned()),
        reference: Some(there.to_owned()),
        variants,
        resource: Some(first.resource.clone()),
        path: Some(first.path.to_string()),
        value: Some(mine.clone()),
        reference_value: Some(theirs.clone()),
        ..Subject::default()
    }))
}

/// How many overlays run it.
fn reach(uses: &[&Promotion]) -> String {
    let mut overlays: Vec<usize> = uses.iter().map(|promotion| promotion.here_overlay).collect();
    overlays.sort_unstable();
    overlays.dedup();
    if overlays.len() > 1 { format!(" (in {} overlays)", overlays.len()) } else { String::new() }
}
