#!/usr/bin/env python3
"""Compare what `paritylint check` refuses with what kubernetes-validate refuses, object by object.

usage: compare_with_kubernetes_validate.py PARITYLINT [--mutate N] [--seed S] DIRECTORY...
       DIRECTORY is a repository or a part of one; nothing in it is written.

Renders every kustomization, takes each different object once, changes N of them at random where asked (a field
misspelt, dropped, or given a value of another type), and holds all of them against Kubernetes 1.37 with both tools.
Prints a table of verdicts and the objects on which the two disagree. Objects of kinds that kubernetes-validate does not
know are left out. Exit status 0 when they never disagree. Needs the Python packages kubernetes-validate and PyYAML.
"""
import argparse, collections, json, os, random, subprocess, sys, tempfile
import yaml
import kubernetes_validate

VERSION = "1.37"
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
OURS = ("invalid-manifest", "unknown-field")


def objects(paritylint, roots):
    seen = {}
    for root in roots:
        for path, directories, files in os.walk(root):
            directories.sort()
            if not any(name in files for name in NAMES):
                continue
            done = subprocess.run([paritylint, "render", "--unrestricted", path], cwd=root, capture_output=True)
            for found in yaml.load_all(done.stdout.decode(), Loader=Loader) if done.returncode == 0 else ():
                if isinstance(found, dict) and isinstance(found.get("kind"), str):
                    spec = {key: value for key, value in found.items() if key != "metadata"}
                    seen.setdefault(json.dumps(spec, sort_keys=True, default=str), found)
    return list(seen.values())


def places(value, path=()):
    """Every map below `value`, with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from places(inner, path + (key,))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from places(inner, path + (at,))


def mutate(found, chance):
    found = json.loads(json.dumps(found, default=str))
    path, target = chance.choice([place for place in places(found) if place[1]])
    key = chance.choice([key for key in target])
    kind = chance.choice(["misspell", "drop", "type"])
    if not path and key in ("apiVersion", "kind"):
        return None
    value = target.pop(key)
    if kind == "misspell":
        target[key[:-1] + "z" + key[-1:]] = value
    elif kind == "type":
        target[key] = chance.choice([["a"], {"a": "b"}, 7, True, "text"])
        if type(target[key]) is type(value):
            return None
    return f"{kind} {'.'.join(map(str, path + (key,)))}", found


def theirs(found):
    try:
        kubernetes_validate.validate(found, VERSION, strict=True)
    except kubernetes_validate.SchemaNotFoundError:
        return None
    except kubernetes_validate.ValidationError as error:
        return [f"{'.'.join(map(str, error.path))}: {error.message[:120]}"]
    except Exception as error:  # an object without what the tool needs to find its schema
        return None
    return []


def ours(paritylint, all_objects):
    told = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as root:
        # Two environments make overlays of them; what is part of no unit could be a patch.
        place, other = (os.path.join(root, "apps", "orders", name) for name in ("production", "staging"))
        os.makedirs(place)
        os.makedirs(other)
        with open(os.path.join(other, "other.yaml"), "w") as file:
            file.write("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n")
        with open(os.path.join(root, "paritylint.toml"), "w") as file:
            file.write(f'kubernetes-version = "{VERSION}"\n')
        for at, found in enumerate(all_objects):
            with open(os.path.join(place, f"{at}.yaml"), "w") as file:
                yaml.dump(found, file, Dumper=Dumper, sort_keys=False)
        command = [paritylint, "check", "--format", "json", "--min-severity", "note"]
        command += [part for rule in OURS for part in ("--select", rule)]
        report = json.loads(subprocess.run(command, cwd=root, capture_output=True).stdout)
        for finding in report["findings"]:
            at = int(os.path.basename(finding["locations"][0]["file"]).split(".")[0])
            told[at].append(f"{finding['rule']}: {finding['message']}")
    return told


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("paritylint", type=os.path.abspath)
    parser.add_argument("--mutate", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("directory", nargs="+", type=os.path.abspath)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    found = [("as it is", one) for one in objects(arguments.paritylint, arguments.directory)]
    found = [(how, one) for how, one in found if theirs(one) is not None]
    if arguments.mutate:
        changed = [mutate(chance.choice(found)[1], chance) for _ in range(arguments.mutate)]
        found = [pair for pair in changed if pair and theirs(pair[1]) is not None]
    told = ours(arguments.paritylint, [one for _, one in found])
    table, differ = collections.Counter(), []
    for at, (how, one) in enumerate(found):
        their, our = theirs(one), told.get(at, [])
        verdict = {(False, False): "both take it", (True, True): "both refuse it"}.get((bool(their), bool(our)))
        verdict = verdict or ("only kubernetes-validate refuses it" if their else "only paritylint refuses it")
        table[verdict] += 1
        if bool(their) != bool(our):
            differ.append((verdict, one["kind"], how, (their or our)[0]))
    for verdict, count in sorted(table.items()):
        print(f"{count:6} {verdict}")
    for line in differ:
        print(" | ".join(line))
    sys.exit(bool(differ))


if __name__ == "__main__":
    main()
