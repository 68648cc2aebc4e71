//! Who may not: another tenant's people and programs, and a key that was revoked.

use std::time::Duration;

use http::Method;

use super::Person;

/// A revoked key is refused everywhere after this.
const REVOCATION: Duration = Duration::from_secs(1);

/// What is another's is told apart from what does not exist by nothing.
pub fn see_nothing(owner: &Person, stranger: &Person, report_id: &str) {
    let program = stranger.key("stranger", &["admin", "read"]);
    let absent = "rep_01h455vb4pex5vsknk084sn02q";
    let read = |id: &str| {
        let answer =
            program.client.get(&format!("/api/v1/reports/{id}")).header("x-request-id", "same").send();
        answer.problem(404, "not-found");
        answer.text()
    };
    assert_eq!(read(report_id), read(absent));

    let tenant = format!("/api/v1/tenants/{}", owner.tenant_id);
    for caller in [&stranger.client, &program.client] {
        caller.get(&tenant).send().problem(404, "not-found");
        let reports = caller.get("/api/v1/reports").send().expect(200).json();
        assert_eq!(reports["items"].as_array().map(Vec::len), Some(0), "{reports}");
    }
    let theirs = owner.key("not yours", &["read"]);
    let path = format!("/api/v1/api-keys/{}", theirs.id);
    program.client.call(Method::DELETE, &path).send().problem(404, "not-found");
    let _ = theirs.client.get("/api/v1/usage").send().expect(200);
    assert_eq!(program.used("rows_analyzed"), 0, "the counters are the tenant's own");
}

pub fn a_revoked_key_is_refused(person: &Person) {
    let key = person.key("short-lived", &["read"]);
    let _ = key.client.get("/api/v1/usage").send().expect(200);
    let _ = person.client.call(Method::DELETE, &format!("/api/v1/api-keys/{}", key.id)).send().expect(204);
    std::thread::sleep(REVOCATION);
    let refused = key.client.get("/api/v1/usage").send();
    refused.problem(401, "unauthenticated");
    assert!(refused.header("www-authenticate").starts_with("Bearer"), "{refused}");
}
