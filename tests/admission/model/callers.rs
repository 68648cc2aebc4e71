//! Who calls.

use insula_domain::admission::Standing;
use insula_domain::credential::digest;
use insula_domain::network::Networks;
use insula_domain::role::Role;
use insula_domain::scope::Scope;
use insula_tests::support::{App, Caller, Person};

const NETWORKS: &str = "192.0.2.0/24 2001:db8::/32";

/// A caller as the model sees it.
pub struct Known<'a> {
    pub caller: Caller<'a>,
    pub bucket: String,
    pub standing: Standing,
    pub scopes: Option<Vec<Scope>>,
    pub valid: bool,
    /// Which of [`KEYS`] it is.
    pub limited: Option<usize>,
    pub networks: Option<Networks>,
    /// Whose calls are counted together.
    pub tenant: usize,
    /// Whether it is the operator, who acts as the person.
    pub impersonated: bool,
}

const fn member(role: Role) -> Standing {
    Standing::Member { role, active: true }
}

/// Everybody who calls, and the tenant that is suspended now and then.
pub fn callers<'a>(app: &'a App, ada: &Person<'a>) -> (Vec<Known<'a>>, String) {
    let tenant = ada.tenant_id.clone();
    let viewer = app.member(ada, "viewer");
    let removed = app.member(ada, "admin");
    let [as_viewer, as_removed] = [&viewer, &removed].map(|person| app.impersonate(person));
    app.db().execute(&format!("delete from membership where user_id = '{}'", removed.user_id));
    let eve = app.person("eve");
    let as_eve = app.impersonate(&eve);
    app.db().execute("update access_token set expires_at_ms = 4102444800000");
    let key = |scopes: &[Scope]| {
        let caller = ada.key(&scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>());
        Known { scopes: Some(scopes.to_vec()), ..known(caller, tenant.clone(), member(Role::Owner)) }
    };
    let revoked = key(&[Scope::Read]);
    app.db().execute("update api_key set revoked_at_ms = 1");
    let [limited_more, limited_less] = [0, 1].map(|at| Known { limited: Some(at), ..key(&[Scope::Read]) });
    let bound = key(&[Scope::Read, Scope::Admin]);
    set(app, &bound, &format!("networks = '{NETWORKS}'"));
    let suspended = Standing::Member { role: Role::Owner, active: false };
    let eves_key = known(eve.key(&[Scope::Read.as_str()]), eve.tenant_id.clone(), suspended);
    let person = |person: &Person<'a>, standing| {
        known(person.caller.clone(), format!("{}:{}", person.tenant_id, person.user_id), standing)
    };
    let impersonator = |caller: &Caller<'a>, as_known: Known<'a>| Known {
        caller: caller.clone(),
        impersonated: true,
        ..as_known
    };
    let all = vec![
        person(ada, member(Role::Owner)),
        person(&viewer, member(Role::Viewer)),
        known(removed.caller.clone(), removed.user_id.clone(), Standing::NoTenant),
        Known { tenant: 1, ..person(&eve, suspended) },
        Known { tenant: 1, scopes: Some(vec![Scope::Read]), ..eves_key },
        Known { valid: false, ..revoked },
        limited_more,
        limited_less,
        Known { networks: Some(Networks::from_text(NETWORKS)), ..bound },
        key(&[Scope::Read]),
        key(&[Scope::Admin, Scope::Read]),
        key(&[Scope::Analyze]),
        impersonator(&as_viewer, person(&viewer, member(Role::Viewer))),
        impersonator(&as_eve, Known { tenant: 1, ..person(&eve, suspended) }),
        impersonator(&as_removed, Known { valid: false, ..person(&removed, Standing::NoTenant) }),
    ];
    (all, eve.tenant_id)
}

/// Somebody whom nothing else is known of.
const fn known(caller: Caller<'_>, bucket: String, standing: Standing) -> Known<'_> {
    Known {
        caller,
        bucket,
        standing,
        scopes: None,
        valid: true,
        limited: None,
        networks: None,
        tenant: 0,
        impersonated: false,
    }
}

/// Changes a key as it is stored.
pub fn set(app: &App, key: &Known<'_>, change: &str) {
    app.db()
        .execute(&format!("update api_key set {change} where digest = '{}'", digest(&key.caller.credential)));
}
