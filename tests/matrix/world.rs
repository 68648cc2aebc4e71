//! Two tenants with something of everything in each, and one caller of every kind.

use insula_tests::support::{App, Caller, Form, Person};
use serde_json::json;

/// A tenant with something of everything.
pub struct Side<'a> {
    /// The owner, who acts in the tenant.
    pub owner: Person<'a>,
    /// A key.
    pub key_id: String,
    /// A report.
    pub report_id: String,
    /// An invitation that nobody accepts.
    pub invitation_id: String,
    /// A member besides the owner.
    pub member: Person<'a>,
    /// A session in which the operator acts as the owner.
    pub session_id: String,
    /// The operator, in that session.
    pub impersonator: Caller<'a>,
}

impl<'a> Side<'a> {
    #[track_caller]
    pub fn new(app: &'a App, name: &str) -> Self {
        let owner = app.person(name);
        let body = json!({ "name": "listed", "scopes": ["admin"] });
        let key = owner.post("/api/v1/api-keys", &body).send().expect(201).json();
        let form = Form::file("a,b\n1,2\n");
        let report = owner.request("POST", "/api/v1/analyze").form(&form).send().expect(201).json();
        let path = format!("/api/v1/tenants/{}/invitations", owner.tenant_id);
        let body = json!({ "email": "invited@example.com", "role": "viewer" });
        let invitation = owner.post(&path, &body).send().expect(201).json();
        let id = |value: &serde_json::Value| value["id"].as_str().unwrap().to_owned();
        let member = app.member(&owner, "viewer");
        let body = json!({ "user_id": owner.user_id, "tenant_id": owner.tenant_id, "reason": "The matrix" });
        let acting = app.operator().post("/api/v1/auth/impersonate", &body).send().expect(200).json();
        let impersonator = app.caller(acting["access_token"].as_str().unwrap());
        let session_id = acting["session_id"].as_str().unwrap().to_owned();
        let (key_id, report_id, invitation_id) = (id(&key), id(&report), id(&invitation));
        Self { owner, key_id, report_id, invitation_id, member, session_id, impersonator }
    }

    /// Makes what calls removed or ended be there again.
    pub fn renew(&self, app: &App) {
        let (tenant, owner, member) = (&self.owner.tenant_id, &self.owner.user_id, &self.member.user_id);
        let invitation = &self.invitation_id;
        // The guesses: every caller registers with the same address, and only the first is the first.
        app.db().execute(&format!(
            "update api_key set revoked_at_ms = null, revoked_because = null, successor_id = null, expires_at_ms = null
             where name = 'listed';
             update tenant set state = 'active', state_by = null where name in ('ada', 'bob');
             update session set ended_at_ms = null;
             delete from second_factor;
             delete from guess;
             insert into tenant_limit (tenant_id, subject, operator_calls, operator_window_ms, operator_burst, own_calls,
               own_window_ms, own_burst, own_role, version)
             values ('{tenant}', 'of_the_matrix', 1000000, 1000, 1000000, 1000, 1000, 1000, 'admin', 1)
             on conflict (tenant_id, subject) do update
             set operator_calls = 1000000, operator_window_ms = 1000, operator_burst = 1000000, own_calls = 1000,
               own_window_ms = 1000, own_burst = 1000, own_role = 'admin';
             insert into invitation
             values ('{invitation}', '{tenant}', 'invited@example.com', 'viewer', '{owner}', '{tenant}', 0, 9000000000000)
             on conflict (id) do nothing;
             insert into membership (tenant_id, user_id, role, created_at_ms)
             values ('{tenant}', '{member}', 'viewer', 0)
             on conflict (tenant_id, user_id) do update set role = 'viewer'"
        ));
    }

    /// The ids that stand in paths.
    pub fn id(&self, parameter: &str) -> &str {
        match parameter {
            "tenant_id" => &self.owner.tenant_id,
            "key_id" => &self.key_id,
            "report_id" => &self.report_id,
            "session_id" => &self.session_id,
            "invitation_id" => &self.invitation_id,
            "user_id" => &self.member.user_id,
            "subject" => "of_the_matrix",
            "plan" => "enterprise",
            other => panic!("no id for the path parameter `{other}`: extend the world of the matrix"),
        }
    }
}

/// An id of that kind that names nothing.
pub fn absent(parameter: &str) -> &'static str {
    match parameter {
        "tenant_id" => "ten_01h455vb4pex5vsknk084sn02q",
        "key_id" => "key_01h455vb4pex5vsknk084sn02q",
        "report_id" => "rep_01h455vb4pex5vsknk084sn02q",
        "session_id" => "ses_01h455vb4pex5vsknk084sn02q",
        "invitation_id" => "inv_01h455vb4pex5vsknk084sn02q",
        "user_id" => "usr_01h455vb4pex5vsknk084sn02q",
        "subject" => "absent",
        "plan" => "absent",
        other => panic!("no absent id for the path parameter `{other}`: extend the world of the matrix"),
    }
}

/// Kinds of callers that the access rules tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Anonymous,
    Garbage,
    Expired,
    ExpiredKey,
    KeyElsewhere,
    KeyOfRemoved,
    Suspended,
    SuspendedKey,
    Owner,
    Admin,
    Analyst,
    Viewer,
    Key(&'static str),
    RevokedKey,
    StrangersKey,
    Stranger,
    Impersonator,
    Operator,
}

pub const KINDS: &[Kind] = &[
    Kind::Anonymous,
    Kind::Garbage,
    Kind::Expired,
    Kind::ExpiredKey,
    Kind::KeyElsewhere,
    Kind::KeyOfRemoved,
    Kind::Suspended,
    Kind::SuspendedKey,
    Kind::Owner,
    Kind::Admin,
    Kind::Analyst,
    Kind::Viewer,
    Kind::Key("read"),
    Kind::Key("write"),
    Kind::Key("generate"),
    Kind::Key("analyze"),
    Kind::Key("fix"),
    Kind::Key("query"),
    Kind::Key("admin"),
    Kind::Key("billing"),
    Kind::RevokedKey,
    Kind::StrangersKey,
    Kind::Stranger,
    Kind::Impersonator,
    Kind::Operator,
];

/// The caller of every kind, seen from the tenant of `side`.
pub fn callers<'a>(app: &'a App, side: &Side<'a>, other: &Side<'a>) -> Vec<(Kind, Option<Caller<'a>>)> {
    let owner = &side.owner;
    let expired = app.log_in(&owner.email);
    let digest = insula_domain::credential::digest(&expired.credential);
    app.db().execute(&format!("update access_token set expires_at_ms = 1 where digest = '{digest}'"));
    let revoked = owner.key(&["read", "admin", "analyze"]);
    let digest = insula_domain::credential::digest(&revoked.credential);
    app.db().execute(&format!("update api_key set revoked_at_ms = 1 where digest = '{digest}'"));
    let every = ["read", "write", "generate", "analyze", "fix", "query", "admin", "billing"];
    // A key that may do everything, if only it counted.
    let dead = |change: &str| {
        let key = owner.key(&every);
        let digest = insula_domain::credential::digest(&key.credential);
        app.db().execute(&format!("update api_key set {change} where digest = '{digest}'"));
        key
    };
    let carol = app.person("carol");
    let of_carol = carol.key(&every);
    app.db().execute(&format!("update tenant set state = 'suspended' where id = '{}'", carol.tenant_id));
    let caller = |kind: &Kind| match kind {
        Kind::Anonymous => None,
        Kind::Garbage => Some(app.caller("garbage")),
        Kind::Expired => Some(expired.clone()),
        Kind::ExpiredKey => Some(dead("expires_at_ms = 1")),
        Kind::KeyElsewhere => Some(dead("networks = '192.0.2.0/24'")),
        Kind::KeyOfRemoved => Some(dead(&format!("created_by = '{}'", carol.user_id))),
        Kind::Suspended => Some(carol.caller.clone()),
        Kind::SuspendedKey => Some(of_carol.clone()),
        Kind::Owner => Some(owner.caller.clone()),
        Kind::Admin => Some(app.member(owner, "admin").caller),
        Kind::Analyst => Some(app.member(owner, "analyst").caller),
        Kind::Viewer => Some(side.member.caller.clone()),
        Kind::Key(scope) => Some(owner.key(&[scope])),
        Kind::RevokedKey => Some(revoked.clone()),
        Kind::StrangersKey => Some(other.owner.key(&["read", "write", "analyze", "admin"])),
        Kind::Stranger => Some(other.owner.caller.clone()),
        Kind::Impersonator => Some(side.impersonator.clone()),
        Kind::Operator => Some(app.operator()),
    };
    KINDS.iter().map(|kind| (*kind, caller(kind))).collect()
}
