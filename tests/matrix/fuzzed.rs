//! Random calls of a stranger that are made of another tenant's ids, cursors, ETags, idempotency keys and names, as they are,
//! changed, joined to each other and to the stranger's own, and put wherever a call has room for a text. A failure says its
//! seed and the shortest call; `INSULA_FUZZED_SEED` plays it again.

mod calls;

use std::cell::RefCell;
use std::collections::BTreeMap;

use insula_kit::route::{Access, Body, Route};
use insula_tests::routes::groups;
use insula_tests::support::{Answer, App, Caller, Form};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestError};
use serde_json::{Value, json};

use super::samples::{ids, json_body, path};
use super::world::Side;
use crate::seeded;
use calls::{Call, Word, calls};

const CALLS: u32 = 400;

struct World<'a> {
    app: &'a App,
    ada: Side<'a>,
    bob: Side<'a>,
    routes: Vec<Route<()>>,
    /// Hers and his, as they may stand in a URL.
    words: Vec<String>,
    /// What only she may be told, but for what he said in this call, or in one that kept it for him.
    hers: Vec<String>,
    kept: RefCell<String>,
    seen: RefCell<BTreeMap<u16, u32>>,
}

impl<'a> World<'a> {
    fn new(app: &'a App) -> Self {
        let (ada, bob) = (Side::new(app, "ada"), Side::new(app, "bob"));
        let everything = ["tenant_id", "key_id", "report_id", "session_id", "invitation_id", "user_id"];
        let of = |side: &Side<'_>| everything.map(|name| side.id(name).to_owned());
        let mut hers = of(&ada).to_vec();
        let upload = ada.owner.request("POST", "/api/v1/analyze").form(&Form::file("only_hers,b\n1,2\n"));
        let upload = upload.header("idempotency-key", "her-idempotency-key").send().expect(201).json();
        let more = ada.owner.post("/api/v1/api-keys", &json!({ "name": "only hers", "scopes": ["read"] }));
        let secret = more.send().expect(201).json()["key"].as_str().unwrap().to_owned();
        let tenant = ada.owner.get(&format!("/api/v1/tenants/{}", ada.owner.tenant_id)).send().expect(200);
        let cursor = |list: &str| {
            let page = ada.owner.get(&format!("{list}?limit=1")).send().expect(200).json();
            page["next_cursor"].as_str().unwrap_or_else(|| panic!("{list} has one page")).to_owned()
        };
        hers.extend([
            upload["id"].as_str().unwrap().to_owned(),
            ada.owner.user_id.clone(),
            ada.owner.email.clone(),
        ]);
        hers.extend([cursor("/api/v1/api-keys"), cursor("/api/v1/reports"), secret]);
        let mut words = hers.clone();
        words.extend(of(&bob));
        words.extend([bob.owner.user_id.clone(), "her-idempotency-key".to_owned(), "data.csv".to_owned()]);
        words.push(tenant.header("etag").to_owned());
        hers.extend(["only_hers", "only hers"].map(str::to_owned));
        let theirs = |route: &Route<()>| !matches!(route.access, Access::Public | Access::Operator);
        let routes = groups().into_iter().flat_map(|group| group.routes).filter(theirs).collect();
        Self { app, ada, bob, routes, words, hers, kept: RefCell::default(), seen: RefCell::default() }
    }

    fn text(&self, word: &Word, own: &str) -> String {
        word.text(&self.words, own)
    }

    /// Makes the call, and returns what was asked with the answer.
    fn send(
        &self,
        route: &Route<()>,
        call: &Call,
        caller: &Caller<'_>,
        body: Option<Value>,
    ) -> (String, Answer) {
        let names = ids(route);
        let path = path(route, |name| {
            let place = names.iter().position(|other| *other == name).unwrap_or_default();
            let own = self.bob.id(name);
            call.ids.get(place).map_or_else(|| own.to_owned(), |word| self.text(word, own))
        });
        let parameters = &route.doc.query;
        let asked_for = call.query.iter().filter(|_| !parameters.is_empty());
        let query = asked_for.map(|(index, word)| {
            let name = parameters[index.index(parameters.len())].name;
            format!("{name}={}", self.text(word, "1").replace('"', "%22"))
        });
        let query = query.collect::<Vec<_>>().join("&");
        let path = format!("{}?{query}", path.replace('"', "%22"));
        let mut asked = path.clone();
        let mut request = caller.request(route.method.as_str(), &path);
        for (name, word) in &call.headers {
            let text = self.text(word, "*");
            asked.push_str(&text);
            request = request.header(name, &text);
        }
        let request = match route.body {
            Body::None | Body::Signed(_) => request,
            Body::Upload(_) => {
                let name = self.text(&call.body[0], "data.csv").replace('"', "");
                asked.push_str(&name);
                let disposition = format!("name=\"file\"; filename=\"{name}\"");
                request.form(&Form::default().part(&disposition, "a,b\n1,2\n"))
            }
            Body::Json(_) => {
                let mut body = body.unwrap_or_else(|| json!({}));
                let mut words = call.body.iter();
                self.fill(&mut body, &mut words);
                asked.push_str(&body.to_string());
                request.json(&body)
            }
        };
        (asked, request.send())
    }

    /// Puts a word in the place of each text.
    fn fill<'w>(&self, body: &mut Value, words: &mut impl Iterator<Item = &'w Word>) {
        match body {
            Value::String(text) => {
                if let Some(word) = words.next() {
                    *text = self.text(word, text);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(item, words)),
            Value::Object(members) => members.values_mut().for_each(|member| self.fill(member, words)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Each row of her tenant, and of the people in it.
    fn rows_of_hers(&self) -> Vec<String> {
        let (tenant, [owner, member]) =
            (&self.ada.owner.tenant_id, [&self.ada.owner, &self.ada.member].map(|it| &it.user_id));
        self.app.db().dump_of(|table, columns| {
            let owned =
                [("tenant", "id", tenant), ("user_account", "id", owner), ("user_account", "id", member)];
            let owned = owned.iter().filter(|(of, ..)| *of == table).map(|(_, column, id)| (*column, *id));
            let named = [("tenant_id", tenant), ("user_id", owner), ("user_id", member)];
            let named = named.into_iter().filter(|(column, _)| columns.iter().any(|other| other == column));
            let of = owned.chain(named).map(|(column, id)| format!("{column} = '{id}'")).collect::<Vec<_>>();
            (!of.is_empty()).then(|| of.join(" or "))
        })
    }

    fn play(&self, call: &Call) -> TestCaseResult {
        self.bob.renew(self.app);
        let owner = &self.bob.owner.caller;
        let callers = [owner, owner, owner, &self.bob.member.caller, &self.bob.impersonator];
        let caller = callers[call.caller.index(callers.len())];
        // What it needs there is put there before.
        let route = &self.routes[call.route.index(self.routes.len())];
        let body = json_body(self.app, route.doc.id);
        let before = self.rows_of_hers();

        let (asked, answer) = self.send(route, call, caller, body);

        *self.seen.borrow_mut().entry(answer.status).or_default() += 1;
        prop_assert!(answer.status < 500, "{asked}\n{answer}");
        let told = answer.to_string();
        let mut kept = self.kept.borrow_mut();
        let is_hers = |word: &&String| !asked.contains(word.as_str()) && !kept.contains(word.as_str());
        for word in self.hers.iter().filter(is_hers) {
            prop_assert!(!told.contains(word.as_str()), "{word} was told to\n{asked}\n{answer}");
        }
        // What the operator calls as a person is in the log of that person's tenant, done or not.
        let is_acting = caller.credential == self.bob.impersonator.credential;
        if is_acting || (200..300).contains(&answer.status) && route.method.as_str() != "GET" {
            kept.push_str(&asked);
        }
        let after = self.rows_of_hers();
        let changed: Vec<_> = after.iter().filter(|row| !before.contains(row)).collect();
        prop_assert!(changed.is_empty(), "{changed:?}\nby {asked}\n{answer}");
        prop_assert!(after.len() == before.len(), "something was removed by {asked}\n{answer}");
        Ok(())
    }
}

#[test]
fn random_calls_made_of_another_tenants_words_tell_nothing_of_it_and_change_nothing_there() {
    let app = App::start().without_limits();
    let world = World::new(&app);
    let seed = seeded::named("INSULA_FUZZED_SEED").unwrap_or_else(seeded::random);
    let outcome: Result<(), TestError<Call>> =
        seeded::runner(seed, CALLS).run(&calls(), |call| world.play(&call));
    outcome.unwrap_or_else(|error| panic!("INSULA_FUZZED_SEED={seed} plays this again: {error}"));
    let seen = world.seen.borrow();
    println!("seed {seed}: {seen:?}");
    assert!([200, 201, 404].iter().all(|status| seen.contains_key(status)), "{seen:?}");
}
