//! The operations as HTTP: one file each, and the JSON that they share.

pub mod accept_invitation;
pub mod forgot_password;
pub mod impersonation;
pub mod jwks;
pub mod login;
pub mod logout;
pub mod me;
pub mod openid_configuration;
pub mod password_change;
pub mod refresh;
pub mod register;
pub mod reset_password;
pub mod rewrap;
pub mod second_factor;
pub mod signing_keys;
pub mod switch;
pub mod token_view;
pub mod verify_email;
pub mod view;
