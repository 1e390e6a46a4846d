//! Where environments differ, by the lines of files.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::Difference;
use crate::rules::Context;
use crate::rules::hotfix::counterpart::{self, Counterparts, Step};
use crate::rules::hotfix::marked::Marked;
use crate::rules::hotfix::objects::unread;
use crate::syntax::{Document, NodeRef};
use crate::text::{FileId, Span};

/// What environments make of some lines.
pub(super) enum Beside<'a> {
    /// Nothing is known about them.
    Unknown,
    /// What is rendered from them differs.
    Differs(&'a Difference),
    /// The file of another environment says something else, or nothing.
    Unlike {
        /// The environment of the lines.
        here: usize,
        /// The other environment.
        there: usize,
        /// What the other file says.
        span: Option<Span>,
    },
}

/// Lines from which something is rendered that differs.
struct Lines<'a> {
    first: usize,
    last: usize,
    difference: &'a Difference,
    /// Whether they say the value themselves, and it is not set later by other bytes.
    own: bool,
}

/// Where environments differ.
pub(super) struct Places<'a> {
    lines: BTreeMap<FileId, Vec<Lines<'a>>>,
    /// The files that answer each other.
    pub(super) counterparts: Counterparts,
    /// Files that no overlay reads: only their text can be compared.
    unread: BTreeSet<FileId>,
}

impl<'a> Places<'a> {
    pub(super) fn of(cx: &Context<'a>) -> Self {
        let mut lines: BTreeMap<FileId, Vec<_>> = BTreeMap::new();
        let comparison = cx.comparison;
        let found = comparison.causes.iter().flat_map(|cause| &cause.differences);
        for difference in found.chain(&comparison.permitted) {
            for side in [&difference.here, &difference.there] {
                // A side that has nothing points at what is around it.
                let declared = side.value.as_ref().map(|value| value.provenance.first().span);
                let whole = difference.path.steps().is_empty();
                let spans = [
                    (side.key, true),
                    (side.value.as_ref().map(|_| side.span), true),
                    (declared, whole || declared == Some(side.span)),
                ];
                for (span, own) in spans {
                    let Some(span) = span else { continue };
                    let Ok(source) = cx.snapshot.file(span.file) else { continue };
                    let end = span.end.saturating_sub(1).max(span.start);
                    let index = source.lines();
                    let (first, last) = (index.line_of(span.start), index.line_of(end));
                    lines.entry(span.file).or_default().push(Lines {
                        first,
                        last,
                        difference,
                        own,
                    });
                }
            }
        }
        Self { lines, counterparts: Counterparts::of(cx), unread: unread(cx) }
    }

    /// What is rendered differently from these lines. Of several lines only what they say
    /// themselves counts: a comment above a whole object does not speak of the tag that each
    /// environment sets.
    pub(super) fn differing(
        &self,
        file: FileId,
        first: usize,
        last: usize,
    ) -> Option<&'a Difference> {
        let places = self.lines.get(&file).into_iter().flatten();
        places
            .filter(|place| place.first <= last && first <= place.last)
            .filter(|place| place.own || first == last)
            .map(|place| place.difference)
            // What is compared across environments says more than variants among themselves.
            .min_by_key(|difference| (difference.siblings, difference.weak))
    }

    /// Whether only the text of the file tells: it is a list of files, or nothing renders it.
    pub(super) fn text_tells(&self, cx: &Context<'_>, file: FileId) -> bool {
        cx.snapshot.path(file).stem().eq_ignore_ascii_case("kustomization")
            || self.unread.contains(&file)
    }

    /// What environments make of what a comment speaks of.
    pub(super) fn beside(
        &self,
        cx: &Context<'a>,
        file: FileId,
        documents: &[Document],
        marked: &Marked,
    ) -> Beside<'a> {
        if let Some(difference) = self.differing(file, marked.first, marked.last) {
            return Beside::Differs(difference);
        }
        match &marked.target {
            Some((at, steps)) if !steps.is_empty() && self.text_tells(cx, file) => {
                self.unlike(cx, file, documents, (*at, steps)).unwrap_or(Beside::Unknown)
            }
            _ => Beside::Unknown,
        }
    }

    fn unlike(
        &self,
        cx: &Context<'a>,
        file: FileId,
        documents: &[Document],
        (at, steps): (usize, &[Step]),
    ) -> Option<Beside<'a>> {
        let here = self.counterparts.environment(file)?;
        let mine = counterpart::find(documents.get(at)?.root(), steps)?;
        let mut unlike = None;
        for (there, other) in self.counterparts.others(file) {
            let Some(document) = cx.store.yaml(other).documents.get(at) else { continue };
            let theirs = counterpart::find(document.root(), steps);
            // What one overlay of another environment has too has been tried out.
            if theirs.is_some_and(|theirs| counterpart::same(mine, theirs)) {
                return None;
            }
            let span = theirs.map(NodeRef::span);
            unlike = unlike.or(Some(Beside::Unlike { here, there, span }));
        }
        unlike
    }
}
