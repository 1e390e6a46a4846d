//! Charts that an overlay installs: what they make is not known, which ones there are is.

use crate::compare::agents;
use crate::kube::{Form, Gvk, Resource, Value};
use crate::render::Rendered;

/// Whether it is the kind of a chart that is installed, or of what one depends on.
pub(crate) fn is_chart(gvk: &Gvk) -> bool {
    *gvk == Gvk::document(Form::Chart)
}

/// Whether an overlay may have an object all the same that was not found in it.
///
/// One that installs no chart at all has what the others install in some other way, and what only one
/// side tells a chart is a matter of the chart.
pub(crate) fn may_have(rendered: &Rendered, resource: &Resource) -> bool {
    if [Form::Values, Form::Secrets].map(Gvk::document).contains(&resource.id.gvk) {
        return true;
    }
    if !is_chart(&resource.id.gvk) {
        return rendered.lacks_objects();
    }
    let any = rendered.resources.iter().any(|other| is_chart(&other.id.gvk));
    !any || rendered.gaps.iter().any(|gap| gap.objects && !gap.is_chart())
}

/// Whether a rule about what an agent does tells that one side lacks it.
pub(crate) fn is_agent(resource: &Resource) -> bool {
    let name = resource.body.get("name").and_then(Value::text);
    is_chart(&resource.id.gvk) && name.and_then(agents::chart).is_some()
}
