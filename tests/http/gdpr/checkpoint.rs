//! `…/audit-log/checkpoint`, the key, and what is signed by schedule

use std::time::Duration;

use insula_audit::checkpoint::Checkpoint;
use insula_audit::note::Signer;
use insula_tests::support::App;
use serde_json::Value;

use super::{cut, fill, get, key, log, more, sign, tamper, write};

#[test]
fn a_checkpoint_is_made_when_it_is_asked_for_and_covers_that_it_was() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    get(&ada, &log(&ada, "/checkpoint")).problem(409, "no-checkpoint");

    let made = sign(&ada);

    assert_eq!((made["size"].as_u64(), made["created_at"].as_str()), (Some(3), Some("2030-01-01T00:00:00Z")));
    assert_eq!(made["origin"], format!("localhost/audit/{}", ada.tenant_id));
    let key = key(&app, &ada);
    assert_eq!(made["key"], key.to_text());
    let says = Checkpoint::open(made["note"].as_str().unwrap(), &key).unwrap();
    assert_eq!((says.size, says.root.to_string().as_str()), (3, made["root"].as_str().unwrap()));
    assert_eq!(get(&ada, &log(&ada, "/checkpoint")).expect(200).json(), made);
    let note = get(&ada, &log(&ada, "/checkpoint?format=note")).expect(200);
    assert_eq!(
        (note.text(), note.header("content-type")),
        (made["note"].as_str().unwrap().to_owned(), "text/plain")
    );
    assert_eq!(
        app.db().rows("select action from audit_entry order by at_ms, seq desc limit 1"),
        [["audit_log.signed"]]
    );

    // An earlier one is there as long as the log.
    let later = sign(&ada);
    assert_eq!(get(&ada, &log(&ada, "/checkpoint?size=3")).expect(200).json(), made);
    assert_eq!(get(&ada, &log(&ada, "/checkpoint")).expect(200).json(), later);
    get(&ada, &log(&ada, "/checkpoint?size=2")).problem(409, "no-checkpoint");
    get(&ada, &log(&ada, "/checkpoint?size=x")).invalid("?size", "range");
    get(&ada, &log(&ada, "/checkpoint?format=x")).invalid("?format", "unknown");
}

#[test]
fn a_log_that_grew_is_signed_by_schedule_and_one_that_did_not_is_not() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let tick =
        || app.operator().request("POST", "/internal/tick").send().expect(200).json()["audit_logs"].clone();
    let sizes = || {
        let of = format!("where tenant_id = '{}'", ada.tenant_id);
        app.db().rows(&format!("select size from audit_checkpoint {of} order by size")).concat()
    };
    let done = tick();
    // Hers and the platform's.
    assert_eq!((done["signed"].as_u64(), done["refused"].as_u64()), (Some(2), Some(0)));
    assert_eq!(sizes(), ["2"]);
    write(&ada, 1);
    let _ = tick();
    assert_eq!(sizes(), ["2"], "it was signed a moment ago");
    app.advance(Duration::from_secs(600));
    assert_eq!(tick()["signed"], 1);
    assert_eq!(sizes(), ["2", "3"]);
    app.advance(Duration::from_secs(600));
    assert_eq!(tick()["signed"], 0);
    let signed = get(&app.log_in(&ada.email), &log(&ada, "/checkpoint")).expect(200).json();
    assert!(Checkpoint::open(signed["note"].as_str().unwrap(), &key(&app, &ada)).is_ok());
}

/// Protects against whoever has the database, or a copy of it, and not the master key.
#[test]
fn a_checkpoint_that_another_key_signed_is_not_shown_as_ours() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let made = sign(&ada);
    let says = Checkpoint::open(made["note"].as_str().unwrap(), &key(&app, &ada)).unwrap();
    let note = Checkpoint { size: 9, ..says }.sign(&Signer::new(key(&app, &ada).name(), [7; 32]).unwrap());
    tamper(&app, &format!("insert into audit_checkpoint values ('{}', 9, '', '{note}', 0)", ada.tenant_id));
    get(&ada, &log(&ada, "/checkpoint")).problem(409, "audit-log-altered");
    assert_eq!(get(&ada, &log(&ada, "/checkpoint?size=3")).expect(200).json(), made);
    // Nor what was ours a moment ago, when so much as its signature is another's.
    let note = made["note"].as_str().unwrap();
    let signed = note.rfind(' ').unwrap() + 9;
    let other = if &note[signed..=signed] == "A" { "B" } else { "A" };
    let changed = format!("{}{other}{}", &note[..signed], &note[signed + 1..]);
    tamper(&app, &format!("update audit_checkpoint set note = '{changed}' where size = 3"));
    get(&ada, &log(&ada, "/checkpoint?size=3")).problem(409, "audit-log-altered");
    get(&ada, &log(&ada, "/proof?entry=1&size=3")).problem(409, "audit-log-altered");
    tamper(&app, &format!("update audit_checkpoint set note = '{note}' where size = 3"));
    assert_eq!(get(&ada, &log(&ada, "/checkpoint?size=3")).expect(200).json(), made);
}

/// Protects against whoever changes the log between two checkpoints: what is signed goes on from what was signed.
#[test]
fn a_log_that_does_not_go_on_from_what_was_signed_is_not_signed() {
    for change in ["shorter", "other", "broken", "node"] {
        let app = App::start().without_limits();
        let ada = app.person("ada");
        fill(&app, &ada, 30);
        let before = sign(&ada);
        let of = format!("where tenant_id = '{}'", ada.tenant_id);
        match change {
            "shorter" => cut(&app, &ada.tenant_id, 20),
            "other" => {
                // From the last block on it is written anew, chain and all.
                cut(&app, &ada.tenant_id, 32);
                app.db().execute(&more(app.db(), &ada.tenant_id, 5));
            }
            "broken" => {
                fill(&app, &ada, 20);
                let set = "update audit_entry set entry = replace(entry, 'system', 'person')";
                tamper(&app, &format!("{set} {of} and seq = 40"));
            }
            _ => {
                tamper(&app, &format!("update audit_node set hash = '{}' {of} and level = 5", "0".repeat(64)))
            }
        }
        let answer = ada.request("POST", &log(&ada, "/checkpoint")).send();
        let problem = answer.problem(409, "audit-log-altered");
        if change == "broken" {
            assert_eq!(problem["entry"], 40);
        }
        assert_eq!(get(&ada, &log(&ada, "/checkpoint")).expect(200).json(), before, "{change}");
        // By schedule neither, and the others are.
        app.advance(Duration::from_secs(600));
        let done =
            app.operator().request("POST", "/internal/tick").send().expect(200).json()["audit_logs"].clone();
        assert_eq!((done["signed"].as_u64(), done["refused"].as_u64()), (Some(1), Some(1)), "{change}");
    }
}

#[test]
fn the_key_is_everybodys_and_tells_nothing_of_who_there_is() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let ask = |id: &str| app.request("GET", &format!("/api/v1/audit-log-keys/{id}")).send();
    let own = ask(&ada.tenant_id).expect(200).json();
    let absent = ask("ten_01h455vb4pex5vsknk084sn02q").expect(200).json();
    assert_ne!(
        own["key"].as_str().unwrap().rsplit('+').next(),
        absent["key"].as_str().unwrap().rsplit('+').next()
    );
    assert_eq!(ask(&ada.tenant_id).json(), own);
    ask("platform").problem(404, "not-found");
    ask("usr_01h455vb4pex5vsknk084sn02q").problem(404, "not-found");
}

#[test]
fn what_is_a_tenants_is_hidden_from_strangers_and_the_operators_reading_is_an_entry() {
    let app = App::start().without_limits();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let _ = sign(&ada);
    for path in ["/checkpoint", "/checkpoint?format=note", "/proof?entry=0", "?format=ndjson"] {
        get(&bob, &log(&ada, path)).problem(404, "not-found");
    }
    for path in ["/checkpoint", "/verify"] {
        bob.request("POST", &log(&ada, path)).send().problem(404, "not-found");
    }
    bob.request("POST", "/internal/audit-log/checkpoints").send().problem(403, "forbidden");
    for path in ["/checkpoint", "/proof?entry=0"] {
        let _ = app.operator().get(&log(&ada, path)).send().expect(200);
    }
    let page = get(&ada, &log(&ada, "?actor=operator")).expect(200).json();
    assert_eq!(super::actions(&page), ["operator.read", "operator.read"]);
    assert_eq!(page["next_cursor"], Value::Null);
}
