//! Many at once, and who was stopped in the middle.

use insula_audit::merkle::verify::consistency;
use insula_tests::support::{App, at_once, eight_at_once};
use serde_json::{Value, json};

use super::{check, file, fill, get, hashes, key, log, sign, tamper, tree};

#[test]
fn what_is_signed_while_sixty_four_write_goes_on_from_what_was_signed_before() {
    let app = App::start().without_limits();
    let ada = app.person("ada");

    let answers = at_once(72, |number| {
        if number % 9 == 0 {
            let request = || ada.request("POST", &log(&ada, "/checkpoint")).send();
            return [request(), request()].map(|answer| answer.expect(200).json()).to_vec();
        }
        let body = json!({ "name": format!("{number}"), "scopes": ["read"] });
        let _ = ada.post("/api/v1/api-keys", &body).send().expect(201);
        Vec::new()
    });

    let mut signed: Vec<_> = answers.concat().iter().map(|said: &Value| tree(said, "size", "root")).collect();
    signed.push(tree(&sign(&ada), "size", "root"));
    signed.sort_by_key(|tree| tree.size);
    for pair in signed.windows(2) {
        let path = log(&ada, &format!("/proof?from={}&to={}", pair[0].size, pair[1].size));
        let proof = get(&ada, &path).expect(200).json();
        assert!(consistency(pair[0], pair[1], &hashes(&proof)), "{pair:?}");
    }
    let found = check(&file(&ada), &key(&app, &ada)).unwrap();
    assert_eq!(found.checkpoint.size, 2 + 64 + 16 + 1 + 1);
}

#[test]
fn a_tree_that_eight_extend_at_once_is_extended_once() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    fill(&app, &ada, 2_500);
    let signed = eight_at_once(|_| sign(&ada));
    assert!(signed.iter().all(|said| said["size"].as_u64() >= Some(2_503)), "{signed:?}");
    let of = format!("where tenant_id = '{}'", ada.tenant_id);
    let leaves = app.db().number(&format!("select count(*) from audit_node {of} and level = 4"));
    assert_eq!(leaves, 2_510 / 16);
    assert!(check(&file(&ada), &key(&app, &ada)).is_ok());
}

/// Parts of a tree are stored one after another, each whole or not at all: who was stopped between two left this.
#[test]
fn who_is_stopped_while_extending_the_tree_is_gone_on_for() {
    let app = App::start();
    let ada = app.person("ada");
    fill(&app, &ada, 2_500);
    let signed = sign(&ada);
    let of = format!("where tenant_id = '{}'", ada.tenant_id);
    let nodes =
        || app.db().rows(&format!("select level, place, hash from audit_node {of} order by level, place"));
    let whole = nodes();
    for parts in [0, 1_024, 2_048] {
        tamper(
            &app,
            &format!(
                "delete from audit_node {of} and (place + 1) * (1 << cast(level as integer)) > {parts};
                 delete from audit_checkpoint {of}"
            ),
        );
        let again = sign(&ada);
        assert_eq!(nodes(), whole, "{parts}");
        let path = log(&ada, &format!("/proof?from={}", signed["size"]));
        let proof = get(&ada, &path).expect(200).json();
        assert!(consistency(tree(&signed, "size", "root"), tree(&again, "size", "root"), &hashes(&proof)));
    }
}
