//! `insula audit verify`: whoever has a log and a key can check it, with nothing else.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use insula_audit::entry::{Actor, Entry, VERSION};
use insula_audit::export::Writer;
use insula_audit::note::Signer;
use insula_tests::journeys::embedded;

const TENANT: &str = "ten_01h455vb4pex5vsknk084sn02q";

fn signer() -> Signer {
    Signer::new(&format!("insula.example/audit/{TENANT}"), [5; 32]).unwrap()
}

fn log(count: usize) -> Vec<String> {
    let (mut writer, header) = Writer::begin(signer().verifier().name(), TENANT);
    let mut lines = vec![header];
    for number in 0..count {
        let entry = Entry {
            action: "tenant.created".to_owned(),
            actor: Actor { kind: "operator".to_owned(), id: None },
            at: "2030-01-01T00:00:00.000Z".to_owned(),
            facts: std::iter::once(("number".to_owned(), number.to_string())).collect(),
            id: format!("aud_{number:026}"),
            personal: None,
            tenant_id: TENANT.to_owned(),
            v: VERSION,
        };
        lines.push(writer.entry(&entry.write().unwrap().text));
    }
    lines.push(writer.checkpoint(&signer()));
    lines
}

fn run(file: &Path, key: &str, input: &[u8]) -> (Option<i32>, String, String) {
    let mut command = Command::new(embedded::host_binary());
    command.args(["audit", "verify", "--at-least", "20"]).arg(file).args(["--key", key]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_log_is_right_or_its_first_wrong_entry_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.ndjson");
    let key = signer().verifier().to_text();
    let mut lines = log(20);
    std::fs::write(&file, lines.concat()).unwrap();
    let (code, said, errors) = run(&file, &key, b"");
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(said.starts_with(&format!("right: 20 entries of {TENANT}, root ")), "{said}");

    lines[13] = lines[13].replace("\"12\"", "\"99\"");
    assert_eq!(
        run(Path::new("-"), &key, lines.concat().as_bytes()).1,
        "wrong: entry 12 is not what was recorded\n"
    );
    std::fs::write(&file, lines.concat()).unwrap();
    assert_eq!(run(&file, &key, b"").0, Some(1));
    lines.remove(13);
    assert_eq!(run(Path::new("-"), &key, lines.concat().as_bytes()).1, "wrong: entry 12 is missing\n");
}

#[test]
fn a_key_that_is_none_and_a_file_that_is_none_are_told_apart_from_a_wrong_log() {
    let key = signer().verifier().to_text();
    let (code, said, errors) = run(Path::new("/nowhere/log"), &key, b"");
    assert_eq!((code, said.as_str()), (Some(2), ""));
    assert!(errors.starts_with("insula: /nowhere/log can't be read: "), "{errors}");
    let (code, _, errors) = run(Path::new("-"), "key", b"");
    assert!(code == Some(2) && errors.contains("name+id+key"), "{errors}");
}

#[test]
fn a_log_whose_end_was_cut_is_wrong_for_whoever_knows_how_long_it_was() {
    let key = signer().verifier().to_text();
    let (code, said, _) = run(Path::new("-"), &key, log(19).concat().as_bytes());
    assert_eq!((code, said.as_str()), (Some(1), "wrong: it ends after 19 entries, and had 20\n"));
}
