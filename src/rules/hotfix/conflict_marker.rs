//! Merge conflicts that were committed.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::finding::{Finding, Role};
use crate::rules::{Context, Findings, Rule, locality, rule, text_files};
use crate::syntax::{Conflict, conflicts};

rule! {
    /// Reports the markers of a merge conflict
    ///
    /// ## Why
    /// The file holds both sides of a merge that nobody finished. It cannot be read, or it is read
    /// as something that neither side meant.
    ///
    /// ## Fix
    /// Decide what the file has to say, and delete the lines of the markers.
    pub struct ConflictMarker {}
    id: "conflict-marker", family: Hotfix, level: Error, since: "0.1.0",
}

impl Rule for ConflictMarker {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        let files: Vec<_> = text_files(cx.snapshot, &cx.config.exclude, cx.focus).collect();
        let found: Vec<Vec<Conflict>> = files
            .into_par_iter()
            .map(|(file, _)| match cx.snapshot.file(file) {
                Ok(source) => conflicts(file, &source.text),
                Err(_) => Vec::new(),
            })
            .collect();
        for Conflict { start, middle, end } in found.into_iter().flatten() {
            findings.push(
                Finding::at(start, "a merge conflict was committed with its markers")
                    .label("one side begins here")
                    .place(Role::Related, middle, "the other side begins here")
                    .place(Role::Related, end, "the conflict ends here")
                    .help("keep what is meant, and delete the lines of the markers")
                    .key([cx.snapshot.slice(start), cx.snapshot.slice(end)])
                    .key(locality(cx, start)),
            );
        }
    }
}
