#!/usr/bin/env python3
"""Write the tables of src/kube/data that come from the published Kubernetes API.

Usage: python3 scripts/kube_tables.py

Needs Python 3.9 or later and pip with access to PyPI; nothing gets installed. Pip fetches the pinned
wheels named in RELEASES into a temporary directory, and the script rewrites these tables of src/kube/data:

  merge_keys.tsv     the lists a strategic merge patch merges, for the API version kustomize has built in
  kinds.tsv          the kinds of that version and their scope, as kustomize sees them

The output depends only on those versions and on kube_tables_overrides.tsv, the differences between the
published API and the schema inside kustomize. The other tables there are kustomize's own, kept by hand.

Where the facts come from:
  * definitions, merge keys and group/version/kind: the OpenAPI definitions in `kubernetes-validate`;
  * scope: the request paths in the source of the `kubernetes` client. A kind is namespaced when its
    objects live under `.../namespaces/{namespace}/<plural>/{name}`. No package has the paths as data.
"""

import fnmatch
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple, Optional

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "src" / "kube" / "data"
OVERRIDES = Path(__file__).with_name("kube_tables_overrides.tsv")

OBJECT_META = "meta.v1.ObjectMeta"
EMPTY = "-"

Definitions = dict[str, dict]  # by short name
Kind = tuple[str, str, str]  # group, version, kind
Row = tuple[str, ...]


class Release(NamedTuple):
    """A Kubernetes version and the packages that hold its definitions and its request paths."""

    schema: str
    definitions: str  # pip requirement
    paths: str  # pip requirement

    def origin(self) -> str:
        return f"{self.definitions} (definitions of {self.schema}), {self.paths} (paths)"


RELEASES = {
    # kustomize 5.5.0 has v1.21.2 built in; the definitions are published for the .0 of each version only.
    "kustomize": Release("v1.21.0", "kubernetes-validate==1.28.3", "kubernetes==21.7.0"),
}

MERGE_KEYS_HEADER = """\
Lists that a strategic merge patch merges element by element, as a graph of types.
Every list that cannot be reached here is replaced as a whole.

  root  apiVersion  kind   type                           the type of a whole object
  type  name        field  shape  child  strategy  keys   one field of a type

shape     map: the field is a map of type `child`; list: a list whose elements are of type `child`
child     the type to go on with; `-`: nothing below is merged
strategy  has `merge` among its comma-separated words: the elements are merged by `keys`; `-` on a
          list: it is replaced (and kustomize never looks below it)
keys      the merge keys, comma-separated; `-` on a merged list: a set of scalars
"""

KINDS_HEADER = """\
Kinds of the API version built into kustomize 5.5.0 (v1.21.2) whose objects have ordinary metadata.
`namespaced` is what kustomize takes a kind for; any kind absent here it takes for namespaced, too.
Kinds that are only ever sent in a request (reviews, Binding, Eviction, Scale) are `namespaced` for
kustomize, whatever the API server says.

  group (`-`: core)  version  kind  scope (cluster|namespaced)
"""


def fetch(requirement: str, into: Path) -> zipfile.ZipFile:
    """Download the wheel of one pinned requirement."""
    target = into / requirement.replace("==", "-")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--only-binary", ":all:", "--dest", str(target), requirement], check=True)
    (wheel,) = target.glob("*.whl")
    return zipfile.ZipFile(wheel)


def short(definition: str) -> str:
    """`io.k8s.api.core.v1.PodSpec` -> `core.v1.PodSpec`; unique over all definitions."""
    return ".".join(definition.rsplit("/", 1)[-1].split(".")[-3:])


def read_definitions(wheel: zipfile.ZipFile, schema: str) -> Definitions:
    """All definitions by short name."""
    name = f"kubernetes_validate/kubernetes-json-schema/{schema}-local/_definitions.json"
    document = json.loads(wheel.read(name))
    definitions = document.get("definitions") or document["$defs"]
    return {short(key): value for key, value in definitions.items()}


def read_item_paths(wheel: zipfile.ZipFile) -> set[str]:
    """The request paths of single objects (`.../{name}`) that the client knows."""
    sources = [name for name in wheel.namelist() if re.fullmatch(r"kubernetes/client/api/\w+_api\.py", name)]
    text = "\n".join(wheel.read(name).decode() for name in sources)
    return set(re.findall(r"'(/apis?/[^'\n]+/\{name\})'", text))


def objects(definitions: Definitions) -> dict[Kind, str]:
    """The type of every kind whose objects have ordinary metadata (so no lists, no request options)."""
    found = {}
    for name, definition in definitions.items():
        metadata = definition.get("properties", {}).get("metadata", {})
        if short(metadata.get("$ref", "")) == OBJECT_META:
            for gvk in definition.get("x-kubernetes-group-version-kind", []):
                found[gvk["group"], gvk["version"], gvk["kind"]] = name
    return found


def api_version(kind: Kind) -> str:
    return "/".join(filter(None, kind[:2]))


def matches(kind: Kind, patterns: tuple[str, str]) -> bool:
    """Whether a kind matches globs for its apiVersion and kind."""
    return all(map(fnmatch.fnmatchcase, (api_version(kind), kind[2]), patterns))


def plural(kind: str) -> str:
    """The resource name of a kind, by the API's naming convention."""
    lower = kind.lower()
    if lower.endswith("y"):
        return lower[:-1] + "ies"
    if lower == "endpoints":
        return lower
    return lower + ("es" if lower.endswith("s") else "s")


def scope(kind: Kind, paths: set[str]) -> Optional[str]:
    """The scope of a kind; None when its objects cannot be read back, that is, are never stored."""
    prefix = f"/{'apis' if kind[0] else 'api'}/{api_version(kind)}"
    if f"{prefix}/namespaces/{{namespace}}/{plural(kind[2])}/{{name}}" in paths:
        return "namespaced"
    return "cluster" if f"{prefix}/{plural(kind[2])}/{{name}}" in paths else None


def kind_rows(kinds: dict[Kind, Optional[str]]) -> list[Row]:
    return [(kind[0] or EMPTY, kind[1], kind[2], where) for kind, where in kinds.items() if where]


def fields(definition: dict) -> list[tuple[str, str, str, str, str]]:
    """(name, shape, child, strategy, keys) of the fields that hold a list or a map of a known type.

    Maps with free keys are left out: in this API none leads to a merged list.
    """
    found = []
    for name, field in definition.get("properties", {}).items():
        if "$ref" in field:
            found.append((name, "map", short(field["$ref"]), "", ""))
        elif field.get("type") == "array":
            strategy = field.get("x-kubernetes-patch-strategy", "")
            merged = "merge" in strategy.split(",")
            # kustomize prefers the server-side apply keys to the single patch key.
            keys = field.get("x-kubernetes-list-map-keys") or [field.get("x-kubernetes-patch-merge-key", "")]
            child = short(field["items"].get("$ref", ""))
            found.append((name, "list", child, strategy if merged else "", ",".join(keys) if merged else ""))
    return found


def merge_graph(definitions: Definitions, roots: set[str]) -> list[Row]:
    """The fields on a way from one of the root types to a merged list."""
    live: dict[str, set] = {}
    before = None
    while live != before:
        before = dict(live)
        for name, definition in definitions.items():
            if kept := {field for field in fields(definition) if field[3] or field[2] in live}:
                live[name] = kept
    rows: list[Row] = []
    reached: set[str] = set()
    queue = roots & live.keys()
    while queue:
        name = queue.pop()
        reached.add(name)
        for field, shape, child, strategy, keys in live[name]:
            child = child if child in live else EMPTY
            rows.append(("type", name, field, shape, child, strategy or EMPTY, keys or EMPTY))
            queue |= {child} - reached - {EMPTY}
    return rows


def read_overrides() -> tuple[list[tuple[str, str]], dict[str, list[Row]]]:
    """The (apiVersion, kind) patterns to drop, and the rows to add to each table."""
    dropped, added = [], {"kinds": [], "merge_keys": []}
    for line in OVERRIDES.read_text().splitlines():
        if line and not line.startswith("#"):
            action, subject, detail, _why = line.split("\t")
            if action == "drop":
                dropped.append((subject, detail))
            else:
                added[subject].append(tuple(detail.split(" ")))
    return dropped, added


def write(name: str, header: str, origin: str, rows: list[Row]) -> None:
    """Write one table: comment lines, then the sorted rows, tab-separated."""
    made = f"{header}\nMade by scripts/kube_tables.py, not to be edited, from\n{origin}."
    lines = [f"# {line}".rstrip() for line in made.splitlines()] + ["\t".join(row) for row in sorted(rows)]
    (DATA / name).write_text("\n".join(lines) + "\n")
    print(f"{name}: {len(rows)} rows")


def main() -> None:
    dropped, added = read_overrides()
    with tempfile.TemporaryDirectory() as temporary:
        wheels = Path(temporary)
        data = {}
        for name, release in RELEASES.items():
            definitions = read_definitions(fetch(release.definitions, wheels), release.schema)
            data[name] = definitions, objects(definitions), read_item_paths(fetch(release.paths, wheels))

    definitions, kinds, paths = data["kustomize"]
    kinds = {kind: name for kind, name in kinds.items() if not any(matches(kind, row) for row in dropped)}
    roots = [("root", api_version(kind), kind[2], name) for kind, name in kinds.items()]
    origin = RELEASES["kustomize"].origin() + ", scripts/kube_tables_overrides.tsv"
    graph = merge_graph(definitions, set(kinds.values()))
    write("merge_keys.tsv", MERGE_KEYS_HEADER, origin, roots + graph + added["merge_keys"])
    rows = kind_rows({kind: scope(kind, paths) or "namespaced" for kind in kinds})
    write("kinds.tsv", KINDS_HEADER, origin, rows + added["kinds"])


if __name__ == "__main__":
    main()
