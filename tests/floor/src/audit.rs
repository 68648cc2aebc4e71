//! Audit logs of many entries: what checking one costs, and one to fill a database with.

use std::io::{BufWriter, Write as _};
use std::time::Instant;

use insula_audit::chain::Head;
use insula_audit::entry::{Actor, Entry, Personal, VERSION};
use insula_audit::export::{Writer, verify};
use insula_audit::hash::Hash;
use insula_audit::note::Signer;
use sha2::{Digest, Sha256};

const TENANT: &str = "ten_01h455vb4pex5vsknk084sn02q";
const ROUNDS: u32 = 3;

/// Seconds that checking a log of as many entries takes, and those that SHA-256 alone takes over the same bytes.
pub fn check(count: u64) -> Result<(f64, f64), String> {
    let signer = Signer::new(&format!("insula.example/audit/{TENANT}"), [5; 32]).ok_or("no key")?;
    let (mut writer, mut log) = Writer::begin(signer.verifier().name(), TENANT);
    for number in 0..count {
        log.push_str(&writer.entry(&text(TENANT, number)?));
    }
    log.push_str(&writer.checkpoint(&signer));
    let (mut checking, mut hashing) = (0.0, 0.0);
    // The two take turns, as loads do.
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let checked =
            verify(log.as_bytes(), &signer.verifier(), |_| {}).map_err(|error| error.to_string())?;
        checking += started.elapsed().as_secs_f64();
        checked.map_err(|fault| fault.to_string())?;
        let started = Instant::now();
        std::hint::black_box(Sha256::digest(log.as_bytes()));
        hashing += started.elapsed().as_secs_f64();
    }
    Ok((checking / f64::from(ROUNDS), hashing / f64::from(ROUNDS)))
}

/// Writes the entries that follow in a tenant's log, as CSV: tenant, place, time, action, actor, entry, link.
pub fn write(count: u64, tenant_id: &str, size: u64, link: &str) -> Result<(), String> {
    let mut head = Head { size, link: Hash::parse(link).ok_or("no link")? };
    let mut csv = BufWriter::new(std::io::stdout().lock());
    for number in 0..count {
        let entry = text(tenant_id, number)?;
        let place = head.size;
        head = head.after(Hash::leaf(entry.as_bytes()));
        let quoted = entry.replace('"', "\"\"");
        writeln!(
            csv,
            "{tenant_id},{place},1893456000000,key.created,usr_01h455vb4pex5vsknk084sn02q,\"{quoted}\",{}",
            head.link
        )
        .map_err(|error| error.to_string())?;
    }
    csv.flush().map_err(|error| error.to_string())
}

fn text(tenant_id: &str, number: u64) -> Result<String, String> {
    let person = "usr_01h455vb4pex5vsknk084sn02q".to_owned();
    let entry = Entry {
        action: "key.created".to_owned(),
        actor: Actor { kind: "person".to_owned(), id: Some(person.clone()) },
        at: "2030-01-01T00:00:00.000Z".to_owned(),
        facts: [("key_id".to_owned(), "key_01h455vb4pex5vsknk084sn02q".to_owned())].into(),
        id: format!("aud_{number:026}"),
        personal: Some(Personal { subject_id: person, sealed: "A".repeat(56) }),
        tenant_id: tenant_id.to_owned(),
        v: VERSION,
    };
    entry.write().map(|written| written.text).ok_or_else(|| "no entry".to_owned())
}
