#!/usr/bin/env python3
"""Write schemas/kubernetes.zz: the schemas of the Kubernetes API that the program has built in.

Usage: python3 scripts/kube_schemas.py [--check]

Needs Python 3.9 or later and pip with access to PyPI; nothing gets installed. Pip fetches the pinned wheel
REQUIREMENT into a temporary directory. With --check nothing is written: the script fails when the
file holds anything else than what it would write.

The file is text, compressed with zlib:

  REQUIREMENT
  1.25 1.26 …                                    the versions, oldest first
  group  version  kind  1.25:12 1.28:40 1.30:-   the kinds, sorted, tab-separated: from 1.25 on definition 12
                                                 describes the kind, from 1.28 on definition 40, and 1.30
                                                 does not serve it (any more)
  (an empty line)
  {"properties":{"spec":{"$ref":41}…             definition 0, definition 1, …: one JSON Schema in each
                                                 line, a reference is the number of a definition

Definitions that are alike together with all that they refer to have one number, whatever their names and the
versions that have them: so a kind that did not change between two versions has the same number in both.

What differs from the definitions in the wheel:
  * texts for humans and the list of kinds are taken out, and what only a request holds (lists, options);
  * `oneOf` of plain types is a list of types with a `format` (int-or-string, quantity), so that null, which
    is of both types there, is not refused;
  * fields that take one of a few values say so, from kube_enums.tsv (the definitions say it in prose only); the
    empty text is among them, because to the API server it is absence;
  * where null is allowed, it is among the allowed values, too;
  * how lists and maps are merged is said as in the newest version that has the field: the rules did not change,
    but older versions do not publish all of them.
"""

import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Iterator

from schema_pack import REFERENCE, Key, merge, reachable, write

REQUIREMENT = "kubernetes-validate==1.37.0"
MINORS = range(25, 38)

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
NAMED_TYPES = {
    INT_OR_STRING: {"format": "int-or-string", "type": ["string", "integer", "null"]},
    QUANTITY: {"format": "quantity", "type": ["string", "number", "null"]},
}
ENUMS = Path(__file__).with_name("kube_enums.tsv")
NOT_VALIDATED = {"description", "x-kubernetes-group-version-kind", "x-kubernetes-unions"}
MERGE_RULES = {
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-patch-merge-key",
    "x-kubernetes-patch-strategy",
}

Kind = tuple[str, str, str]  # group, version, kind


def fetch(into: str) -> zipfile.ZipFile:
    """Download the wheel."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--only-binary", ":all:", "--dest", into, REQUIREMENT], check=True)
    (wheel,) = Path(into).glob("*.whl")
    return zipfile.ZipFile(wheel)


def read_definitions(wheel: zipfile.ZipFile, minor: int) -> dict[str, dict]:
    name = f"kubernetes_validate/kubernetes-json-schema/v1.{minor}.0-local-strict/_definitions.json"
    return json.loads(wheel.read(name))["$defs"]


def stripped(schema: Any) -> Any:
    """A schema without what says nothing about validity."""
    if isinstance(schema, list):
        return [stripped(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: stripped(value) for key, value in schema.items() if key not in NOT_VALIDATED}
    if "properties" in schema:  # its keys are names of fields, which may be called like anything
        kept["properties"] = {name: stripped(field) for name, field in schema["properties"].items()}
    if "enum" in kept and "null" in kept["type"]:
        kept["enum"] = [*kept["enum"], None]
    return kept


def read_enums() -> dict[str, dict[str, tuple[list[str], bool]]]:
    """The values of fields, and whether their descriptions name them, by short name of the definition."""
    found: dict[str, dict] = {}
    for line in ENUMS.read_text().splitlines():
        if not line.startswith("#"):
            definition, field, values, source = line.split("\t")
            found.setdefault(definition, {})[field] = values.split(","), source == "described"
    return found


def with_enums(name: str, definition: dict, enums: dict[str, dict[str, tuple[list[str], bool]]]) -> dict:
    """A definition with the values of its fields."""
    fields = enums.get(".".join(name.split(".")[-3:]), {})
    properties = dict(definition.get("properties", {}))
    for field, (values, _) in fields.items():
        schema = properties.get(field, {})  # an older version may not have it
        if "items" in schema:
            properties[field] = {**schema, "items": {**schema["items"], "enum": values}}
        elif schema:
            properties[field] = {**schema, "enum": [*values, ""]}
    return {**definition, "properties": properties} if properties else definition


def check_enums(newest: dict[str, dict], enums: dict[str, dict[str, tuple[list[str], bool]]]) -> None:
    """Fail where a field does not exist (any more), or its description does not name a value."""
    definitions = {".".join(name.split(".")[-3:]): definition for name, definition in newest.items()}
    for name, fields in enums.items():
        for field, (values, described) in fields.items():
            description = definitions[name]["properties"][field]["description"]
            words = re.findall(r"[A-Za-z0-9]+|\*", description)
            if described and (missing := set(values) - set(words)):
                sys.exit(f"{name} {field}: not in its description: {missing}")


def with_newest_merge_rules(definitions: dict[Key, dict]) -> None:
    """Give every field, and every definition as a whole, the merge rules of the newest version that has it."""
    newest: dict[tuple, dict] = {}
    for key in sorted(definitions, reverse=True):
        fields = definitions[key].get("properties", {})
        for name, schema in [(None, definitions[key]), *fields.items()]:
            rules = {rule: schema.pop(rule) for rule in MERGE_RULES & schema.keys()}
            schema.update(newest.setdefault((key[1], name), rules))


def kinds_of(definitions: dict[str, dict]) -> Iterator[tuple[Kind, str]]:
    """The kinds whose objects have ordinary metadata (so no lists, no options), and their definitions."""
    for name, definition in definitions.items():
        metadata = definition.get("properties", {}).get("metadata", {})
        if metadata.get("$ref") == REFERENCE + OBJECT_META:
            for gvk in definition.get("x-kubernetes-group-version-kind", []):
                yield (gvk["group"], gvk["version"], gvk["kind"]), name


def history(served: dict[int, int]) -> str:
    """`1.25:12 1.28:40 1.30:-` of the definitions by minor version."""
    steps, before = [], None
    for minor in MINORS:
        if (now := served.get(minor)) != before:
            steps.append(f"1.{minor}:{'-' if now is None else now}")
        before = now
    return " ".join(steps)


def pack(wheel: zipfile.ZipFile) -> str:
    definitions: dict[Key, dict] = {}
    kinds: dict[Kind, dict[int, str]] = {}
    enums = read_enums()
    check_enums(read_definitions(wheel, MINORS[-1]), enums)
    for minor in MINORS:
        read = read_definitions(wheel, minor)
        own = dict(kinds_of(read))
        for kind, name in own.items():
            kinds.setdefault(kind, {})[minor] = name
        for name in reachable(read, set(own.values())):
            definitions[minor, name] = stripped(NAMED_TYPES.get(name) or with_enums(name, read[name], enums))
    with_newest_merge_rules(definitions)
    number, texts = merge(definitions)
    rows = []
    for kind, names in sorted(kinds.items()):
        rows.append("\t".join([*kind, history({minor: number[minor, name] for minor, name in names.items()})]))
    versions = " ".join(f"1.{minor}" for minor in MINORS)
    print(f"{len(MINORS)} versions, {len(rows)} kinds, {len(texts)} definitions")
    return "\n".join([REQUIREMENT, versions, *rows, "", *texts]) + "\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        text = pack(fetch(temporary))
    write("kubernetes.zz", text)


if __name__ == "__main__":
    main()
