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
}

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody. No credential is looked at, nothing is limited by the guard.
    Public,
    /// A person with a session, whatever tenant it acts in.
    Person,
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
