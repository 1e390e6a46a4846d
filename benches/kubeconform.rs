//! Validating everything that a repository renders, and kubeconform over its files as they are.
//!
//! `cargo bench --bench kubeconform -- PATH`. Kubeconform runs with two workers and with our built-in
//! schemas as files, so that it needs no network; what it knows no schema for it skips.

#![expect(clippy::print_stdout, reason = "the figures are the result")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use paritylint::check::layout;
use paritylint::config::Config;
use paritylint::kube::Version;
use paritylint::render::{self, Renderer, evaluate};
use paritylint::rules::{self, Focus};
use paritylint::schema::pack;
use paritylint::source::{Limits, Snapshot};
use paritylint::syntax::Store;
use paritylint::validation::{Job, Loose, validate};

/// How kubeconform finds the files that [`write_schemas`] writes.
const TEMPLATE: &str = "{{.Group}}_{{.ResourceKind}}_{{.ResourceAPIVersion}}.json";

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let root =
        path.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), PathBuf::from);
    let snapshot = Snapshot::from_work_tree(&root, Limits::default())?;
    let store = Store::new(&snapshot);
    let config = Config::default();
    let (files, _) = rules::checked_files(&store, &config.exclude, &Focus::Everything);
    let layout = layout(&store, &config);
    let renderer = Renderer::new(&store, render::Options { restricted: false, partial: true });
    let evaluated =
        evaluate::all(&layout, |_| true, |unit, overlay| renderer.overlay(&layout, unit, overlay));
    let loose = Loose::collect(&renderer, &layout, &files, true, &evaluated);
    let resources = evaluated.iter().filter_map(|found| found.output());
    let resources: usize = resources.map(|output| output.resources.len()).sum();
    // Once: unpacking and compiling the schemas is part of it.
    let (store, config, layout) = (&store, &config, &layout);
    let (files, evaluated, loose) = (&files[..], &evaluated[..], &loose);
    let job = Job { store, config, layout, files, whole: true, evaluated, loose };
    let start = Instant::now();
    let refusals = std::hint::black_box(validate(job)).refusals.len();
    let ours = start.elapsed();
    println!("{}: {resources} objects in {} overlays", root.display(), evaluated.len());
    println!("  paritylint   {ours:>10.1?}  validates them all, {refusals} refusals");
    match kubeconform(&root)? {
        Some(theirs) => println!(
            "  kubeconform  {theirs:>10.1?}  reads and validates the files, {:.1} times as long",
            theirs.as_secs_f64() / ours.as_secs_f64()
        ),
        None => println!("  there is no kubeconform to compare with"),
    }
    Ok(())
}

/// The whole process over the raw files; nothing where it is not installed.
fn kubeconform(root: &Path) -> Result<Option<Duration>, Box<dyn Error>> {
    let mut version = Command::new("kubeconform");
    if version.arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return Ok(None);
    }
    let directory = tempfile::tempdir()?;
    write_schemas(directory.path())?;
    let template = directory.path().join(TEMPLATE);
    let mut command = Command::new("kubeconform");
    command.args(["-n", "2", "-ignore-missing-schemas", "-schema-location"]).arg(template);
    let start = Instant::now();
    command.arg(root).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    Ok(Some(start.elapsed()))
}

fn write_schemas(directory: &Path) -> Result<(), Box<dyn Error>> {
    let kubernetes = pack::kubernetes();
    for kind in kubernetes.kinds() {
        let (group, version, name) = (&*kind.group, &*kind.version, &*kind.name);
        let newest = kubernetes.schema(Version::NEWEST, group, version, name);
        let Some(document) = newest.and_then(|id| kubernetes.document(id)) else { continue };
        let file = format!("{group}_{}_{version}.json", name.to_lowercase());
        std::fs::write(directory.join(file), document.to_string())?;
    }
    Ok(())
}
