//! `POST /internal/master-key/rewrap`: the master key is exchanged, while everything is served.

use std::time::Duration;

use insula_domain::credential::hexadecimal;
use insula_kit::data_key::subject;
use insula_kit::id::UserId;
use insula_kit::sql::master_keys::MasterKeys;
use insula_kit::time::Timestamp;
use insula_kit::wrap::{self, Wrapped};
use insula_kit::{seal, wrap::name};
use insula_tests::support::{Answer, App, Device, Options, Person, at_once, secrets};
use serde_json::{Value, json};

use super::{PASSWORD, ask, sealing, text};

const NEW: &str = "the master key of tomorrow, 32 characters or more";
const STEP: Duration = Duration::from_secs(30);

pub fn old() -> &'static str {
    &secrets().master_key
}

/// The application with the new master key, and the old one if it is still needed.
fn renewed(app: &App, previous: &str) -> App {
    app.beside(|settings| rekey(settings, previous))
}

fn rekey(settings: &mut insula_host::Settings, previous: &str) {
    settings.variables.insert("master_key".to_owned(), NEW.to_owned());
    settings.variables.insert("master_key_previous".to_owned(), previous.to_owned());
}

/// A product with the new master key, and the old one if it is still needed.
fn product(app: &App, previous: &str) -> App {
    app.with_beside(sealing(), |settings| rekey(settings, previous))
}

#[track_caller]
pub fn rewrap(app: &App, query: &str) -> Value {
    app.operator().request("POST", &format!("/internal/master-key/rewrap{query}")).send().expect(200).json()
}

fn log_in(app: &App, email: &str, code: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD, "code": code });
    app.request("POST", "/api/v1/auth/login").json(&body).send()
}

/// What stays as it is through an exchange, and who can tell.
pub struct House<'a> {
    pub ada: Person<'a>,
    device: Device,
    codes: Vec<String>,
    audit_key: Value,
    checkpoint: Value,
    sealed: String,
}

impl<'a> House<'a> {
    pub fn of(app: &'a App) -> Self {
        let ada = app.person("ada");
        let device = ada.enrol(app);
        app.advance(STEP);
        let body = json!({ "password": PASSWORD, "code": device.code(app) });
        let made = ada.post("/api/v1/auth/mfa/totp/recovery-codes", &body).send().expect(200).json();
        let codes = made["recovery_codes"].as_array().unwrap().iter();
        let codes = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
        let signed = format!("/api/v1/tenants/{}/audit-log/checkpoint", ada.tenant_id);
        let checkpoint = ada.request("POST", &signed).send().expect(200).json();
        let audit_key = key_of(app, &ada);
        let place = (&*ada.tenant_id, "webhook");
        let sealed = text(ask(&app.with_beside(sealing(), |_| {}), "seal", place, "a secret"));
        Self { ada, device, codes, audit_key, checkpoint, sealed }
    }

    /// All that was made before counts with this server: each use takes a recovery code and half a minute.
    #[track_caller]
    fn assert_counts(&mut self, app: &App, product: &App) {
        app.advance(STEP);
        let token = log_in(app, &self.ada.email, &self.device.code(app)).expect(200).json();
        let _ = log_in(app, &self.ada.email, &self.codes.pop().unwrap()).expect(200);
        let refresh = json!({ "refresh_token": token["refresh_token"] });
        let _ = app.request("POST", "/api/v1/auth/refresh").json(&refresh).send().expect(200);

        assert_eq!(key_of(app, &self.ada), self.audit_key);
        let ada = app.caller(token["access_token"].as_str().unwrap());
        let log = format!("/api/v1/tenants/{}/audit-log", self.ada.tenant_id);
        let size = &self.checkpoint["size"];
        let kept = ada.get(&format!("{log}/checkpoint?size={size}")).send().expect(200).json();
        assert_eq!(kept, self.checkpoint);
        let checked = ada.request("POST", &format!("{log}/verify")).send().expect(200).json();
        assert_eq!(checked["fault"], Value::Null, "{checked}");
        let entries = ada.get(&log).send().expect(200).json();
        let shown = entries["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["personal"]["values"]["address"].is_string());
        assert!(shown.count() > 0, "{entries}");

        let place = (&*self.ada.tenant_id, "webhook");
        assert_eq!(text(ask(product, "open", place, &self.sealed)), "a secret");
    }
}

fn key_of(app: &App, of: &Person<'_>) -> Value {
    app.request("GET", &format!("/api/v1/audit-log-keys/{}", of.tenant_id)).send().expect(200).json()
}

fn with_made_keys(settings: &mut insula_host::Settings) {
    settings.variables.insert("signing_key".to_owned(), String::new());
    settings.variables.insert("signing_algorithm".to_owned(), "EdDSA".to_owned());
}

pub fn start() -> App {
    App::with(Options { settings: with_made_keys, ..Options::default() }).without_limits()
}

pub fn renewed_with_made_keys(app: &App, previous: &str) -> App {
    app.beside(|settings| {
        with_made_keys(settings);
        rekey(settings, previous);
    })
}

const COUNTED: &str = "select (select count(*) from tenant_key) + (select count(*) from subject_key)
  + (select count(*) from platform_key) + (select count(private_key) from signing_key) + (select count(*) from second_factor)";

fn assert_no_key_in(app: &App) {
    let log = app.log().join("\n");
    assert!(!log.contains(NEW) && !log.contains(old()), "{log}");
}

#[test]
fn with_another_master_key_everything_opens_and_nothing_needs_the_old_one_in_the_end() {
    let app = start();
    let mut house = House::of(&app);
    let keyed = |app: &App| {
        let body = json!({ "name": "x", "scopes": ["read"] });
        let ada = app.caller(&house.ada.credential);
        ada.post("/api/v1/api-keys", &body).header("idempotency-key", "one").send().expect(201)
    };
    let made = keyed(&app);
    let both = renewed_with_made_keys(&app, old());

    // What waits under the old key is there for whoever has both.
    let replayed = keyed(&both);
    assert_eq!((replayed.header("idempotency-replayed"), replayed.json()), ("true", made.json()));
    let _ = both.operator().request("POST", "/internal/tick").send().expect(200);
    assert!(!both.mails("verify-email", &house.ada.email).is_empty());
    house.assert_counts(&both, &product(&app, old()));

    let keys = app.db().number(COUNTED);
    let data = app.db().rows("select digest from recovery_code order by 1");
    let done = rewrap(&both, "");
    assert_eq!((&done["rewrapped"], &done["unopened"], &done["left"]), (&json!(keys), &json!(0), &json!(0)));
    assert_eq!(done["master_key"], name(NEW).unwrap());
    assert_eq!(app.db().rows("select digest from recovery_code order by 1"), data);
    let noted = "select count(*) from audit_entry where action = 'keys.rewrapped' and tenant_id = 'platform'";
    assert_eq!(app.db().number(noted), 5);
    let again = rewrap(&both, "");
    assert_eq!((&again["rewrapped"], &again["left"]), (&json!(0), &json!(0)));
    assert_eq!(app.db().number(noted), 5);

    let new = renewed_with_made_keys(&app, "");
    house.assert_counts(&new, &product(&app, ""));
    // Who still has the old one only is told so, and makes nothing of it.
    let before = app.db().dump();
    log_in(&app.beside(with_made_keys), &house.ada.email, "000000").problem(503, "master-key-unusable");
    rewrap_refused(&app.beside(with_made_keys));
    assert_eq!(app.db().dump(), before);
    for app in [&app, &both, &new] {
        assert_no_key_in(app);
    }
}

#[track_caller]
fn rewrap_refused(app: &App) {
    let answer = app.operator().request("POST", "/internal/master-key/rewrap").send();
    answer.problem(503, "master-key-unusable");
    assert_no_key_in(app);
}

/// Writes so many keys of people, wrapped by the old master key.
fn people(app: &App, count: u32) -> Vec<UserId> {
    let keys = MasterKeys::read(Some(old().to_owned()), None).unwrap();
    let id = |number: u32| {
        let mut random = [0; 10];
        random[..4].copy_from_slice(&number.to_be_bytes());
        UserId::new(Timestamp::from_ms(0), random)
    };
    let ids: Vec<UserId> = (0..count).map(id).collect();
    let row = |id: &UserId| {
        let wrapped = wrap::wrap(&keys, &subject::info(*id), [7; 24], &id.to_string()).unwrap();
        format!("('{id}', '{}', '{}', 0)", wrapped.sealed, wrapped.by)
    };
    let rows = ids.iter().map(row).collect::<Vec<_>>().join(", ");
    app.db().execute(&format!(
        "insert into subject_key (subject_id, sealed, wrapped_by, created_at_ms) values {rows}"
    ));
    ids
}

/// How many of these people's keys are what they were, and by the new master key.
fn renewed_of(app: &App, ids: &[UserId]) -> usize {
    let keys = MasterKeys::read(Some(NEW.to_owned()), Some(old().to_owned())).unwrap();
    let mut renewed = 0;
    for row in app.db().rows("select subject_id, sealed, wrapped_by from subject_key") {
        let id = UserId::parse(&row[0]).unwrap();
        if ids.contains(&id) {
            let wrapped = Wrapped { sealed: row[1].clone(), by: row[2].clone() };
            assert_eq!(wrap::open(&keys, &subject::info(id), &wrapped), Ok(id.to_string()));
            renewed += usize::from(wrapped.by == name(NEW).unwrap());
        }
    }
    renewed
}

/// Protects against an exchange that is stopped: at every point all keys are there, by one master key or the other.
#[test]
fn what_is_stopped_half_way_goes_on_where_it_was() {
    let app = App::start();
    let both = renewed(&app, old());
    let ids = people(&app, 250);
    let all = 250;
    for part in 0..4_u64 {
        let done = rewrap(&both, "?limit=70");
        let expected = 70.min(all - 70 * part);
        assert_eq!(
            (&done["rewrapped"], &done["left"]),
            (&json!(expected), &json!(all - 70 * part - expected))
        );
        assert_eq!(renewed_of(&app, &ids), usize::try_from(70 * part + expected).unwrap());
    }
    for limit in ["0", "5001", "-1", "x", ""] {
        let path = format!("/internal/master-key/rewrap?limit={limit}");
        both.operator().request("POST", &path).send().invalid("?limit", "range");
    }
}

#[test]
fn eight_may_wrap_at_once_while_others_are_served() {
    let app = App::start().without_limits();
    let ada = app.person("ada");
    let sealed = text(ask(&app.with_beside(sealing(), |_| {}), "seal", (&ada.tenant_id, "x"), "a secret"));
    let ids = people(&app, 400);
    let (both, product) = (renewed(&app, old()), product(&app, old()));
    let left = app.db().number(COUNTED);

    let done = at_once(16, |number| {
        if number < 8 {
            return rewrap(&both, "?limit=100")["rewrapped"].as_i64().unwrap();
        }
        for _ in 0..4 {
            assert_eq!(text(ask(&product, "open", (&ada.tenant_id, "x"), &sealed)), "a secret");
            let body = json!({ "name": "x", "scopes": ["read"] });
            let _ = both.caller(&ada.credential).post("/api/v1/api-keys", &body).send().expect(201);
        }
        0
    });

    let rest = rewrap(&both, "");
    assert_eq!(rest["left"], 0);
    assert_eq!(done.iter().sum::<i64>() + rest["rewrapped"].as_i64().unwrap(), left, "each key once");
    assert_eq!(renewed_of(&app, &ids), 400);
    let facts = app.db().rows("select entry from audit_entry where action = 'keys.rewrapped'").concat();
    let noted = facts.iter().map(|entry| {
        let entry: Value = serde_json::from_str(entry).unwrap();
        entry["facts"]["keys"].as_str().unwrap().parse::<i64>().unwrap()
    });
    assert_eq!(noted.sum::<i64>(), left);
}

/// Protects a tenant from whoever can write the database: a key in another's row is not made that row's own.
#[test]
fn a_key_that_was_moved_or_changed_is_left_and_named_and_all_others_are_done() {
    let app = App::start();
    let (ada, bob) = (app.person("ada"), app.person("bob"));
    let old_product = app.with_beside(sealing(), |_| {});
    let sealed = text(ask(&old_product, "seal", (&ada.tenant_id, "x"), "a secret"));
    let _ = text(ask(&old_product, "seal", (&bob.tenant_id, "x"), "another"));
    app.db().execute(&format!(
        "update tenant_key set sealed = (select k.sealed from tenant_key k where k.tenant_id = '{}')
         where tenant_id = '{}'",
        ada.tenant_id, bob.tenant_id
    ));
    let both = renewed(&app, old());

    for _ in 0..2 {
        let done = rewrap(&both, "");
        assert_eq!((&done["unopened"], &done["left"]), (&json!(1), &json!(1)));
    }

    let log = both.log().join("\n");
    assert!(log.contains(&format!("the key of {} in tenant_key was left", bob.tenant_id)), "{log}");
    assert_no_key_in(&both);
    let product = product(&app, "");
    assert_eq!(text(ask(&product, "open", (&ada.tenant_id, "x"), &sealed)), "a secret");
    ask(&product, "open", (&bob.tenant_id, "x"), &sealed).problem(503, "master-key-unusable");
}

/// Protects installations that are older than data keys: there everything was derived from the master key itself.
#[test]
fn what_the_release_before_left_counts_and_is_wrapped_anew() {
    let app = start();
    app.db().execute("insert into platform_key values ('checkpoint', '', '', 0), ('digest', '', '', 0)");
    let mut house = House::of(&app);
    // As the release before kept it: the same texts, and nothing of which master key it was.
    let codes = &house.codes;
    let digest = |code: &String| {
        let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let text = format!("recovery code\n{}\n{}", house.ada.user_id, letters);
        hexadecimal(&seal::derive(old(), &text).unwrap())
    };
    let mut digests: Vec<Vec<String>> = codes.iter().map(|code| vec![digest(code)]).collect();
    digests.sort();
    assert_eq!(app.db().rows("select digest from recovery_code order by digest"), digests);
    app.db().execute(
        "update platform_key set sealed = '', wrapped_by = ''; update subject_key set wrapped_by = '';
         update signing_key set wrapped_by = ''; update second_factor set wrapped_by = '';",
    );

    house.assert_counts(&app.beside(with_made_keys), &app.with_beside(sealing(), |_| {}));
    app.db().execute("update platform_key set sealed = '', wrapped_by = ''");
    let both = renewed_with_made_keys(&app, old());
    assert_eq!(rewrap(&both, "")["left"], 0);

    house.assert_counts(&renewed_with_made_keys(&app, ""), &product(&app, ""));
}

#[test]
fn only_a_database_that_was_used_before_derives_its_first_keys() {
    let step = insula_migrations::STEPS.iter().find(|step| step.name.ends_with("_data_keys")).unwrap();
    for (used, expected) in
        [(true, vec![vec!["checkpoint".to_owned()], vec!["digest".to_owned()]]), (false, vec![])]
    {
        let app = App::with(Options { migrated: false, ..Options::default() });
        app.db().take_steps(step.number - 1);
        if used {
            app.db().execute("insert into audit_head values ('platform', 1, 'x')");
        }
        app.db().take_steps(step.number);
        let derived = app.db().rows("select purpose from platform_key where sealed = '' order by purpose");
        assert_eq!(derived, expected);
    }
}
