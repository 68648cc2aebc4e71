//! Which headers go down to the workload, and which come up from it. Pure.

use insula_domain::scope;
use insula_kit::guard::{Caller, Grant};

/// Names and values, in the order in which they came.
pub type List = Vec<(String, Vec<u8>)>;

/// What the workload says that it used.
const USAGE: &str = "insula-usage";
/// What the workload says that it did with the tenant's data.
const AUDIT: &str = "insula-audit";
/// What every admitted answer carries from us; a workload's own is replaced.
const OURS: [&str; 3] = ["x-request-id", "ratelimit", "ratelimit-policy"];

/// The headers that the workload gets: who is calling, and what the caller sent besides claiming it.
#[must_use]
pub fn down(came: List, grant: &Grant, request_id: &str, forward_credentials: bool) -> List {
    let mut list = List::with_capacity(came.len() + 6);
    let mut say = |name: &str, value: String| list.push((name.to_owned(), value.into_bytes()));
    if let Some(subject) = subject(grant.caller) {
        say("insula-subject", subject);
    }
    if let Caller::Impersonator { .. } = grant.caller {
        say("insula-act", "operator".to_owned());
    }
    if let Some(membership) = &grant.membership {
        let permissions: Vec<&str> =
            membership.permissions.iter().map(|permission| permission.as_str()).collect();
        say("insula-tenant", membership.tenant_id.to_string());
        say("insula-role", membership.role.as_str().to_owned());
        say("insula-permissions", permissions.join(" "));
        say("insula-scopes", scope::to_text(&scope::covered(&membership.permissions)));
    }
    say("insula-request-id", request_id.to_owned());
    list.extend(came.into_iter().filter(|(name, _)| {
        let name = folded(name);
        let private = is_ours(&name) || (!forward_credentials && is_credential(&name));
        // `host` stands in the request's authority, and is refused as a header.
        !private && !names_another_method(&name) && name != "host"
    }));
    list
}

/// What the workload says to us: the values of its headers, as they came.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What it used; [`crate::usage`] reads it.
    pub used: Vec<Vec<u8>>,
    /// What it did with the tenant's data; [`crate::activity`] reads it.
    pub done: Vec<Vec<u8>>,
}

/// What stands between the commas of a header's values, where something does.
pub fn parts<'a>(values: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    let parts = values.flat_map(|value| value.split(|byte| *byte == b','));
    parts.map(<[u8]>::trim_ascii).filter(|part| !part.is_empty())
}

/// Takes what is between the workload and us out of its answer, and gives what it says to us.
#[must_use]
pub fn up(mut came: List) -> (List, Said) {
    let mut said = Said::default();
    came.retain_mut(|(name, value)| {
        let name = folded(name);
        match name.as_str() {
            USAGE => said.used.push(std::mem::take(value)),
            AUDIT => said.done.push(std::mem::take(value)),
            _ => {}
        }
        !is_ours(&name) && !OURS.contains(&name.as_str())
    });
    (came, said)
}

/// A name as a server may hand it to a program: without case, and with everything that is no letter and no digit made
/// the same. CGI and its heirs can't tell `insula_tenant` from `insula-tenant`.
fn folded(name: &str) -> String {
    let fold = |byte: u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
    name.bytes().map(|byte| char::from(fold(byte))).collect()
}

fn is_ours(folded: &str) -> bool {
    folded == "insula" || folded.starts_with("insula-")
}

fn is_credential(folded: &str) -> bool {
    matches!(folded, "authorization" | "x-api-key")
}

/// Whether many frameworks take its value for the method: the rules and the log are of the method that the request has.
fn names_another_method(folded: &str) -> bool {
    matches!(folded, "x-http-method" | "x-http-method-override" | "x-method-override")
}

fn subject(caller: Caller) -> Option<String> {
    match caller {
        Caller::Person { user_id, .. } | Caller::Impersonator { user_id, .. } => Some(user_id.to_string()),
        Caller::ApiKey { key_id, .. } => Some(key_id.to_string()),
        Caller::Operator => Some("operator".to_owned()),
        Caller::Anonymous => None,
    }
}

#[cfg(test)]
mod tests {
    use insula_domain::permission::Permission;
    use insula_domain::role::Role;
    use insula_kit::guard::Membership;
    use insula_kit::id::{KeyId, TenantId, UserId};

    use super::*;

    const TENANT: &str = "ten_01h455vb4pex5vsknk084sn02q";
    const KEY: &str = "key_01h455vb4pex5vsknk084sn02q";

    fn list(names: &[&str]) -> List {
        names.iter().map(|name| ((*name).to_owned(), b"sent".to_vec())).collect()
    }

    fn grant() -> Grant {
        Grant::of(
            Caller::ApiKey {
                key_id: KeyId::parse(KEY).unwrap(),
                creator_id: UserId::parse("usr_01h455vb4pex5vsknk084sn02q").unwrap(),
            },
            Some(Membership {
                tenant_id: TenantId::parse(TENANT).unwrap(),
                role: Role::Analyst,
                permissions: vec![Permission::Analyze, Permission::ViewReports],
                plan: "free".to_owned(),
            }),
        )
    }

    fn sent(list: List) -> Vec<String> {
        list.into_iter().filter(|(_, value)| value == b"sent").map(|(name, _)| name).collect()
    }

    /// Protects every tenant: the workload believes what these headers say.
    #[test]
    fn nobody_outside_can_say_who_is_calling_however_it_is_spelt() {
        let claims = [
            "insula-tenant",
            "Insula-Tenant",
            "INSULA_TENANT",
            "insula_subject",
            "insula.role",
            "insula-anything",
            "insula~x",
            "insula",
        ];
        assert_eq!(sent(down(list(&claims), &grant(), "req_1", true)), Vec::<String>::new());
        let others = ["accept", "insulation", "x-insula", "content-length"];
        assert_eq!(sent(down(list(&others), &grant(), "req_1", true)), others);
    }

    #[test]
    fn the_workload_is_told_who_is_calling() {
        let told = down(Vec::new(), &grant(), "req_1", false);
        let told: Vec<(String, String)> =
            told.into_iter().map(|(name, value)| (name, String::from_utf8(value).unwrap())).collect();
        let expected = [
            ("insula-subject", KEY),
            ("insula-tenant", TENANT),
            ("insula-role", "analyst"),
            ("insula-permissions", "analyze view_reports"),
            ("insula-scopes", "analyze"),
            ("insula-request-id", "req_1"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(told, expected);
    }

    #[test]
    fn a_credential_stays_here_unless_the_manifest_says_otherwise() {
        let credentials = ["Authorization", "X-API-Key", "x_api_key"];
        assert_eq!(sent(down(list(&credentials), &grant(), "r", false)), Vec::<String>::new());
        assert_eq!(sent(down(list(&credentials), &grant(), "r", true)), credentials);
    }

    #[test]
    fn what_is_between_us_and_the_workload_does_not_come_up() {
        let came = list(&[
            "content-type",
            "insula-usage",
            "Insula_Audit",
            "Insula_Usage",
            "insula-tenant",
            "RateLimit",
            "x-request-id",
        ]);
        let (up, said) = up(came);
        assert_eq!(sent(up), ["content-type"]);
        assert_eq!(said.used, [b"sent".to_vec(), b"sent".to_vec()]);
        assert_eq!(said.done, [b"sent".to_vec()]);
    }
}
