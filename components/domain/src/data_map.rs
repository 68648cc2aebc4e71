//! The data map: every table and column, whose data it is, why it is kept, for how long, what export and erasure do.
//!
//! The record of processing, exports, erasure and retention follow from this table. A test compares it with the
//! database and fails for a table or a column that is in one and not in the other.

mod audit;
mod people;
mod platform;
mod tenants;

/// What a column holds, as far as people are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Who a person is and how to reach it.
    Account,
    /// What a person or tenant uploaded or made; may hold anything.
    Content,
    /// What proves a right: digests of passwords, tokens and keys. Never exported.
    Secret,
    /// Facts of a contract or its use: plans, counters, roles.
    Business,
    /// Ids, times and numbers that the system needs to work.
    Technical,
}

/// Why the rows may be kept (GDPR Art. 6(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// (b): the contract with the customer.
    Contract,
    /// (f): the operation of the service, without personal data.
    Interest,
    /// (f): the security of the service.
    Security,
}

/// What erasing the subject does to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// The row goes.
    Delete,
    /// The row stays: nothing in it is about the subject.
    Keep,
}

/// One table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The component, or library, that owns it.
    pub owner: &'static str,
    /// The column that names the person or tenant that the row is about, or the session of the person, or the mail to it.
    pub subject: Option<&'static str>,
    /// Why the rows are kept.
    pub basis: Basis,
    /// For how long.
    pub retention: &'static str,
    /// Whether an export of the subject holds the rows, without secrets.
    pub exported: bool,
    /// What erasing the subject does.
    pub erasure: Erasure,
    /// Its columns, and what they hold.
    pub columns: &'static [(&'static str, Category)],
}

const ACCOUNT_LIFE: &str = "as long as the account";
const TENANT_LIFE: &str = "as long as the tenant";
const FOR_EVER: &str = "as long as the installation";

/// Every table, by name.
pub const TABLES: &[Table] = &[
    people::ACCESS_TOKEN,
    people::ACCOUNT_TOKEN,
    tenants::API_KEY,
    audit::CHECKPOINT,
    audit::ENTRY,
    audit::HEAD,
    audit::NODE,
    audit::PAUSE,
    tenants::BUCKET,
    people::EARLIER_ACCOUNT_TOKEN,
    tenants::ENDPOINT_LIMIT,
    people::GUESS,
    platform::IDEMPOTENCY,
    tenants::INVITATION,
    people::KNOWN_NETWORK,
    platform::MAIL,
    platform::MAILBOX,
    tenants::MEMBERSHIP,
    tenants::METRIC,
    tenants::PLAN,
    platform::PLATFORM_KEY,
    tenants::PLAN_QUOTA,
    tenants::PRODUCT_ARRIVAL,
    tenants::PRODUCT_INTENT,
    people::RECOVERY_CODE,
    people::REFRESH_TOKEN,
    tenants::REPORT,
    platform::SCHEMA_MIGRATION,
    platform::TENANT_STEP,
    people::SECOND_FACTOR,
    people::SESSION,
    people::SIGNING_KEY,
    audit::SUBJECT_KEY,
    tenants::TENANT,
    tenants::TENANT_DATABASE,
    tenants::TENANT_KEY,
    tenants::TENANT_LIMIT,
    platform::TICK_CURSOR,
    tenants::USAGE_COUNTER,
    people::USER_ACCOUNT,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_about_somebody_is_erased_and_its_subject_is_one_of_its_columns() {
        for table in TABLES {
            assert_eq!(table.subject.is_some(), table.erasure == Erasure::Delete, "{}", table.name);
            if let Some(subject) = table.subject {
                assert!(table.columns.iter().any(|(name, _)| *name == subject), "{}", table.name);
            }
        }
    }
}
