#!/usr/bin/env python3
"""Compare `paritylint render` with `kubectl kustomize` over every kustomization of some directories.

usage: compare_with_kubectl.py PARITYLINT DIRECTORY...
       DIRECTORY is a repository or a part of one; nothing in it is written.

Prints a table of verdicts and, for every directory where the two disagree, both answers. Without network: the
variables that proxies are read from lead nowhere, so that a remote base fails at once.
Exit status 0 when they never disagree. Needs kubectl and PyYAML.
"""
import collections, concurrent.futures, os, shutil, subprocess, sys
import yaml

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
NOWHERE = "http://127.0.0.1:9"
OFFLINE = dict(os.environ, HTTP_PROXY=NOWHERE, HTTPS_PROXY=NOWHERE, http_proxy=NOWHERE, https_proxy=NOWHERE,
               GIT_TERMINAL_PROMPT="0", GIT_SSH_COMMAND="false", HOME="/nonexistent")
OFFLINE.update(GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="http.proxy", GIT_CONFIG_VALUE_0=NOWHERE)


def run(command, root):
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, timeout=60, env=OFFLINE)
    except subprocess.TimeoutExpired:
        return None, "timeout"
    if done.returncode:
        lines = [line for line in done.stderr.decode(errors="replace").splitlines() if not line.startswith("# Warning")]
        return None, " ".join(lines)[:400]
    return done.stdout, ""


def documents(text):
    return [document for document in yaml.load_all(text.decode(), Loader=Loader) if document is not None]


def compare(paritylint, root, directory):
    theirs, why = run(["kubectl", "kustomize", "--load-restrictor", "LoadRestrictionsNone", directory], root)
    ours, our_why = run([paritylint, "render", "--unrestricted", directory], root)
    if theirs is None and ours is None:
        return "both fail", why, our_why
    if theirs is None:
        return "only kubectl fails", why, ""
    if ours is None:
        return "only paritylint fails", "", our_why
    if theirs == ours:
        return "equal to the byte", "", ""
    same = documents(theirs) == documents(ours)
    return ("equal by value" if same else "differ"), "", ""


def main():
    paritylint, roots = os.path.abspath(sys.argv[1]), map(os.path.abspath, sys.argv[2:])
    if not shutil.which("kubectl"):
        sys.exit("there is no kubectl to compare with")
    found = sorted((root, path) for root in roots for path, _, files in os.walk(root)
                   if any(name in files for name in NAMES))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(lambda pair: compare(paritylint, *pair), found))
    table = collections.Counter(verdict for verdict, _, _ in verdicts)
    for (_, directory), (verdict, why, our_why) in zip(found, verdicts):
        if not verdict.startswith("equal") and (verdict != "both fail" or os.environ.get("VERBOSE")):
            print(f"{verdict}: {directory}\n  kubectl: {why or 'renders'}\n  paritylint: {our_why or 'renders'}")
    for verdict, count in sorted(table.items()):
        print(f"{count:6} {verdict}")
    agree = ("both fail", "equal by value", "equal to the byte")
    sys.exit(0 if all(verdict in agree for verdict, _, _ in verdicts) else 1)


if __name__ == "__main__":
    main()
