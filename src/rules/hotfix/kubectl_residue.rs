//! What kubectl, controllers and consoles left in a manifest.

use crate::finding::{Finding, Level, Role, Subject};
use crate::kube::ResourceId;
use crate::rules::documents::{identity, objects, patches};
use crate::rules::hotfix::residue::{self, Certainty, Residue};
use crate::rules::hotfix::server_fields::has_fields;
use crate::rules::{Context, Findings, Rule, locality, rule};
use crate::syntax::NodeRef;

rule! {
    /// Reports annotations that kubectl, controllers and consoles leave on live objects
    ///
    /// ## Why
    /// `restartedAt` is a restart by hand, `last-applied-configuration` and counters of revisions
    /// show that the manifest was copied from a running cluster, with everything that was changed
    /// there. Committed, they go from one environment to the next, and every apply fights the
    /// controller that owns them.
    ///
    /// What people also write on purpose, such as the owner marks of Helm, counts only beside
    /// other residue; variables such as `FORCE_RESTART` are a note.
    ///
    /// ## Fix
    /// Delete them, and compare the rest of the object with its counterparts in the other
    /// environments. Pods are restarted by a change of what they run: a hash of their
    /// configuration, for example.
    pub struct KubectlResidue {}
    id: "kubectl-residue", family: Hotfix, level: Warning, since: "0.1.0",
}

impl Rule for KubectlResidue {
    fn check(&self, cx: &Context<'_>, findings: &mut Findings) {
        for &file in cx.files {
            let Ok(source) = cx.snapshot.file(file) else { continue };
            if !residue::concerns(&source.text) {
                continue;
            }
            let parsed = cx.store.yaml(file);
            let patches = patches(source, parsed);
            let documents = parsed.documents.iter();
            for document in documents.chain(patches.iter().flat_map(|patch| &patch.documents)) {
                let root = document.root();
                for node in whole_objects(root) {
                    report(cx, node, findings);
                }
            }
        }
    }
}

/// The objects of a document without those of which `server-fields` speaks; else the document.
fn whole_objects(root: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let objects = objects(root);
    if objects.is_empty() {
        return vec![root];
    }
    objects.into_iter().filter(|&object| !has_fields(object)).collect()
}

fn report(cx: &Context<'_>, node: NodeRef<'_>, findings: &mut Findings) {
    let found = residue::all(node);
    for together in found.chunk_by(|a, b| a.map == b.map) {
        let most = together.iter().map(|residue| residue.certainty).max();
        let level = match most {
            Some(Certainty::Certain) => findings.level(),
            Some(Certainty::Hint) => findings.level().min(Level::Note),
            Some(Certainty::Beside) | None => continue,
        };
        if let Some(finding) = finding(cx, node, together, most) {
            findings.push_at(level, finding);
        }
    }
}

fn finding(
    cx: &Context<'_>,
    node: NodeRef<'_>,
    together: &[Residue],
    most: Option<Certainty>,
) -> Option<Finding> {
    let first = together.iter().find(|residue| Some(residue.certainty) == most)?;
    let rest = together.iter().filter(|residue| residue.span != first.span);
    let Residue { key, why, span, .. } = first;
    let more = match together.len() {
        1 => String::new(),
        count => format!(" (and {} more beside it)", count - 1),
    };
    let resource = identity(node);
    let resource = (!resource.gvk.kind.is_empty()).then_some(resource);
    let of = resource.as_ref().map_or(String::new(), |id: &ResourceId| format!(" of {id}"));
    let message = format!("`{key}`{of} was not written for the repository{more}: {why}");
    let finding = rest.fold(Finding::at(*span, message).label(*why), |finding, residue| {
        finding.place(Role::Related, residue.span, residue.why)
    });
    let help = "delete it, and look for what else was changed in the cluster";
    let finding = finding.help(help).about(Subject { resource, ..Subject::default() });
    Some(finding.key([key]).key(locality(cx, *span)))
}
