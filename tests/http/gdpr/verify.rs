//! `POST /api/v1/tenants/{tenant_id}/audit-log/verify`

use insula_tests::support::{App, Person};
use serde_json::{Value, json};

use super::{check, cut, file, fill, fill_many, get, key, log, sign, tamper};

#[track_caller]
fn verify(person: &Person<'_>, query: &str) -> Value {
    person.request("POST", &log(person, &format!("/verify{query}"))).send().expect(200).json()
}

#[test]
fn a_log_that_nobody_touched_is_right_and_that_it_was_checked_is_an_entry() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let expected = json!({ "outcome": "right", "from": 0, "to": 3, "size": 3, "signed": 0, "next": null, "fault": null });
    assert_eq!(verify(&ada, ""), expected);
    fill(&app, &ada, 50);
    let _ = sign(&ada);
    fill(&app, &ada, 20);
    let found = verify(&ada, "");
    assert_eq!(
        (found["outcome"].as_str(), found["size"].as_u64(), found["signed"].as_u64()),
        (Some("right"), Some(75), Some(54))
    );
    let page = get(&ada, &log(&ada, "?action=audit_log.verified")).expect(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
}

/// Whose key is gone can't be told from the log any more; that the log is whole still can.
#[test]
fn a_log_of_which_a_person_is_erased_is_still_right_and_proven() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let _ = ada.key(&["read"]);
    let _ = sign(&ada);
    let proof = || get(&ada, &log(&ada, "/proof?entry=2&size=4")).expect(200).json();
    let before = proof();
    let was_told = file(&ada).contains("\"personal\"");
    app.db().execute("delete from subject_key");
    assert_eq!((verify(&ada, "")["outcome"].as_str(), was_told), (Some("right"), true));
    assert_eq!(proof(), before);
    let _ = sign(&ada);
    let file = file(&ada);
    let entries = file.lines().count();
    let found = check(&file, &key(&app, &ada)).unwrap();
    assert!(entries > 4 && found.checkpoint.size >= 4, "{file}");
}

#[test]
fn a_long_log_is_checked_from_where_the_last_check_ended() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    fill(&app, &ada, 2_100);
    // Nothing is signed yet, so no tree is stored; then one is.
    for _ in 0..2 {
        for first in ["", "?first_entry=1024", "?first_entry=2048"] {
            assert_eq!(verify(&ada, first)["outcome"], "right", "{first}");
        }
        let _ = sign(&ada);
    }
    for first in ["1", "3072", "x", "-1024"] {
        let path = log(&ada, &format!("/verify?first_entry={first}"));
        ada.request("POST", &path).send().invalid("?first_entry", "range");
    }
    let of = format!("where tenant_id = '{}'", ada.tenant_id);
    tamper(&app, &format!("update audit_entry set at_ms = 0 {of} and seq = 1500"));
    assert_eq!(verify(&ada, "?first_entry=1024")["fault"]["entry"], 1500);
    assert_eq!(verify(&ada, "?first_entry=2048")["outcome"], "right");
}

/// A call checks 204,800 entries and says where the next one begins; nothing is left out in between.
#[test]
fn a_very_long_log_is_checked_whole_by_several_calls() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    fill_many(&app, &ada, 206_000);
    let first = verify(&ada, "");
    assert_eq!(
        (&first["outcome"], &first["to"], &first["next"]),
        (&json!("right"), &json!(204_800), &json!(204_800))
    );
    let rest = verify(&ada, "?first_entry=204800");
    assert_eq!((&rest["outcome"], &rest["next"]), (&json!("right"), &Value::Null));
    assert!(rest["to"].as_u64().unwrap() > 206_000, "{rest}");

    let of = format!("where tenant_id = '{}'", ada.tenant_id);
    for (entry, first) in [(204_800, "?first_entry=204800"), (204_799, "")] {
        tamper(&app, &format!("update audit_entry set action = 'key.revoked' {of} and seq = {entry}"));
        assert_eq!(verify(&ada, first)["fault"]["entry"], entry);
    }
}

/// Protects against whoever owns the database: each way to change the log is named, with the entry.
#[test]
fn whatever_was_changed_in_the_database_is_named_with_its_entry() {
    let set = "update audit_entry set";
    for (change, entry, why) in [
        (format!("{set} entry = replace(entry, 'system', 'person') where seq = 40"), 40, "changed"),
        (format!("{set} link = '{}' where seq = 40", "0".repeat(64)), 40, "changed"),
        (format!("{set} at_ms = 7 where seq = 40"), 40, "indexed"),
        (format!("{set} action = 'key.revoked' where seq = 40"), 40, "indexed"),
        (format!("{set} actor_id = 'usr_1' where seq = 40"), 40, "indexed"),
        ("delete from audit_entry where seq = 40".to_owned(), 40, "missing"),
        // Dated back in the text and in the index; in each other's places; one twice.
        (format!("{set} at_ms = 0, entry = replace(entry, '2030-01-01T', '1970-01-01T') where seq = 40"), 40, "changed"),
        (
            format!(
                "{set} entry = (select b.entry from audit_entry b
                   where b.tenant_id = audit_entry.tenant_id and b.seq = 81 - audit_entry.seq) where seq in (40, 41)"
            ),
            40,
            "changed",
        ),
        (
            format!(
                "{set} entry = (select b.entry from audit_entry b
                   where b.tenant_id = audit_entry.tenant_id and b.seq = 40) where seq = 41"
            ),
            41,
            "changed",
        ),
        (
            format!("update audit_node set hash = '{}' where level = 4 and place = 2", "0".repeat(64)),
            32,
            "tree",
        ),
        ("delete from audit_node where level = 5 and place = 0".to_owned(), 0, "tree"),
        ("update audit_checkpoint set note = replace(note, '— ', '— x')".to_owned(), 52, "checkpoint"),
        ("update audit_head set link = 'x'".to_owned(), 53, "head"),
    ] {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        fill(&app, &ada, 50);
        let _ = sign(&ada);
        let of = format!("tenant_id = '{}'", ada.tenant_id);
        let separator = if change.contains(" where ") { "and" } else { "where" };
        if why == "head" {
            // The entry of the check itself would repair nothing: it goes on from what the head says.
            tamper(&app, &format!("update audit_head set link = '{}' where {of}", "0".repeat(64)));
            let found = verify(&ada, "");
            assert_eq!(
                (found["fault"]["entry"].as_u64(), found["fault"]["why"].as_str()),
                (Some(53), Some("changed"))
            );
            continue;
        }
        tamper(&app, &format!("{change} {separator} {of}"));
        let found = verify(&ada, "");
        assert_eq!(found["outcome"], "wrong", "{change}");
        let fault = &found["fault"];
        assert_eq!(
            (fault["entry"].as_u64(), fault["why"].as_str()),
            (Some(entry), Some(why)),
            "{change}: {found}"
        );
    }
}

#[test]
fn a_log_whose_end_was_cut_off_after_it_was_signed_is_wrong() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    fill(&app, &ada, 50);
    let _ = sign(&ada);
    cut(&app, &ada.tenant_id, 40);
    let found = verify(&ada, "");
    // The entry of the check is the 41st.
    assert_eq!(
        (found["fault"]["entry"].as_u64(), found["fault"]["why"].as_str()),
        (Some(41), Some("missing"))
    );
}

/// An entry of another tenant's log, put in with a chain that holds.
#[test]
fn an_entry_of_another_log_is_named() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let foreign = foreign(&app, &ada.tenant_id, &bob.tenant_id);
    app.db().execute(&foreign);
    let found = verify(&ada, "");
    assert_eq!(
        (found["fault"]["entry"].as_u64(), found["fault"]["why"].as_str()),
        (Some(2), Some("foreign"))
    );
}

/// What appends an entry to a log that says that it is of another.
fn foreign(app: &App, tenant_id: &str, other: &str) -> String {
    use insula_audit::chain::Head;
    use insula_audit::hash::Hash;
    let ends = app.db().rows(&format!("select size, link from audit_head where tenant_id = '{tenant_id}'"));
    let head = Head { size: ends[0][0].parse().unwrap(), link: Hash::parse(&ends[0][1]).unwrap() };
    let text = app
        .db()
        .rows(&format!("select entry from audit_entry where tenant_id = '{other}' and seq = 0"))
        .concat()
        .concat();
    let next = head.after(Hash::leaf(text.as_bytes()));
    format!(
        "begin; update audit_head set size = {}, link = '{link}' where tenant_id = '{tenant_id}';
         insert into audit_entry values ('{tenant_id}', {}, 0, 'tenant.created', null, '{text}', '{link}'); commit;",
        next.size,
        head.size,
        link = next.link
    )
}
