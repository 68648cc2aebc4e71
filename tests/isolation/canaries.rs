//! Two tenants at work at the same time for a minute, each with values that only it has: no answer to one of them holds
//! a value of the other. On PostgreSQL a third of it in each model of isolation.

use std::time::{Duration, Instant};

use insula_tests::support::{Answer, App, Database, Form, Person, Second, at_once};
use serde_json::{Value, json};

const HOW_LONG: Duration = Duration::from_secs(60);

/// A tenant, and what nobody else may see: its canary, and its ids.
struct Island<'a> {
    owner: Person<'a>,
    canary: String,
    secret: Vec<String>,
}

fn island<'a>(app: &'a App, name: &str) -> Island<'a> {
    let owner = app.person(name);
    let secret = vec![owner.tenant_id.clone(), owner.user_id.clone(), owner.email.clone()];
    Island { canary: format!("canary-of-{name}"), owner, secret }
}

impl Island<'_> {
    /// The calls of one turn, all of them with the canary where a client may say something.
    fn turn(&self, model: &str, number: usize) -> Vec<Answer> {
        let (owner, canary, tenant) = (&self.owner, &self.canary, &self.owner.tenant_id);
        let path = |rest: &str| format!("/api/v1/tenants/{tenant}{rest}");
        let name = format!("{canary}-{model}-{number}");
        let csv = format!("{canary},b\n{canary},{number}\n");
        let file = Form::file(&csv);
        let made = owner.post("/api/v1/api-keys", &json!({ "name": name, "scopes": ["read"] })).send();
        let key = made.json()["id"].as_str().map(str::to_owned);
        let report = owner
            .request("POST", "/api/v1/analyze")
            .form(&file)
            .header("idempotency-key", &format!("{model}-{number}"))
            .send();
        let read = report.json()["id"].as_str().map(|id| owner.get(&format!("/api/v1/reports/{id}")).send());
        let settings: Value = json!({ "settings": { "canary": canary } });
        let mut answers = vec![
            made,
            report,
            owner.get("/api/v1/reports?limit=5").send(),
            owner.get("/api/v1/api-keys?limit=5").send(),
            owner.get("/api/v1/tenants").send(),
            owner.get(&path("")).send(),
            owner.request("PATCH", &path("")).json(&settings).header("if-match", "*").send(),
            owner.get(&path("/members")).send(),
            owner.get(&path("/invitations")).send(),
            owner.get("/api/v1/usage").send(),
            owner.get("/api/v1/auth/me").send(),
            owner.get(&format!("/api/v1/reports?cursor={name}")).send(),
        ];
        answers.extend(read);
        answers.extend(key.map(|id| owner.request("DELETE", &format!("/api/v1/api-keys/{id}")).send()));
        answers
    }
}

/// Has them at work for so long; how many answers were searched.
fn work(islands: &[Island<'_>; 2], model: &str, how_long: Duration) -> usize {
    let until = Instant::now() + how_long;
    let searched = at_once(4, |caller| {
        let (own, other) = (&islands[caller % 2], &islands[(caller + 1) % 2]);
        let (mut searched, mut seen, mut number) = (0, 0, caller);
        while Instant::now() < until {
            for answer in own.turn(model, number) {
                let shown = format!("{answer} {}", answer.text());
                assert!(!shown.contains(&other.canary), "{shown}");
                for secret in &other.secret {
                    assert!(!shown.contains(secret), "{shown}");
                }
                assert!(answer.status < 500, "{shown}");
                assert_eq!(answer.header("idempotency-replayed"), "", "it is done, in each model");
                seen += usize::from(shown.contains(&own.canary));
                searched += 1;
            }
            number += 4;
        }
        // Whose own canary never came back has searched nothing.
        assert!(seen > searched / 4, "{seen} of {searched}");
        searched
    });
    searched.iter().sum()
}

#[test]
fn of_two_tenants_at_work_for_a_minute_neither_sees_a_value_of_the_other() {
    let app = App::start().without_limits();
    let islands = [island(&app, "ada"), island(&app, "bob")];
    let Database::Postgres(_) = app.db() else {
        assert!(work(&islands, "shared", HOW_LONG) > 100);
        return;
    };
    let own = [Second::create(), Second::create()];
    for model in ["schema", "shared", "database"] {
        for (island, own) in islands.iter().zip(&own) {
            let mut body = json!({ "isolation": model });
            if model == "database" {
                body["database_url"] = own.address.clone().into();
            }
            let path = format!("/api/v1/tenants/{}", island.owner.tenant_id);
            let tenant = app.operator().request("PATCH", &path).json(&body).send().expect(200).json();
            assert_eq!(tenant["isolation"], model, "{tenant}");
        }
        assert!(work(&islands, model, HOW_LONG / 3) > 30, "{model}");
    }
}
