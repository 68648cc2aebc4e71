//! Operations: health, documentation, migrations, what is due, and what the log says.

mod documents;
mod health;
mod log;
mod mail;
mod mailer_http;
mod migrate;
mod problems;
mod tick;
mod unknown;
