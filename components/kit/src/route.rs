//! The route table's row. A route can't be written without an access rule and a description.

use insula_domain::permission::Permission;

use crate::openapi::{Doc, Media};

/// A method that a route answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Makes or does.
    Post,
    /// Makes or replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it only reads.
    #[must_use]
    pub const fn reads(self) -> bool {
        matches!(self, Self::Get)
    }
}

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody. No credential is looked at, nothing is limited by the guard.
    Public,
    /// A person with a session, whatever tenant it acts in. Not the operator who acts as one: what is a person's own is for
    /// nobody else.
    Person,
    /// As [`Self::Person`], and the operator who acts as one: what tells it who it is.
    PersonOrImpersonator,
    /// A person with a session, or the operator.
    PersonOrOperator,
    /// Every member of the tenant that the path names (`{tenant_id}`), and the operator. Strangers are told 404.
    MemberOfPath,
    /// Whoever has the permission in the tenant that it acts in: a person by its role, a key by scopes and role.
    Permission(Permission),
    /// As [`Self::Permission`], or the operator, who acts in no tenant.
    PermissionOrOperator(Permission),
    /// A person whose role has the permission in the tenant that it acts in. No key: what it would make outlives it.
    PersonWith(Permission),
    /// As [`Self::PersonWith`], or the operator.
    PersonWithOrOperator(Permission),
    /// The same, whatever state the tenant of the path is in.
    InAnyState(Permission),
    /// The operator of the platform.
    Operator,
}

impl Access {
    /// Whether the operator may call who acts as a person that may. It looks, and does the daily work; where something
    /// could be made or changed that lasts longer than its session, it may not, unless somebody has decided here that it
    /// may.
    #[must_use]
    pub const fn admits_impersonator(self, method: Method) -> bool {
        match self {
            Self::PersonOrImpersonator => true,
            Self::MemberOfPath => method.reads(),
            Self::Permission(permission) | Self::PermissionOrOperator(permission) => {
                method.reads() || !permission.is_power()
            }
            Self::Public
            | Self::Person
            | Self::PersonOrOperator
            | Self::PersonWith(_)
            | Self::PersonWithOrOperator(_)
            | Self::InAnyState(_)
            | Self::Operator => false,
        }
    }
}

/// The body that a route reads.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// None; what is sent is ignored.
    None,
    /// JSON of at most [`JSON_LIMIT_BYTES`].
    Json(Media),
    /// The same, signed: the operation sees to the signature of the bytes before it reads them.
    Signed(Media),
    /// `multipart/form-data` of at most what the variable `upload_limit_mib` says, read as it arrives.
    Upload(Media),
}

/// The most that a JSON body may have: 1 MiB.
pub const JSON_LIMIT_BYTES: usize = 1 << 20;

/// One operation of a component.
#[derive(Clone, Copy, Debug)]
pub struct Route<Op> {
    /// The method.
    pub method: Method,
    /// The path; `{name}` stands for one segment.
    pub path: &'static str,
    /// What the component's `dispatch` is given.
    pub operation: Op,
    /// Who may call.
    pub access: Access,
    /// Whether a call counts against the plan's quota of calls. Calls that manage the account don't, so that a
    /// program which used up the quota can still be stopped by its owner.
    pub metered: bool,
    /// Whether it makes something, and so honours `Idempotency-Key`.
    pub creates: bool,
    /// The body that it reads.
    pub body: Body,
    /// Its description.
    pub doc: Doc,
}

impl<Op> Route<Op> {
    /// The same row without its operation, for whoever looks at all routes of all components.
    #[must_use]
    pub fn described(&self) -> Route<()> {
        Route {
            method: self.method,
            path: self.path,
            operation: (),
            access: self.access,
            metered: self.metered,
            creates: self.creates,
            body: self.body,
            doc: self.doc,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHODS: [Method; 5] = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

    /// Protects people and tenants from what would outlast an impersonation: a credential, a role, another owner.
    #[test]
    fn who_acts_as_a_person_reads_and_works_and_gains_no_power() {
        for method in METHODS {
            for permission in Permission::ALL {
                let works = method.reads() || !permission.is_power();
                assert_eq!(
                    Access::Permission(permission).admits_impersonator(method),
                    works,
                    "{permission:?}"
                );
                for access in [
                    Access::PersonWith(permission),
                    Access::PersonWithOrOperator(permission),
                    Access::InAnyState(permission),
                ] {
                    assert!(!access.admits_impersonator(method), "{access:?}");
                }
            }
            for access in [Access::Person, Access::PersonOrOperator, Access::Operator, Access::Public] {
                assert!(!access.admits_impersonator(method), "{access:?}");
            }
            assert_eq!(Access::MemberOfPath.admits_impersonator(method), method.reads());
        }
        assert!(Access::PersonOrImpersonator.admits_impersonator(Method::Get));
    }
}
