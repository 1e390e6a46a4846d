//! Charts that an overlay installs: what they make is not known, which ones there are is.

use crate::compare::agents;
use crate::compare::diff::{Change, RawDifference};
use crate::kube::{Form, Gvk, Resource, Value};
use crate::render::Rendered;

/// The switch of a release that is on where nothing is said.
const INSTALLED: &str = "installed";

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

/// Whether one side only says what the other leaves to the default: all switches of an entry are off.
pub(crate) fn says_default(gvk: &Gvk, difference: &RawDifference) -> bool {
    let off = |value: &Option<Value>| value.as_ref().and_then(Value::as_bool) == Some(false);
    is_chart(gvk)
        && difference.change != Change::Changed
        && difference.path.last_key() != Some(INSTALLED)
        && (off(&difference.here.value) || off(&difference.there.value))
}

/// Whether a rule about what an agent does tells that one side lacks it.
pub(crate) fn is_agent(resource: &Resource) -> bool {
    let name = resource.body.get("name").and_then(Value::text);
    is_chart(&resource.id.gvk) && name.and_then(agents::chart).is_some()
}
