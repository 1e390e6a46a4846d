//! All overlays of the layout rendered, spread over threads.

use rayon::prelude::*;

use crate::layout::{Layout, Overlay, Unit};
use crate::render::{RenderError, Rendered};

/// An overlay with what it runs.
#[derive(Debug)]
pub struct Evaluated<'l> {
    /// Index of the unit in the layout.
    pub unit_index: usize,
    /// The unit.
    pub unit: &'l Unit,
    /// The overlay.
    pub overlay: &'l Overlay,
    /// What it runs; `None` for kinds that cannot be rendered yet.
    pub rendered: Option<Result<Rendered, RenderError>>,
}

impl Evaluated<'_> {
    /// What it runs, if that could be worked out.
    pub fn output(&self) -> Option<&Rendered> {
        self.rendered.as_ref()?.as_ref().ok()
    }

    /// Why it cannot be rendered, if it cannot.
    pub fn error(&self) -> Option<&RenderError> {
        self.rendered.as_ref()?.as_ref().err()
    }
}

/// Renders every overlay of the units that are `wanted` with `render`, in the order of the layout.
pub fn all(
    layout: &Layout,
    wanted: impl Fn(&Unit) -> bool,
    render: impl Fn(&Unit, &Overlay) -> Option<Result<Rendered, RenderError>> + Sync,
) -> Vec<Evaluated<'_>> {
    let overlays: Vec<(usize, &Unit, &Overlay)> = layout
        .units
        .iter()
        .enumerate()
        .filter(|(_, unit)| wanted(unit))
        .flat_map(|(at, unit)| unit.overlays.iter().map(move |overlay| (at, unit, overlay)))
        .collect();
    overlays
        .into_par_iter()
        .map(|(unit_index, unit, overlay)| {
            let rendered = render(unit, overlay);
            Evaluated { unit_index, unit, overlay, rendered }
        })
        .collect()
}
