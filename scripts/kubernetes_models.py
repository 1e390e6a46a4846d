"""Reads the custom resources that kubernetes-models has written as TypeScript back into structural schemas.

The packages `@kubernetes-models/*` hold them, some of them made from the Go types of a project. Fields, their types
and lists of allowed values survive. What such a type calls required may be absent in YAML, so nothing is required
here, and types of other packages stay open.
"""

import re
from pathlib import PurePosixPath
from typing import Iterator

from schema_pack import OPEN, REFERENCE, Kind

PLAIN = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "{}": OPEN,
    "IIoK8sApimachineryPkgApisMetaV1Time": {"type": "string", "format": "date-time"},
    "IIoK8sApimachineryPkgUtilIntstrIntOrString": {"x-kubernetes-int-or-string": True},
}


def schema_of(type_name: str, local: dict[str, str]) -> dict:
    """The schema of a type; `local` names the file of each type of the same group and version."""
    if type_name in PLAIN:
        return PLAIN[type_name]
    if match := re.fullmatch(r"Array<(.*)>", type_name):
        return {"type": "array", "items": schema_of(match[1], local)}
    if match := re.fullmatch(r"\{ \[key: string\]: (.*); \}", type_name):
        return {"type": "object", "additionalProperties": schema_of(match[1], local)}
    if re.fullmatch(r'"[^"]*"( \| "[^"]*")*', type_name):
        return {"type": "string", "enum": re.findall(r'"([^"]*)"', type_name)}
    return {"$ref": REFERENCE + local[type_name]} if type_name in local else OPEN


def definition(source: str) -> dict:
    """The one type that a file is about."""
    local = dict(re.findall(r'import \{ (\w+) \} from "\./(\w+)\.js"', source))
    source = re.sub(r"/\*\*.*?\*/", "", source, flags=re.DOTALL)
    if match := re.search(r"^export type \w+ = (.*);$", source, re.MULTILINE):
        return schema_of(match[1], local)
    body = re.search(r"^export interface \w+[^{]*\{\n(.*?)^\}", source, re.DOTALL | re.MULTILINE)[1]
    body = re.sub(r"\{\s+(\[key: string\]: [^;]*;)\s+\}", r"{ \1 }", body)
    fields = re.findall(r'^ {4}"([^"]+)"\??: (.*);$', body, re.MULTILINE)
    return {"type": "object", "properties": {name: schema_of(of, local) for name, of in fields}}


def kinds(sources: dict[str, str], cluster: set[str]) -> Iterator[Kind]:
    """The custom resources of a package, from its files by path; of `cluster` no objects live in namespaces."""
    directories: dict[PurePosixPath, dict[str, str]] = {}
    for path, source in sorted(sources.items()):
        file = PurePosixPath(path)
        if path.endswith(".d.ts") and file.name != "index.d.ts":
            directories.setdefault(file.parent, {})[file.name.removesuffix(".d.ts")] = source
    for files in directories.values():
        definitions = {name: definition(source) for name, source in files.items()}
        for name, made in definitions.items():
            properties = made.get("properties", {})
            if "spec" not in properties or "enum" not in properties.get("kind", {}):
                continue
            group, version = properties["apiVersion"]["enum"][0].split("/")
            # Nobody writes a status, and what every object has is added later.
            root = {"spec": properties["spec"], "status": OPEN}
            whole = {**definitions, name: {"type": "object", "properties": root}}
            yield Kind(group, version, name, name not in cluster, whole, name)
