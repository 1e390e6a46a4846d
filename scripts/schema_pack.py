"""What the scripts that write schemas/*.zz share: numbers for equal definitions, and the files.

Definitions refer to each other by `$ref`: `#/$defs/` and a name. A name counts inside its scope: one version
of an API, one source file.
"""

import json
import sys
import zlib
from pathlib import Path
from typing import Any, Hashable, Iterator, NamedTuple

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
REFERENCE = "#/$defs/"
OPEN = {"x-kubernetes-preserve-unknown-fields": True}

Key = tuple[Hashable, str]  # scope, name of the definition


class Kind(NamedTuple):
    """A custom resource: its definitions by name, and the name of the one of the whole object."""

    group: str
    version: str
    kind: str
    namespaced: bool
    definitions: dict[str, dict]
    root: str


def is_reference(schema: dict) -> bool:
    """Whether a map is a schema that refers to another one (and not a map of fields, one of them called `$ref`)."""
    return isinstance(schema.get("$ref"), str)


def references(schema: Any) -> Iterator[str]:
    """The names of the definitions that a schema refers to."""
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from references(value)
    if isinstance(schema, dict) and is_reference(schema):
        yield schema["$ref"].removeprefix(REFERENCE)


def reachable(definitions: dict[str, dict], roots: set[str]) -> set[str]:
    """The definitions that are needed for some of them, those included."""
    found: set[str] = set()
    queue = set(roots)
    while queue:
        name = queue.pop()
        found.add(name)
        queue |= set(references(definitions[name])) - found
    return found


def numbered(schema: Any, scope: Hashable, number: dict[Key, int]) -> Any:
    """A schema with its references as numbers."""
    if isinstance(schema, list):
        return [numbered(item, scope, number) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: numbered(value, scope, number) for key, value in schema.items()}
    if is_reference(schema):
        made["$ref"] = number[scope, schema["$ref"].removeprefix(REFERENCE)]
    return made


def merge(definitions: dict[Key, dict]) -> tuple[dict[Key, int], list[str]]:
    """One number for all definitions that are alike with everything below them, and their texts.

    Begins with all alike and tells apart what refers to different numbers, until nothing changes: so
    definitions that refer to themselves are no special case.
    """
    order = sorted(definitions, key=lambda key: (key[1], key[0]))  # what is similar stays together
    number = dict.fromkeys(order, 0)
    count = 0
    while True:
        texts: dict[str, int] = {}
        made = {}
        for key in order:
            schema = numbered(definitions[key], key[0], number)
            made[key] = json.dumps(schema, separators=(",", ":"), sort_keys=True)
            texts.setdefault(made[key], len(texts))
        number = {key: texts[text] for key, text in made.items()}
        if len(texts) == count:
            return number, list(texts)
        count = len(texts)


def write(name: str, text: str) -> None:
    """Write one file, or with --check fail if it holds anything else."""
    path = SCHEMAS / name
    if sys.argv[1:] == ["--check"]:
        # The texts are compared, because another zlib may compress in another way.
        if zlib.decompress(path.read_bytes()).decode() != text:
            sys.exit(f"{name} is not what this script writes")
        return
    path.write_bytes(zlib.compress(text.encode(), 9))
    print(f"{name}: {len(text)} bytes, {path.stat().st_size} compressed")
