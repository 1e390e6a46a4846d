//! `backup-differs`.

use crate::compare::{Change, Difference, Topic};
use crate::finding::Level;
use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::rules::speak::{Speech, report_graded, told};
use crate::rules::{Rule, rule};

rule! {
    /// Reports backups that one environment lacks, or that are kept or made differently
    ///
    /// ## Why
    /// Production without the backup that staging has is found out when it is needed. A backup that
    /// only production makes was never restored in a test, which is usual and a note.
    ///
    /// ## Fix
    /// Make backups in production at least as often as in staging, and keep them at least as long.
    /// Destinations and the time of day may differ.
    pub struct BackupDiffers {
    }
    id: "backup-differs", family: Parity, level: Error, since: "0.1.0",
}

impl Rule for BackupDiffers {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        report_graded(cx, Topic::Backup, findings, grade, |difference, sides| {
            Speech {
            message: told(difference, sides),
            help: "make the backup in production too, and keep it at least as long as in the reference".to_owned(),
        }
        });
    }
}

/// A backup that is lost is worse than one that is made differently, or that only production has.
fn grade(difference: &Difference) -> Level {
    let whole = difference.path.steps().is_empty()
        || matches!(difference.path.last_name(), Some("backup" | "backups"));
    match difference.change {
        Change::OnlyThere if whole => Level::Error,
        Change::OnlyHere if whole => Level::Note,
        _ => Level::Warning,
    }
}
