//! Our renderer and `kubectl kustomize` over the same directories, one after the other.
//!
//! `cargo bench --bench kubectl -- PATH`: every kustomization below the path that both render.

#![expect(clippy::print_stdout, reason = "the figures are the result")]

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use paritylint::render::output::write;
use paritylint::render::{Options, Renderer};
use paritylint::source::{Limits, Snapshot};
use paritylint::syntax::Store;
use paritylint::text::RepoPath;

const OPTIONS: Options = Options { restricted: false, partial: false };

fn kubectl(arguments: &[&str]) -> Command {
    let mut command = Command::new("kubectl");
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn main() -> ExitCode {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) else {
        println!("name a directory: cargo bench --bench kubectl -- PATH");
        return ExitCode::SUCCESS;
    };
    if !kubectl(&["kustomize", "--help"]).status().is_ok_and(|status| status.success()) {
        println!("there is no kubectl to compare with");
        return ExitCode::SUCCESS;
    }
    let root = Path::new(&path);
    let snapshot = match Snapshot::from_work_tree(root, Limits::default()) {
        Ok(snapshot) => snapshot,
        Err(error) => {
            println!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let directories = both_render(root, &snapshot);
    let ours = time(|| render_all(&snapshot, &directories));
    let theirs = time(|| directories.iter().filter(|directory| build(root, directory)).count());
    let start = time(|| kubectl(&["kustomize", "--help"]).status().is_ok());
    println!("{} directories, on one thread:", directories.len());
    println!("  paritylint         {ours:>12.1?}  reading, parsing, rendering and writing");
    println!("  kubectl kustomize  {theirs:>12.1?}  {:.0} times as long", ratio(theirs, ours));
    println!("  its start alone    {start:>12.1?}  for each directory");
    ExitCode::SUCCESS
}

fn time<T>(run: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    std::hint::black_box(run());
    start.elapsed()
}

fn ratio(long: Duration, short: Duration) -> f64 {
    long.as_secs_f64() / short.as_secs_f64().max(f64::MIN_POSITIVE)
}

fn both_render(root: &Path, snapshot: &Snapshot) -> Vec<RepoPath> {
    let store = Store::new(snapshot);
    let renderer = Renderer::new(&store, OPTIONS);
    let with_file = snapshot.directories().filter(|it| renderer.kustomization_file(it).is_some());
    let ours = with_file.filter(|directory| renderer.render(directory).is_ok());
    ours.filter(|directory| build(root, directory)).cloned().collect()
}

/// Everything from the bytes on, as a fresh process would do it.
fn render_all(snapshot: &Snapshot, directories: &[RepoPath]) -> usize {
    let store = Store::new(snapshot);
    let renderer = Renderer::new(&store, OPTIONS);
    let texts = directories.iter().filter_map(|directory| {
        let whole = renderer.render(directory).ok()?;
        write(&whole.resources, None).ok()
    });
    texts.map(|text| text.len()).sum()
}

fn build(root: &Path, directory: &RepoPath) -> bool {
    let path = root.join(directory.as_str());
    let restrictor = "--load-restrictor=LoadRestrictionsNone";
    let mut command = kubectl(&["kustomize", restrictor]);
    command.arg(path).status().is_ok_and(|status| status.success())
}
