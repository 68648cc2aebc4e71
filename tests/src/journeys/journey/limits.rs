//! Too fast: the burst of the free plan, the refusal, and the moment when it is over.

use std::time::{Duration, Instant};

use super::Person;

const BURST: u64 = 20;
const SECONDS_A_CALL: u64 = 6;

/// The bucket belongs to all programs of the tenant: the two keys share it, and the person's own calls are not in it.
pub fn too_fast_is_told_when_to_come_back(person: &Person) {
    let keys = [person.key("one", &["read"]), person.key("other", &["read"])];
    let started = Instant::now();
    let mut admitted = 0;
    let refused = loop {
        let answer = keys[usize::from(admitted % 2 == 1)].client.get("/api/v1/usage").send();
        if answer.status != 200 {
            break answer;
        }
        admitted += 1;
    };
    let most = BURST + started.elapsed().as_secs() / SECONDS_A_CALL + 1;
    assert!((BURST..=most).contains(&admitted), "{admitted} calls were admitted, not {BURST} to {most}");

    let problem = refused.problem(429, "rate-limited");
    let seconds: u64 = refused.header("retry-after").parse().unwrap_or_default();
    assert!((1..=SECONDS_A_CALL).contains(&seconds), "{refused}");
    assert_eq!(problem["retry_after"], seconds, "{refused}");
    assert!(refused.header("ratelimit").starts_with("\"rate\";r=0;t="), "{refused}");
    let _ = person.client.get("/api/v1/usage").send().expect(200);

    std::thread::sleep(Duration::from_secs(seconds));
    let _ = keys[0].client.get("/api/v1/usage").send().expect(200);
}
