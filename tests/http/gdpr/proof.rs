//! `GET /api/v1/tenants/{tenant_id}/audit-log/proof`

use insula_audit::hash::Hash;
use insula_audit::merkle::verify;
use insula_tests::support::App;

use super::{fill, get, hash, hashes, log, sign, tamper, tree};

#[test]
fn an_entry_is_proven_to_be_in_what_was_signed() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let texts = |app: &App| {
        let of = format!("where tenant_id = '{}'", ada.tenant_id);
        app.db().rows(&format!("select entry from audit_entry {of} order by seq")).concat()
    };
    let mut signed = vec![tree(&sign(&ada), "size", "root")];
    for count in [11, 1, 17, 40] {
        fill(&app, &ada, count);
        signed.push(tree(&sign(&ada), "size", "root"));
    }
    let texts = texts(&app);
    for tree in signed {
        let last = tree.size - 1;
        for place in [0, 1, last / 2, last] {
            let path = log(&ada, &format!("/proof?entry={place}&size={}", tree.size));
            let proof = get(&ada, &path).expect(200).json();
            assert_eq!((proof["kind"].as_str(), proof["entry"].as_u64()), (Some("inclusion"), Some(place)));
            assert_eq!(super::tree(&proof, "size", "root"), tree);
            let leaf = Hash::leaf(texts[usize::try_from(place).unwrap()].as_bytes());
            assert_eq!(hash(&proof["leaf"]), leaf);
            assert!(
                verify::inclusion(leaf, place, tree.size, &hashes(&proof), tree.root),
                "{place} {tree:?}"
            );
        }
    }
    let newest = get(&ada, &log(&ada, "/proof?entry=5")).expect(200).json();
    assert_eq!(newest["size"], 76);
}

#[test]
fn what_was_signed_is_proven_to_be_the_beginning_of_what_was_signed_later() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let mut signed = Vec::new();
    for count in [1, 13, 14, 3, 29, 64] {
        fill(&app, &ada, count);
        signed.push(tree(&sign(&ada), "size", "root"));
    }
    for (at, new) in signed.iter().enumerate() {
        for old in &signed[..=at] {
            let path = log(&ada, &format!("/proof?from={}&to={}", old.size, new.size));
            let proof = get(&ada, &path).expect(200).json();
            assert_eq!(proof["kind"], "consistency");
            let said = (tree(&proof, "from", "from_root"), tree(&proof, "size", "root"));
            assert_eq!(said, (*old, *new));
            assert!(verify::consistency(*old, *new, &hashes(&proof)), "{old:?} {new:?}");
        }
    }
    let newest = get(&ada, &log(&ada, "/proof?from=1")).expect(200).json();
    assert_eq!(newest["size"].as_u64(), signed.last().map(|tree| tree.size));
}

#[test]
fn what_is_not_in_what_was_signed_is_not_proven() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    get(&ada, &log(&ada, "/proof?entry=0")).problem(409, "no-checkpoint");
    let _ = sign(&ada);
    fill(&app, &ada, 5);
    for (query, name, code) in [
        ("entry=3", "?entry", "range"),
        ("entry=2&size=2", "?entry", "range"),
        ("entry=0&size=4", "?size", "range"),
        ("entry=0&size=0", "?size", "range"),
        ("entry=-1", "?entry", "range"),
        ("entry=x", "?entry", "range"),
        ("from=0", "?from", "range"),
        ("from=4", "?from", "range"),
        ("from=3&to=2", "?from", "range"),
        ("from=1&to=4", "?to", "range"),
        ("", "?entry", "required"),
        ("size=1", "?entry", "required"),
        ("entry=1&from=1", "?entry", "required"),
        ("entry=1&to=1", "?entry", "required"),
        ("from=1&size=1", "?entry", "required"),
    ] {
        get(&ada, &log(&ada, &format!("/proof?{query}"))).invalid(name, code);
    }
}

/// Protects who believes a proof: the server gives none that doesn't lead to what was signed.
#[test]
fn of_a_log_that_was_altered_nothing_is_proven_that_is_not_so() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    fill(&app, &ada, 60);
    let _ = sign(&ada);
    let of = format!("where tenant_id = '{}'", ada.tenant_id);
    let set = "update audit_entry set entry = replace(entry, 'system', 'person')";
    tamper(&app, &format!("{set} {of} and seq = 20"));
    let problem = get(&ada, &log(&ada, "/proof?entry=21")).problem(409, "audit-log-altered");
    assert_eq!(problem["entry"], 20);
    // Elsewhere the stored nodes still are what was signed.
    let _ = get(&ada, &log(&ada, "/proof?entry=40")).expect(200);
    tamper(
        &app,
        &format!("update audit_node set hash = '{}' {of} and level = 5 and place = 0", "0".repeat(64)),
    );
    get(&ada, &log(&ada, "/proof?entry=40")).problem(409, "audit-log-altered");
}
