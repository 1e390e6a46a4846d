"""Reads the custom resources that kopium has written as Rust back into structural schemas.

The crates `kcr_*` (one for each API group) hold such files, made every week from the CustomResourceDefinitions of
the projects. Fields, their types, which of them are required, and lists of allowed values survive the way there
and back. Patterns, limits, defaults and conditions do not: what was a required text or number may have a default
that the API server fills in, so only names known to have none stay required.
"""

import re
from typing import Optional

from schema_pack import OPEN, REFERENCE, Kind

ATTRIBUTE = re.compile(r'(\w+) = "([^"]*)"')
FIELD = re.compile(r"pub (?:r#)?(\w+): (.+),$")
VARIANT = re.compile(r"(?:r#)?(\w+),$")

INT_OR_STRING = {"x-kubernetes-int-or-string": True}
OBJECT_REFERENCE = "apiVersion fieldPath kind name namespace resourceVersion uid"
PLAIN = {
    "String": {"type": "string"},
    "bool": {"type": "boolean"},
    "i32": {"type": "integer", "format": "int32"},
    "i64": {"type": "integer", "format": "int64"},
    "f64": {"type": "number"},
    "IntOrString": INT_OR_STRING,
    "serde_json::Value": OPEN,
    "Condition": {"type": "object", **OPEN},
    "ObjectReference": {
        "type": "object",
        "properties": {name: {"type": "string"} for name in OBJECT_REFERENCE.split()},
    },
}

# What kopium leaves out: fields of the whole object besides spec and status. It writes types for them that nothing
# refers to, which is how these were found.
BESIDE_SPEC = {
    "Application": ["operation"],
    "CiliumClusterwideNetworkPolicy": ["specs"],
    "CiliumNetworkPolicy": ["specs"],
}

# Required texts that have no default in any of the groups: they name or address something.
REQUIRED_TEXTS = {"bucketName", "key", "name", "project", "repoURL", "secretName", "url"}


# Kinds without a spec, which kopium does not name: by the name of their file.
WITHOUT_SPEC = {
    "environmentconfigs": ("EnvironmentConfig", {"data": {"type": "object", **OPEN}}, []),
    "volumesnapshotclasses": (
        "VolumeSnapshotClass",
        {
            "deletionPolicy": {"type": "string", "enum": ["Delete", "Retain"]},
            "driver": {"type": "string"},
            "parameters": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        ["deletionPolicy", "driver"],
    ),
    "workloadpriorityclasses": (
        "WorkloadPriorityClass",
        {"description": {"type": "string"}, "value": {"type": "integer", "format": "int32"}},
        ["value"],
    ),
}


class Struct:
    """A struct or enum, and what was said before it."""

    def __init__(self, is_enum: bool, attributes: dict[str, str]):
        self.is_enum = is_enum
        self.attributes = attributes
        self.fields: list[tuple[str, str, bool]] = []  # name, type, optional
        self.variants: list[str] = []


def parse(source: str) -> dict[str, Struct]:
    """The structs and enums of a file by name, in its order."""
    found: dict[str, Struct] = {}
    current: Optional[Struct] = None
    attributes: dict[str, str] = {}
    for line in map(str.strip, source.splitlines()):
        if line.startswith("#["):
            attributes |= ATTRIBUTE.findall(line)
            attributes |= {word: "" for word in ("namespaced", "default") if re.search(rf"\({word}\b", line)}
        elif match := re.match(r"pub (struct|enum) (\w+) \{", line):
            current = found[match[2]] = Struct(match[1] == "enum", attributes)
            attributes = {}
        elif line == "}":
            current = None
        elif current and not line.startswith("//") and line:
            match = (VARIANT if current.is_enum else FIELD).fullmatch(line)
            if not match:
                raise ValueError(f"not understood: {line}")
            name = attributes.get("rename", match[1])
            if current.is_enum:
                current.variants.append(name)
            else:
                current.fields.append((name, match[2], "default" in attributes))
            attributes = {}
        elif not line.startswith("//"):
            attributes = {}
    return found


def inner(type_name: str, wrapper: str) -> Optional[str]:
    found = re.fullmatch(rf"{wrapper}<(.*)>", type_name)
    return found and found[1]


def schema_of(type_name: str, structs: dict[str, Struct]) -> dict:
    if type_name in PLAIN:
        return PLAIN[type_name]
    if of := inner(type_name, "Option") or inner(type_name, "Box"):
        return schema_of(of, structs)
    if of := inner(type_name, "Vec"):
        return {"type": "array", "items": schema_of(of, structs)}
    if of := inner(type_name, "BTreeMap"):
        return {"type": "object", "additionalProperties": schema_of(of.removeprefix("String, "), structs)}
    struct = structs[type_name]
    if not struct.is_enum:
        return {"$ref": REFERENCE + type_name}
    if all(variant.isdecimal() for variant in struct.variants):
        return INT_OR_STRING  # whether they were texts or numbers is lost
    return {"type": "string", "enum": struct.variants}


def definition(struct: Struct, structs: dict[str, Struct]) -> dict:
    made: dict = {"type": "object"}
    properties = {name: schema_of(of, structs) for name, of, _ in struct.fields}
    if properties:
        made["properties"] = properties
    required = []
    for name, _, optional in struct.fields:
        is_plain = properties[name].get("type", "object") not in ("object", "array")
        if not optional and (name in REQUIRED_TEXTS or not is_plain):
            required.append(name)
    if required:
        made["required"] = sorted(required)
    return made


def without_spec(source: str) -> Optional[Kind]:
    group, version, plural = re.search(r"--filename \S+/(\S+)/(\S+)/(\S+)\.yaml", source).groups()
    if plural not in WITHOUT_SPEC:
        return None
    kind, properties, required = WITHOUT_SPEC[plural]  # all of them are cluster-scoped
    root = {"type": "object", "properties": properties, "required": required}
    return Kind(group, version, kind, False, {"": root}, "")


def read(source: str) -> Optional[Kind]:
    """The custom resource in a file; None for a kind without a spec that is not known here either."""
    structs = parse(source)
    spec = next((name for name, struct in structs.items() if "group" in struct.attributes), None)
    if spec is None:
        return without_spec(source)
    resource = structs[spec].attributes
    definitions = {name: definition(struct, structs) for name, struct in structs.items() if not struct.is_enum}
    # Nobody writes a status.
    root = {"spec": {"$ref": REFERENCE + spec}, "status": OPEN}
    root |= {field: OPEN for field in BESIDE_SPEC.get(resource["kind"], ())}
    definitions[""] = {"type": "object", "properties": root}
    names = (resource[word] for word in ("group", "version", "kind"))
    return Kind(*names, "namespaced" in resource, definitions, "")
