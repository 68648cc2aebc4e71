//! Mail: addresses, letters, and the outbox in which a letter waits until it is delivered.
//!
//! A component that has something to tell a person adds a statement of [`outbox`] to the batch of the change that it is
//! about, so there is neither a change without its mail nor a mail without its change. It sends nothing itself: what is
//! due is delivered by the tick, which writes the letter ([`letter`]) and hands it to `insula:notify/mailer`.
//!
//! | Module       | Holds                                                                    |
//! |--------------|--------------------------------------------------------------------------|
//! | [`account_token`] | the tokens that are mailed to a person                                |
//! | [`email`]    | which text is an address, and when two are the same                      |
//! | [`invitation`] | the token of an invitation                                             |
//! | [`letter`]   | the letters of the folder `templates/`, and how their blanks are filled  |
//! | [`mailbox`]  | what `mailer-log` keeps for the operator to read                         |
//! | [`outbox`]   | a letter on its way: sealed, and the statements that store it            |
//! | [`reset`]    | the letter that brings a code to replace a forgotten password            |
//! | [`schedule`] | when a delivery that failed is tried again, and when no more             |

pub mod account_token;
pub mod email;
pub mod invitation;
pub mod letter;
pub mod mailbox;
pub mod outbox;
pub mod reset;
pub mod schedule;
