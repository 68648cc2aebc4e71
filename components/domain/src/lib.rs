//! The business words that Insula's components share. Pure: no I/O, no clock, no HTTP.
//!
//! | Module         | Word                                                            |
//! |----------------|-----------------------------------------------------------------|
//! | [`permission`] | what a caller may do                                            |
//! | [`role`]       | what a member of a tenant is, and its permissions               |
//! | [`scope`]      | what an API key was made for, and its permissions               |
//! | [`credential`] | API keys and the operator's key: format, checksum, digest       |
//! | [`bucket`]     | the token bucket of the rate limit                              |
//! | [`rate_limit`] | a rate limit as people write it                                 |
//! | [`custom_limit`] | limits of one tenant that aren't those of its plan       |
//! | [`network`]    | the networks that a key may be used from                        |
//! | [`known_networks`] | the networks that a key was used from                      |
//! | [`lifecycle`]  | the life of a tenant: its states and what leads from one to another |
//! | [`proxies`]    | who a client is behind proxies                                  |
//! | [`upload`]     | what an upload may have                                         |
//! | [`metric`]     | what is metered, and when its counter starts again              |
//! | [`admission`]  | the rule of the guard: who is let in, and what that costs       |
//! | [`data_map`]   | every table and column: whose data it is, why, for how long     |
//! | [`type_id`]    | the suffix of an id                                             |
//! | [`action`]     | what is in the audit log                                        |
//! | [`trace`]      | a request's id and trace, as headers say them                   |

pub mod action;
pub mod admission;
pub mod bucket;
pub mod bucket_storage;
pub mod credential;
pub mod custom_limit;
pub mod data_map;
pub mod isolation;
pub mod known_networks;
pub mod lifecycle;
pub mod metric;
pub mod network;
pub mod permission;
pub mod proxies;
pub mod rate_limit;
pub mod role;
pub mod scope;
pub mod trace;
pub mod type_id;
pub mod upload;
