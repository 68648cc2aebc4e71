//! What it costs that each tenant is an island: to make one, to bring a thousand up to date, to have ten thousand, and to
//! be bound by the database at each call. On a durable PostgreSQL, each tenant with a schema of its own.

mod bound;
mod create;
mod many;
mod migrate;

pub use bound::bound;
pub use create::create;
pub use many::many;
pub use migrate::migrate;

/// What reads a tenant's product data, in its own schema.
const REPORTS: &str = "/api/v1/reports";
