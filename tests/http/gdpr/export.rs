//! `GET /api/v1/tenants/{tenant_id}/audit-log?format=ndjson`

use std::io::Write as _;
use std::process::{Command, Stdio};

use insula_audit::checkpoint::Checkpoint;
use insula_audit::export::{Check, Fault, Why, run};
use insula_audit::note::Verifier;
use insula_tests::journeys::embedded;
use insula_tests::support::App;

use super::{actions, check, cut, file, fill, get, key, log, sign, tamper, write};

/// What `insula audit verify` says of a file, with further arguments.
fn insula(file: &str, key: &Verifier, arguments: &[&str]) -> String {
    let mut command = Command::new(embedded::host_binary());
    command.args(["audit", "verify", "-", "--key", &key.to_text()]).args(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let _ = input.write_all(file.as_bytes());
    drop(input);
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn the_file_is_the_whole_log_and_a_stranger_checks_it_with_the_key_that_everybody_gets() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    write(&ada, 3);

    let answer = get(&ada, &log(&ada, "?format=ndjson")).expect(200);

    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let checked = check(&answer.text(), &key(&app, &ada)).unwrap();
    assert_eq!((checked.checkpoint.size, checked.tenant_id.as_str()), (6, ada.tenant_id.as_str()));
    assert!(insula(&answer.text(), &key(&app, &ada), &[]).starts_with("right: 6 entries of "));
    // Another tenant's key is not the key.
    assert_eq!(check(&answer.text(), &key(&app, &app.person("bob"))), Err(Fault::Header));
    // What is personal leaves sealed: the file goes to strangers.
    assert!(answer.text().contains("\"sealed\":\"") && !answer.text().contains("127.0.0.1"));
}

#[test]
fn that_a_log_was_exported_is_the_last_entry_of_the_file() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let lines: Vec<String> = file(&ada).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 5);
    assert!(lines[3].contains("\"action\":\"audit_log.exported\""), "{}", lines[3]);
    let _ = app.operator().get(&log(&ada, "?format=ndjson")).send().expect(200);
    let page = get(&ada, &log(&ada, "?action=audit_log.exported")).expect(200).json();
    assert_eq!(actions(&page), ["audit_log.exported", "audit_log.exported"]);
    assert_eq!(page["items"][0]["actor"]["kind"], "operator");
}

#[test]
fn a_long_log_is_sent_part_by_part_and_gone_on_with_where_it_broke_off() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    fill(&app, &ada, 3_000);
    let whole = file(&ada);
    assert_eq!(check(&whole, &key(&app, &ada)).unwrap().checkpoint.size, 3_003);

    // The header and 1,500 entries came.
    let came: String = whole.split_inclusive('\n').take(1_501).collect();
    assert_eq!(check(&came, &key(&app, &ada)), Err(Fault::Uncovered { from: 0 }));
    let rest = get(&ada, &log(&ada, "?format=ndjson&first_entry=1500")).expect(200).text();
    assert_eq!(check(&(came + &rest), &key(&app, &ada)).unwrap().checkpoint.size, 3_004);
}

/// Protects against whoever owns the database: what was changed there is in the file, and found.
#[test]
fn what_was_changed_in_the_database_is_named_by_whoever_checks_the_file() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    fill(&app, &ada, 40);
    let of = format!("where tenant_id = '{}'", ada.tenant_id);
    let _ = file(&ada);
    let set = "update audit_entry set entry = replace(entry, 'key.created', 'key.revoked')";
    tamper(&app, &format!("{set} {of} and seq = 12"));
    let named = |seq, why| Err(Fault::Entry { seq, why });
    assert_eq!(check(&file(&ada), &key(&app, &ada)), named(12, Why::Changed));
    assert_eq!(insula(&file(&ada), &key(&app, &ada), &[]), "wrong: entry 12 is not what was recorded\n");
    tamper(&app, &format!("delete from audit_entry {of} and seq = 9"));
    assert_eq!(check(&file(&ada), &key(&app, &ada)), named(9, Why::Missing));
    assert_eq!(insula(&file(&ada), &key(&app, &ada), &[]), "wrong: entry 9 is missing\n");
}

/// Whoever keeps a checkpoint sees in any later file whether the log goes on from it.
#[test]
fn a_file_is_held_against_a_checkpoint_that_was_kept() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    fill(&app, &ada, 30);
    let (note, old) = (sign(&ada)["note"].as_str().unwrap().to_owned(), file(&ada));
    fill(&app, &ada, 30);
    let (key, new) = (key(&app, &ada), file(&ada));
    let kept = Checkpoint::open(&note, &key).unwrap();
    let against =
        |file: &str| run(file.as_bytes(), Check::new(key.clone()).kept(kept.clone()), |_| {}).unwrap();

    for file in [&old, &new] {
        assert!(against(file).is_ok());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoint");
    std::fs::write(&path, &note).unwrap();
    let arguments = ["--checkpoint", path.to_str().unwrap()];
    assert!(insula(&new, &key, &arguments).starts_with("right: "));
}

/// Protects against the operator of the server itself, who has the master key: a history that was written anew and signed is
/// right in itself, and not what was kept.
#[test]
fn a_history_that_was_written_anew_and_signed_anew_is_not_the_one_that_was_kept() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    fill(&app, &ada, 30);
    let key = key(&app, &ada);
    let kept = Checkpoint::open(sign(&ada)["note"].as_str().unwrap(), &key).unwrap();
    let of = format!("where tenant_id = '{}'", ada.tenant_id);
    cut(&app, &ada.tenant_id, 20);
    tamper(&app, &format!("delete from audit_node {of}; delete from audit_checkpoint {of}"));
    fill(&app, &ada, 20);
    let forged = file(&ada);
    assert!(check(&forged, &key).is_ok());
    let against = run(forged.as_bytes(), Check::new(key).kept(kept), |_| {}).unwrap();
    assert_eq!(against, Err(Fault::Rewritten { from: 0, size: 33 }));
}

#[test]
fn a_file_is_whole_or_begins_at_an_entry_and_is_nothing_else() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let before = app.db().dump();
    for name in ["limit", "cursor", "from", "to", "actor", "action"] {
        get(&ada, &log(&ada, &format!("?format=ndjson&{name}=1"))).invalid(&format!("?{name}"), "unknown");
    }
    get(&ada, &log(&ada, "?format=csv")).invalid("?format", "unknown");
    get(&ada, &log(&ada, "?first_entry=1")).invalid("?first_entry", "unknown");
    for place in ["-1", "+1", "1.0", "", "3", "99999999999999999999", "9223372036854775808"] {
        get(&ada, &log(&ada, &format!("?format=ndjson&first_entry={place}")))
            .invalid("?first_entry", "range");
    }
    assert_eq!(app.db().dump(), before);
}
