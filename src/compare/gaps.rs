//! What cannot be concluded from what an overlay lacks.

use crate::compare::diff::Change;
use crate::kube::{Form, Gvk, Resource, Value};
use crate::render::{Gap, Rendered};

/// Whether what one side seems to lack may be there after all.
pub(super) fn may_be_there(
    change: Change,
    (mine, here): (&Rendered, &Resource),
    (theirs, there): (&Rendered, &Resource),
) -> bool {
    let lacks_data = || lacks_data(mine, here) || lacks_data(theirs, there);
    match change {
        Change::Changed => false,
        Change::OnlyHere => is_given_more(theirs, there) || lacks_data(),
        Change::OnlyThere => is_given_more(mine, here) || lacks_data(),
    }
}

/// Whether a generated object lacks the data of a file that is not in the repository.
fn lacks_data(rendered: &Rendered, resource: &Resource) -> bool {
    rendered.gaps.iter().any(|gap| !gap.is_chart() && resource.origin.contains(gap.span))
}

/// Whether something that could not be read may give more to a document of Terraform: the defaults of
/// a module, a file that is included.
fn is_given_more(rendered: &Rendered, resource: &Resource) -> bool {
    let gvk = &resource.id.gvk;
    let given = *gvk == Gvk::document(Form::Variables) || *gvk == Gvk::block("module");
    // A module that is not there says nothing of others.
    let source = resource.body.get("source").map(Value::span);
    let concerns = |gap: &Gap| !gap.is_module() || source == Some(gap.span);
    given && rendered.gaps.iter().any(concerns)
}

/// Whether the overlay declares a block a second time, which Terraform refuses: what answers it
/// answers the first one.
pub(super) fn is_again(rendered: &Rendered, at: usize) -> bool {
    let mut blocks = rendered.resources.iter().take(at);
    let Some(id) = rendered.resources.get(at).map(|block| &block.id) else { return false };
    id.gvk.is_block() && blocks.any(|before| before.id == *id)
}
