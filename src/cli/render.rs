//! `paritylint render`.

use std::path::PathBuf;

use crate::check;
use crate::cli;
use crate::cli::args::{Color, RenderArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::root::{self, Root};
use crate::cli::{unit, write};
use crate::compare::without_secrets;
use crate::config::Config;
use crate::kube::{Resource, Value};
use crate::layout::{Layout, Overlay, Unit, is_kustomization};
use crate::render::{Options, RenderError, Rendered, Renderer, output};
use crate::report;
use crate::source::{Limits, Snapshot};
use crate::syntax::Store;
use crate::text::{RepoPath, printable};

pub(super) fn run(args: &RenderArgs) -> Result<Exit, CliError> {
    match &args.environment {
        Some(environment) => of_unit(args, environment),
        None if args.target.exists() => of_path(args),
        None => Err(without_environment(args)),
    }
}

/// The overlay of a unit, as a check works it out.
fn of_unit(args: &RenderArgs, environment: &str) -> Result<Exit, CliError> {
    let repository = Repository::open(args, None)?;
    let Repository { snapshot, config, .. } = &repository;
    let store = Store::new(snapshot);
    let layout = check::layout(&store, config);
    let name = args.target.to_string_lossy();
    let unit = unit::find(&layout, &name)?.unit;
    let found = unit::overlays(&layout, unit, environment)?;
    let &[at] = &found[..] else {
        let names: Vec<_> = found.iter().map(|&at| layout.name_of(&unit.overlays[at])).collect();
        let message = format!("`{environment}` of unit `{}` has variants", unit.name);
        return Err(CliError::new(&message, &format!("name one of: {}", names.join(", "))));
    };
    overlay(args, &store, &layout, unit, &unit.overlays[at])
}

/// The kustomization in a directory, or the overlay that the path is the root of.
fn of_path(args: &RenderArgs) -> Result<Exit, CliError> {
    let real = root::canonical(&args.target)?;
    let around = if real.is_dir() { real.clone() } else { parent(&real) };
    let root = Root::around(&around)?;
    let snapshot = Snapshot::from_work_tree(&root.directory, Limits::default())
        .map_err(|error| CliError::new(&error.to_string(), ""))?;
    let path = root.relative(&real)?;
    let own = |file: &RepoPath| {
        file.parent().as_ref() == Some(&path) && is_kustomization(file.file_name())
    };
    let holds = snapshot.files_below(&path).any(|(_, file)| own(file));
    if holds || !real.is_dir() && snapshot.find(&path).is_none() {
        return kustomization(args, &Store::new(&snapshot), &path);
    }
    let repository = Repository::open(args, Some(&real))?;
    let Repository { root, snapshot, config } = &repository;
    let path = root.relative(&real)?;
    let store = Store::new(snapshot);
    let layout = check::layout(&store, config);
    let found = layout
        .units
        .iter()
        .find_map(|unit| Some((unit, unit.overlays.iter().find(|overlay| overlay.root == path)?)));
    match found {
        Some((unit, found)) => overlay(args, &store, &layout, unit, found),
        None if layout.units.iter().any(|unit| unit.name == path.as_str()) => {
            Err(name_an_environment(&layout, path.as_str()))
        }
        None if real.is_dir() => kustomization(args, &store, &path),
        None => {
            let message = format!("`{}` is not a directory, and no overlay", args.target.display());
            let help = "name the directory that holds the kustomization, or an overlay's root";
            Err(CliError::new(&message, help))
        }
    }
}

fn parent(path: &std::path::Path) -> PathBuf {
    path.parent().map_or_else(|| path.to_owned(), std::path::Path::to_owned)
}

fn kustomization(args: &RenderArgs, store: &Store<'_>, path: &RepoPath) -> Result<Exit, CliError> {
    let options = Options { restricted: !args.unrestricted, partial: args.partial };
    let rendered = Renderer::new(store, options)
        .render(path)
        .map_err(|error| unit::render_error(store.snapshot(), &error, Color::Auto))?;
    print(args, store.snapshot(), &rendered, None)
}

fn overlay(
    args: &RenderArgs,
    store: &Store<'_>,
    layout: &Layout,
    unit: &Unit,
    overlay: &Overlay,
) -> Result<Exit, CliError> {
    // Values of a release may come from another unit.
    let evaluated = check::evaluate(&check::renderer(store, layout), layout, |_| true);
    let mut all = evaluated.into_iter();
    let found = all.find(|evaluated| std::ptr::eq(evaluated.overlay, overlay));
    let name = layout.name_of(overlay);
    let Some(output) = found.and_then(|found| found.rendered) else {
        return Err(unit::not_rendered(&name, unit, overlay));
    };
    let snapshot = store.snapshot();
    let output = output.map_err(|error| unit::render_error(snapshot, &error, Color::Auto))?;
    print(args, snapshot, &output, Some(&name))
}

/// Prints objects as kustomize does, and every document behind a comment that names it and the
/// overlay.
fn print(
    args: &RenderArgs,
    snapshot: &Snapshot,
    rendered: &Rendered,
    overlay: Option<&str>,
) -> Result<Exit, CliError> {
    for gap in &rendered.gaps {
        write::stderr(&format!("note: left out: {} `{}`\n", gap.what, printable(&gap.detail)));
    }
    let origin = |value: &Value| Some(report::origin(snapshot, value.span()));
    let origins: Option<output::Origins<'_>> = if args.origins { Some(&origin) } else { None };
    let fail = |error: RenderError| unit::render_error(snapshot, &error, Color::Auto);
    let objects: Vec<Resource> = rendered.objects().cloned().collect();
    let mut text = output::write(&objects, origins).map_err(fail)?;
    let documents = rendered.resources.iter().filter(|it| it.id.gvk.is_document());
    for document in documents {
        if !text.is_empty() {
            text.push_str("---\n");
        }
        let place = overlay.map(|overlay| format!(" in {overlay}")).unwrap_or_default();
        let title = format!("{}{place}", document.id);
        text.extend(["# ", &printable(&title), "\n"]);
        let body = if args.show_secrets {
            document.body.clone()
        } else {
            without_secrets(&document.id.gvk.kind, &document.body)
        };
        let document = Resource { body, ..document.clone() };
        let written = output::write(&[document], origins).map_err(fail)?;
        // Nobody applies a document: what hides in it is shown.
        for line in written.lines() {
            text.push_str(&printable(line));
            text.push('\n');
        }
    }
    write::stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Clean)
}

/// What is neither there nor has an environment beside it.
fn without_environment(args: &RenderArgs) -> CliError {
    let name = args.target.to_string_lossy();
    let found = || -> Result<CliError, CliError> {
        let Repository { snapshot, config, .. } = Repository::open(args, None)?;
        let store = Store::new(&snapshot);
        let layout = check::layout(&store, &config);
        if unit::find(&layout, &name).is_ok() {
            return Ok(name_an_environment(&layout, &name));
        }
        let message = format!("`{name}` does not exist");
        Ok(CliError::new(&message, &unit::suggestion(&layout, &name)))
    };
    found().unwrap_or_else(|error| error)
}

fn name_an_environment(layout: &Layout, name: &str) -> CliError {
    let unit = match unit::find(layout, name) {
        Ok(found) => found.unit,
        Err(error) => return error,
    };
    let message = format!("`{}` is a unit, and no environment of it is named", unit.name);
    let names = unit::environments(layout, unit).join(", ");
    CliError::new(&message, &format!("name one of them behind it: {names}"))
}

/// The repository that a unit is looked for in.
struct Repository {
    root: Root,
    snapshot: Snapshot,
    config: Config,
}

impl Repository {
    fn open(args: &RenderArgs, path: Option<&std::path::Path>) -> Result<Self, CliError> {
        let path = path.map(std::path::Path::to_owned).or_else(|| args.directory.clone());
        let paths: Vec<PathBuf> = path.into_iter().collect();
        let root = Root::find(&paths, args.config.is_some())?;
        let snapshot = root.open()?;
        let config = cli::check::load(&snapshot, &root, args.config.as_deref(), Color::Auto)?;
        Ok(Self { root, snapshot, config })
    }
}
