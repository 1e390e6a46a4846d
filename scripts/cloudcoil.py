"""Reads the custom resources that cloudcoil has written as Python classes back into structural schemas.

The packages `cloudcoil-models-*` hold them, made from the CustomResourceDefinitions of a release whose version
the package bears. Fields, types, required fields, defaults, allowed values, patterns and limits survive. What is
lost or unclear stays open: alternatives (`oneOf` of several shapes), and objects inside objects.

The classes are parsed, never run.
"""

import ast
from typing import Iterator, Optional

from schema_pack import OPEN, REFERENCE, Kind

INT_OR_STRING = {"x-kubernetes-int-or-string": True}
PLAIN = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "bool": {"type": "boolean"},
    "float": {"type": "number"},
    "Any": OPEN,
    "ObjectMeta": {"type": "object", **OPEN},
    "AwareDatetime": {"type": "string", "format": "date-time"},
    "Base64Str": {"type": "string", "format": "byte"},
}
# What `Field` says, and what it says it of, by type of the schema.
LIMITS = {
    "pattern": {"string": "pattern"},
    "ge": {"integer": "minimum", "number": "minimum"},
    "le": {"integer": "maximum", "number": "maximum"},
    "min_length": {"string": "minLength", "array": "minItems", "object": "minProperties"},
    "max_length": {"string": "maxLength", "array": "maxItems", "object": "maxProperties"},
}


class Module:
    """One source file: an API group and version."""

    def __init__(self, source: str):
        body = ast.parse(source).body
        self.classes = {node.name: node for node in body if isinstance(node, ast.ClassDef)}
        self.aliases = {
            node.targets[0].id: node.value.args[1]
            for node in body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and len(node.value.args) == 2
        }

    def root_of(self, name: str) -> Optional[ast.expr]:
        """The type that a class or an alias only gives another name to."""
        if name in self.aliases:
            return self.aliases[name]
        for field in fields(self.classes[name]):
            if field.target.id == "root":
                return field.annotation
        return None

    def schema(self, node: ast.expr) -> dict:
        """The schema of a type."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):  # a class defined further down
            return self.schema(ast.parse(node.value, mode="eval").body)
        if isinstance(node, ast.Name):
            if node.id in PLAIN:
                return dict(PLAIN[node.id])
            root = self.root_of(node.id)
            return self.schema(root) if root else {"$ref": REFERENCE + node.id}
        if isinstance(node, ast.BinOp):
            return self.union([member for member in members(node) if not is_none(member)])
        if isinstance(node, ast.Subscript):
            return self.generic(ast.unparse(node.value), node.slice)
        raise ValueError(f"not understood: {ast.unparse(node)}")

    def generic(self, name: str, of: ast.expr) -> dict:
        if name == "list":
            return {"type": "array", "items": self.schema(of)}
        if name == "dict":
            values = self.schema(of.elts[1])
            # Anything at all is written like an object of anything.
            return OPEN if values == OPEN else {"type": "object", "additionalProperties": values}
        if name == "Annotated":
            return limited(self.schema(of.elts[0]), keywords(of.elts[1]))
        if name == "Literal":
            values = [value.value for value in (of.elts if isinstance(of, ast.Tuple) else [of])]
            kind = {str: "string", int: "integer", bool: "boolean"}[type(values[0])]
            return {"type": kind, "enum": values}
        raise ValueError(f"not understood: {name}")

    def union(self, types: list[ast.expr]) -> dict:
        schemas = [self.schema(member) for member in types]
        if len(schemas) == 1:
            return schemas[0]
        if {schema.get("type") for schema in schemas} <= {"string", "integer"}:
            patterns = [schema["pattern"] for schema in schemas if "pattern" in schema]
            return INT_OR_STRING | ({"pattern": patterns[0]} if patterns else {})
        return OPEN

    def definition(self, node: ast.ClassDef) -> dict:
        if not fields(node):
            return dict(OPEN)
        made: dict = {"type": "object", "properties": {}}
        required = []
        for field in fields(node):
            schema = self.schema(field.annotation)
            name = alias(field)
            made["properties"][name] = schema
            if field.value is None:
                required.append(name)
        if required:
            made["required"] = sorted(required)
        if any("extra='allow'" in ast.unparse(line) for line in node.body if is_config(line)):
            made |= OPEN
        return made

    def kinds(self) -> Iterator[Kind]:
        """The custom resources of this file."""
        definitions = {
            name: self.definition(node)
            for name, node in self.classes.items()
            if bases(node) in ("BaseModel", "Resource")
        }
        for name, node in self.classes.items():
            if bases(node) != "Resource":
                continue
            root = definitions[name]
            # Nobody writes a status, and what every object has is added later.
            api_version, kind = (root["properties"].pop(field)["enum"][0] for field in ("apiVersion", "kind"))
            root["properties"] |= {"status": OPEN}
            root["properties"].pop("metadata", None)
            root["required"] = [field for field in root.pop("required", []) if field in root["properties"]]
            group, version = api_version.split("/")
            namespaced = any("'Namespaced'" in ast.unparse(line) for line in node.body)
            yield Kind(group, version, kind, namespaced, {**definitions, kind: root}, kind)


def bases(node: ast.ClassDef) -> str:
    return ",".join(map(ast.unparse, node.bases))


def is_config(line: ast.stmt) -> bool:
    return isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "model_config"


def is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def members(node: ast.expr) -> list[ast.expr]:
    return [*members(node.left), *members(node.right)] if isinstance(node, ast.BinOp) else [node]


def fields(node: ast.ClassDef) -> list[ast.AnnAssign]:
    lines = [line for line in node.body if isinstance(line, ast.AnnAssign)]
    return [line for line in lines if "ClassVar" not in ast.unparse(line.annotation)]


def keywords(field: ast.expr) -> dict:
    """What `Field(…)` says."""
    return {word.arg: ast.literal_eval(word.value) for word in field.keywords}


def alias(field: ast.AnnAssign) -> str:
    """The name of a field in YAML."""
    annotation = field.annotation
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Annotated":
        return keywords(annotation.slice.elts[1]).get("alias", field.target.id)
    return field.target.id


def limited(schema: dict, said: dict) -> dict:
    """A schema with the limits of its field."""
    kind = "string" if schema.get("x-kubernetes-int-or-string") else schema.get("type")
    for word, by_type in LIMITS.items():
        if word in said and kind in by_type:
            schema[by_type[kind]] = said[word]
    return schema
