#!/usr/bin/env python3
"""Write schemas/custom.zz: the schemas of custom resources that the program has built in.

Usage: python3 scripts/crd_schemas.py [--check]

Needs Python 3.9 or later, and pip, npm and cargo with access to their registries; nothing gets installed.
The packages of crd_packages.tsv are fetched into a temporary directory. With --check nothing is written: the
script fails when the file holds anything else than what it would write.

The file is text, compressed with zlib:

  group  version  kind  scope  definition  package   the kinds, sorted, tab-separated; scope is `namespaced` or
                                                     `cluster`
  (an empty line)
  {"properties":{"spec":{"$ref":41}…                 definition 0, definition 1, …: one schema in each line, in
                                                     the form of a CustomResourceDefinition, a reference is the
                                                     number of a definition

A kind that several packages describe is taken from the first of them in the table.
"""

import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Iterator, NamedTuple

import cloudcoil
import kopium
import kubernetes_models
from schema_pack import Kind, merge, reachable, write

# Kinds without namespaces, where a package does not say so.
CLUSTER = {"ClusterAnalysisTemplate"}

PACKAGES = Path(__file__).with_name("crd_packages.tsv")


class Package(NamedTuple):
    """A row of the table."""

    registry: str
    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def read_packages() -> list[Package]:
    lines = PACKAGES.read_text().splitlines()
    return [Package(*line.split("\t")[:3]) for line in lines if line and not line.startswith("#")]


def fetch_wheel(package: Package, into: Path) -> Iterator[str]:
    """The Python sources of a package."""
    target = into / package.name
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    # The classes are only parsed, so it does not matter which Python they are for.
    options = ["--only-binary", ":all:", "--python-version", "3.14", "--dest", str(target)]
    subprocess.run([*pip, *options, f"{package.name}=={package.version}"], check=True)
    (wheel,) = target.glob("*.whl")
    archive = zipfile.ZipFile(wheel)
    for name in sorted(archive.namelist()):
        if name.endswith(".py") and not Path(name).name.startswith("_"):
            yield archive.read(name).decode()


def fetch_crate(package: Package, into: Path) -> Iterator[str]:
    """The Rust sources of a package."""
    # `cargo info` is the one command that fetches a single crate without what it depends on.
    environment = {**os.environ, "CARGO_HOME": str(into / "cargo")}
    command = ["cargo", "info", "--quiet", f"{package.name}@{package.version}"]
    subprocess.run(command, check=True, env=environment, cwd=into, capture_output=True)
    (crate,) = (into / "cargo").glob(f"registry/cache/*/{package.name}-{package.version}.crate")
    archive = tarfile.open(crate)
    for member in sorted(archive.getmembers(), key=lambda member: member.name):
        if member.name.endswith(".rs") and Path(member.name).name not in ("lib.rs", "mod.rs"):
            yield archive.extractfile(member).read().decode()


def fetch_npm(package: Package, into: Path) -> dict[str, str]:
    """The files of a package by path."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(into), f"{package.name}@{package.version}"]
    made = subprocess.run(command, check=True, cwd=into, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    archive = tarfile.open(into / made.stdout.split()[-1])
    files = [member for member in archive.getmembers() if member.name.endswith(".d.ts")]
    return {member.name: archive.extractfile(member).read().decode() for member in files}


def kinds_of(package: Package, into: Path) -> Iterator[Kind]:
    if package.registry == "pypi":
        for source in fetch_wheel(package, into):
            yield from cloudcoil.Module(source).kinds()
    elif package.registry == "npm":
        yield from kubernetes_models.kinds(fetch_npm(package, into), CLUSTER)
    else:
        for source in fetch_crate(package, into):
            if kind := kopium.read(source):
                yield kind


def pack(into: Path) -> str:
    found: dict[tuple[str, str, str], tuple[Kind, Package]] = {}
    for package in read_packages():
        before = len(found)
        for kind in kinds_of(package, into):
            found.setdefault(kind[:3], (kind, package))
        print(f"{package}: {len(found) - before} kinds")
    definitions = {}
    for identity, (kind, _) in found.items():
        for name in reachable(kind.definitions, {kind.root}):
            definitions[identity, name] = kind.definitions[name]
    number, texts = merge(definitions)
    rows = []
    for identity, (kind, package) in sorted(found.items()):
        scope = "namespaced" if kind.namespaced else "cluster"
        rows.append("\t".join([*identity, scope, str(number[identity, kind.root]), str(package)]))
    print(f"{len({kind[0] for kind in found})} groups, {len(rows)} kinds, {len(texts)} definitions")
    return "\n".join([*rows, "", *texts]) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        text = pack(Path(temporary))
    write("custom.zz", text)


if __name__ == "__main__":
    main()
