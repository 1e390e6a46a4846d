//! `stale-promotion`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::compare::Promotion;
use crate::finding::{Finding, Level, Role};
use crate::history::Since;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::parity::promoted;
use crate::rules::{Rule, rule};

rule! {
    /// Reports an image, chart or source that the reference has run for weeks in a version that was never promoted
    ///
    /// ## Why
    /// What was tried in staging and then forgotten helps nobody: production misses its fixes, the
    /// next release is larger and harder to take back, and staging no longer tests what runs.
    ///
    /// ## Fix
    /// Promote the version, or put staging back to what production runs. Where the release waits
    /// for something, document it with an exception that has a date. The age is that of the commit
    /// which brought the version to the reference's branch; see [history](../history.md) for what
    /// a clone in CI must hold. Commits and digests have no order: the one that came first is the older one.
    pub struct StalePromotion {
        /// The days for which a version may wait for its promotion
        days: u16 = 30,
    }
    id: "stale-promotion", family: Parity, level: Warning, since: "0.1.0",
}

/// A promotion that has waited for too long, and for how many days.
struct Stale<'c> {
    promotion: &'c Promotion,
    since: &'c Since,
    days: i64,
}

impl Rule for StalePromotion {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        // What one commit brought to the reference in one version is one promotion of a unit.
        let mut causes: BTreeMap<(usize, usize, &str, &str), Vec<Stale<'_>>> = BTreeMap::new();
        for (&at, since) in &cx.waiting.since {
            let Some(promotion) = cx.comparison.promotions.get(at) else { continue };
            let Some(days) = day(since).map(|day| days(day, cx.today)) else { continue };
            if days > i64::from(self.days) {
                let overlay = &cx.evaluated[promotion.here_overlay];
                let (environment, unit) = (overlay.overlay.environment, overlay.unit_index);
                let cause = (environment, unit, promotion.there.0.as_str(), commit(since));
                causes.entry(cause).or_default().push(Stale { promotion, since, days });
            }
        }
        for mut uses in causes.into_values() {
            uses.sort_by_key(|stale| stale.promotion.here.1);
            if let Some(finding) = finding(cx, &uses) {
                let level = if promoted::is_released(cx, uses.iter().map(|stale| stale.promotion)) {
                    findings.level()
                } else {
                    findings.level().min(Level::Note)
                };
                findings.push_at(level, finding);
            }
        }
    }
}

fn day(since: &Since) -> Option<Date> {
    match since {
        Since::Commit(introduced) => introduced.committed,
        Since::AtLeast(day) => Some(*day),
    }
}

/// The commit's id, where it is known.
fn commit(since: &Since) -> &str {
    match since {
        Since::Commit(introduced) => &introduced.commit,
        Since::AtLeast(_) => "",
    }
}

fn days(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

fn finding(cx: &Context<'_>, uses: &[Stale<'_>]) -> Option<Finding> {
    let first = uses.first()?;
    let promotion = first.promotion;
    let (here, there) = promoted::environments(cx, promotion);
    let (mine, theirs) = (&promotion.here.0, &promotion.there.0);
    let days = first.days;
    let (age, commit) = match first.since {
        Since::Commit(introduced) => {
            let day = introduced.committed.map(|day| format!(" of {day}")).unwrap_or_default();
            (format!("for {days} days (commit {}{day})", introduced.short()), &*introduced.summary)
        }
        Since::AtLeast(day) => {
            (format!("for at least {days} days (the history here begins on {day})"), "")
        }
    };
    let came = if commit.is_empty() { String::new() } else { format!(", came with: {commit}") };
    let promotions: Vec<&Promotion> = uses.iter().map(|stale| stale.promotion).collect();
    let message = format!(
        "{here} runs `{mine}` of `{}`{}, and {there} has had `{theirs}` {age}{}",
        promotion.name,
        others(&promotions),
        promoted::reach(&promotions),
    );
    let finding = Finding::at(promotion.here.1, message)
        .label(format!("{here}: `{mine}`"))
        .place(Role::Reference, promotion.there.1, format!("{there}: `{theirs}`{came}"))
        .help(format!("promote `{theirs}` to {here}, or document why it waits with an exception"))
        .key([&promotion.name]);
    Some(promoted::described(cx, finding, &promotions))
}

/// How many other things came with it.
fn others(uses: &[&Promotion]) -> String {
    let names: BTreeSet<&str> = uses.iter().map(|promotion| promotion.name.as_str()).collect();
    match names.len() {
        0 | 1 => String::new(),
        count => format!(" and an old version of {} more", count - 1),
    }
}
