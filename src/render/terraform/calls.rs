//! What a call tells a module of the repository: its arguments over the module's own defaults.

use crate::kube::{Resource, Value};
use crate::render::MODULE;
use crate::render::terraform::Job;
use crate::render::terraform::variables::{Layers, body, defaults, lay};
use crate::text::RepoPath;

/// How the source of a module that lies in the repository begins.
const LOCAL: [&str; 2] = ["./", "../"];

impl Job<'_, '_> {
    /// A call of a module with what the module takes for arguments that are left out; `root` is the
    /// directory of the call.
    pub(super) fn with_defaults(&mut self, root: &RepoPath, mut module: Resource) -> Resource {
        let source = module.body.get("source").and_then(Value::text);
        let local = source.filter(|text| LOCAL.iter().any(|start| text.starts_with(start)));
        let directory = local.and_then(|text| root.join(text).ok());
        let (Some(directory), Some(arguments)) = (directory, module.body.as_map()) else {
            return module;
        };
        if self.renderer.roots().files(&directory).is_empty() {
            // What it takes for arguments that are left out is not known.
            let source = module.body.get("source").map_or(module.origin, Value::span);
            self.unknown(source, MODULE, directory.display());
            return module;
        }
        let declared = self.declared(&directory);
        let mut layers = Layers::new();
        lay(&mut layers, &defaults(&declared), |_| true);
        lay(&mut layers, arguments, |_| true);
        module.body = body(layers, &declared, module.body.span());
        module
    }
}
