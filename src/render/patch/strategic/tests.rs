use super::{Merged, merge};
use crate::kube::{Action, Gvk, MergeKeys, Value, load};
use crate::syntax::parse_yaml;
use crate::syntax::scalar::Dialect;
use crate::text::FileId;

fn value(file: u32, text: &str) -> Value {
    let parsed = parse_yaml(FileId(file), text);
    load(parsed.documents[0].root(), Dialect::Resource).unwrap()
}

/// Merges two bodies of a Pod's `spec`; an error is its message.
fn spec(target: &str, patch: &str) -> Result<Value, String> {
    whole(&format!("spec: {target}"), &format!("spec: {patch}"))
        .map(|value| value.get("spec").unwrap().clone())
}

fn whole(target: &str, patch: &str) -> Result<Value, String> {
    let mut target = value(0, target);
    let gvk = Gvk::new("v1", "Pod");
    match merge(&mut target, &value(1, patch), &gvk, MergeKeys::builtin()) {
        Ok(Merged::Kept) => Ok(target),
        Ok(Merged::Deleted) => Err("deleted".to_owned()),
        Err(error) => Err(error.message),
    }
}

#[track_caller]
fn check(target: &str, patch: &str, expected: &str) {
    let merged = spec(target, patch).unwrap();
    assert!(merged.same(&value(0, expected)), "{target} + {patch} = {merged:#?}");
}

const TWO: &str = "{containers: [{name: a, image: x, o: 1}, {name: b, w: 1}]}";

#[test]
fn maps_merge_and_nulls_delete() {
    check("{a: 1, b: {c: 1, d: 2}}", "{b: {c: null, e: 3}, f: null}", "{a: 1, b: {d: 2, e: 3}}");
    check("{x: 1}", "{a: null, b: {c: null, d: [null]}}", "{x: 1, b: {d: [null]}}");
    check(
        "{a: null, b: ~, d: {x: , y: null}, l: [null]}",
        "{z: 1}",
        "{a: null, b: null, d: {y: null}, l: [null], z: 1}",
    );
    check("{a: null, c: }", "{a: {b: 1}, c: [1]}", "{a: {b: 1}, c: [1]}");
    check(
        "{a: [1, 2], tolerations: [{key: a}]}",
        "{a: [3], tolerations: [{key: b}]}",
        "{a: [3], tolerations: [{key: b}]}",
    );
}

#[test]
fn quotes_stay_and_make_strings() {
    check(
        "{a: '1', b: abc, c: 'abc', d: 1}",
        "{a: 2, b: 3, c: true, d: '4'}",
        "{a: '2', b: 3, c: 'true', d: '4'}",
    );
}

#[test]
fn patched_elements_move_to_the_front() {
    check(
        TWO,
        "{containers: [{name: b, w: 2}, {name: c}]}",
        "{containers: [{name: b, w: 2}, {name: c}, {name: a, image: x, o: 1}]}",
    );
    check(TWO, "{containers: []}", TWO);
    check(
        "{x: 1}",
        "{containers: [{name: b, x: 1}, {name: b, y: 1}]}",
        "{x: 1, containers: [{name: b, y: 1}]}",
    );
}

#[test]
fn sets_of_scalars_unite() {
    let merged =
        whole("metadata: {finalizers: [a, b, null, a]}", "metadata: {finalizers: [c, b, c]}");
    assert!(merged.unwrap().same(&value(0, "metadata: {finalizers: [c, b, a]}")));
    let merged =
        whole("metadata: {finalizers: [a, b]}", "metadata: {finalizers: [c, {$patch: replace}]}");
    assert!(merged.unwrap().same(&value(0, "metadata: {finalizers: [c]}")));
}

#[test]
fn directives_apply_to_maps_elements_and_lists() {
    check("{a: {b: 1, c: 2}}", "{a: {$patch: replace, d: 3, e: null}}", "{a: {d: 3}}");
    check("{a: {b: 1}, c: 1}", "{a: {$patch: delete}}", "{c: 1}");
    check("{a: {b: 1}}", "{a: {$patch: merge, d: 3}}", "{a: {b: 1, d: 3}}");
    check(TWO, "{containers: [{name: a, $patch: delete}]}", "{containers: [{name: b, w: 1}]}");
    check(TWO, "{containers: [{name: c}, {$patch: delete}]}", "{}");
    check(
        TWO,
        "{containers: [{$patch: replace}, {name: b, q: null}]}",
        "{containers: [{name: b}]}",
    );
    check(TWO, "{containers: [{$patch: replace}]}", "{containers: []}");
    assert_eq!(whole("a: 1", "$patch: delete").unwrap_err(), "deleted");
    assert!(whole("a: 1", "{$patch: replace, b: 1}").unwrap().same(&value(0, "a: 1")));
    assert_eq!(spec("{a: {b: 1}}", "{a: {$patch: x}}").unwrap_err(), "unknown patch strategy `x`");
}

#[test]
fn directives_leak_where_kustomize_overlooks_them() {
    check("{x: 1}", "{m: {$patch: foo, b: 1}}", "{x: 1, m: {$patch: foo, b: 1}}");
    check("{x: 1}", "{l: [{$patch: delete, b: 1}]}", "{x: 1, l: [{$patch: delete, b: 1}]}");
    check(
        "{x: 1}",
        "{containers: [{name: b}, {$patch: replace}]}",
        "{x: 1, containers: [{$patch: replace}]}",
    );
    // The object's own list still holds the element that the patch wants to replace.
    check(TWO, "{containers: [{name: a, $patch: replace}]}", TWO);
    assert!(spec("{x: 1}", "{m: {n: {$patch: foo}}}").is_err());
}

#[test]
fn several_keys_keep_the_order_of_the_object() {
    let ports = |ports: &str| format!("{{containers: [{{name: a, ports: {ports}}}]}}");
    let check = |target: &str, patch: &str, expected: &str| {
        check(&ports(target), &ports(patch), &ports(expected));
    };
    check(
        "[{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]",
        "[{containerPort: 80, protocol: UDP, x: 1}, {containerPort: 9, protocol: TCP}]",
        "[{containerPort: 9, protocol: TCP}, {containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP, x: 1}]",
    );
    check(
        "[{containerPort: 80}, {containerPort: 81}]",
        "[{containerPort: 81, x: 1}]",
        "[{containerPort: 81, x: 1}, {containerPort: 80}]",
    );
    // A missing part of the name loses what the patch says.
    check(
        "[{containerPort: 80}, {containerPort: 80, protocol: UDP}]",
        "[{containerPort: 80, x: 1}]",
        "[{containerPort: 80}, {containerPort: 80, protocol: UDP}]",
    );
}

#[test]
fn irregular_lists_lose_what_kustomize_loses() {
    let list = |items: &str| format!("{{containers: {items}}}");
    let kept = |items: &str, expected: &str| {
        check(&list(items), "{z: 1}", &format!("{{z: 1, containers: {expected}}}"));
    };
    kept("[{name: a, k: 1}, {name: a, i: y}, {name: b}]", "[{name: a, i: y}, {name: b}]");
    kept("[{name: a}, {image: y}, {name: b}]", "[{image: y}]");
    kept("[{name: a}, null, {name: b}]", "[{name: a}]");
    kept("[{name: a}, {}, {name: b}]", "[{name: a}]");
    let both = |patch: &str, expected: &str| check(TWO, &list(patch), &list(expected));
    both("[{image: new}, {name: a, image: z}]", "[{name: a, image: z}]");
    both("[{name: a, image: z}, {image: new}]", "[{name: a, image: z, o: 1}]");
    both("[{}, {name: a, image: z}]", "[{name: a, image: z}]");
    assert!(spec(&list("[a, {name: b}]"), &list("[{name: b, q: 1}]")).is_err());
}

#[test]
fn kinds_must_agree() {
    let error = spec("{a: 1}", "{a: {b: 1}}").unwrap_err();
    assert_eq!(error, "the patch has a map where the object has a scalar");
}

#[test]
fn objects_inside_unknown_kinds_are_merged_as_what_they_are() {
    let base = "t: {apiVersion: v1, kind: Pod, spec: {containers: [{name: a}, {name: b, i: 1}]}}";
    let mut target = value(0, base);
    let patch = value(1, "t: {spec: {containers: [{name: b, z: 1}]}}");
    merge(&mut target, &patch, &Gvk::new("example.org/v1", "Foo"), MergeKeys::builtin()).unwrap();
    let containers = target.at(&["t", "spec", "containers"]).unwrap();
    assert!(containers.same(&value(0, "[{name: b, i: 1, z: 1}, {name: a}]")));
}

#[test]
fn history_continues_and_untouched_values_stay_shared() {
    let base = value(0, "spec: {a: 1, b: {c: [1]}, d: {e: 1}}");
    let mut target = base.clone();
    let patch = value(1, "spec: {a: 2, d: {f: {g: 1}}}");
    merge(&mut target, &patch, &Gvk::new("v1", "Pod"), MergeKeys::builtin()).unwrap();
    let actions = |path: &[&str]| {
        let steps = target.at(path).unwrap().provenance.steps();
        steps.iter().map(|step| (step.action, step.span.file.0)).collect::<Vec<_>>()
    };
    assert_eq!(actions(&["spec", "a"]), [(Action::Declared, 0), (Action::Patched, 1)]);
    assert_eq!(actions(&["spec", "d", "e"]), [(Action::Declared, 0)]);
    assert_eq!(actions(&["spec", "d", "f", "g"]), [(Action::Patched, 1)]);
    let key_span =
        target.at(&["spec", "d"]).unwrap().as_map().unwrap().entry("f").unwrap().key_span;
    assert_eq!(key_span.file, FileId(1));
    let old = base.at(&["spec", "b"]).unwrap().as_map().unwrap();
    let new = target.at(&["spec", "b"]).unwrap().as_map().unwrap();
    assert!(std::ptr::eq(old, new));
}

#[test]
fn what_deletes_a_part_is_remembered_where_the_part_was() {
    let patch = "spec: {a: null, b: {$patch: delete}, containers: [{name: b, $patch: delete}], \
                 hostAliases: [{ip: x, $patch: delete}], volumes: null, none: null}";
    let target = "spec: {a: 1, b: {c: 1}, containers: [{name: a}, {name: b}], \
                  hostAliases: [{ip: x}, {ip: x}], volumes: [{name: v}]}";
    let merged = whole(target, patch).unwrap();
    let steps = |path: &[&str]| -> Vec<&str> {
        let steps = merged.at(path).unwrap().provenance.steps().iter();
        steps
            .filter(|step| step.action == Action::Patched)
            .map(|step| &patch[step.span.range()])
            .collect()
    };
    assert_eq!(steps(&["spec"]), ["a", "{$patch: delete}", "volumes"]);
    assert_eq!(steps(&["spec", "containers"]), ["{name: b, $patch: delete}"]);
    assert_eq!(steps(&["spec", "hostAliases"]), ["{ip: x, $patch: delete}"]);
}
