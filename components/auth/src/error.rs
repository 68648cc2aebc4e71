//! Why an operation on people and sessions is refused or fails, and what a client is told about it.

use insula_kit::Problem;
use insula_kit::limits;
use insula_kit::problem::{
    ALREADY_MEMBER, INTERNAL, MEMBER_LIMIT, NOT_FOUND, SECOND_FACTOR_ENROLMENT_REQUIRED, TENANT_SUSPENDED,
    UNAUTHENTICATED,
};
use insula_kit::validate::FieldError;

insula_kit::catalogue! {
    /// Somebody is registered with this e-mail address, and is told by mail that it was tried. Log in, or use another
    /// address.
    EMAIL_TAKEN = 409 "email-taken" "The e-mail address is taken";
    /// No person has this e-mail address and this password. Which of the two is wrong is not told.
    INVALID_CREDENTIALS = 401 "invalid-credentials" "The e-mail address or the password is wrong";
    /// The refresh token is unknown, too old, of a session that has ended, or was exchanged before, which ends the
    /// session: somebody has a copy. Log in again.
    INVALID_REFRESH_TOKEN = 401 "invalid-refresh-token" "The refresh token is not valid";
    /// The password is right, and the person has a second factor. Log in again with `code`.
    SECOND_FACTOR_REQUIRED = 401 "second-factor-required" "A second factor is required";
    /// The password is right and the code is not, or it was used before. Wait for the next one.
    WRONG_CODE = 401 "wrong-code" "The code is wrong";
    /// The code is wrong, or it was used before. Wait for the next one.
    CODE_REFUSED = 403 "code-refused" "The code proves nothing";
    /// The password is not the caller's.
    WRONG_PASSWORD = 403 "wrong-password" "The password is wrong";
    /// The person has a second factor already. Remove it first.
    SECOND_FACTOR_ENABLED = 409 "second-factor-enabled" "There is a second factor already";
    /// There is no second factor to confirm, to remove or to have recovery codes for.
    NO_SECOND_FACTOR = 409 "no-second-factor" "There is no second factor";
    /// Too many attempts failed for this account or from this network. Wait for `retry_after` seconds; a right attempt
    /// that is made earlier is not looked at.
    TOO_MANY_ATTEMPTS = 429 "too-many-attempts" "Too many attempts";
    /// The code of the mail is unknown, too old, was used or withdrawn, a newer one has replaced it, or it is for another
    /// address. Ask for another one.
    INVALID_TOKEN = 403 "invalid-token" "The code is not valid";
}

/// A refusal or a failure. None of its texts names a person, an address or a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody has the address.
    #[error("the e-mail address is taken")]
    EmailTaken,
    /// The address is unknown, or the password is wrong.
    #[error("the credentials prove nothing")]
    InvalidCredentials,
    /// The refresh token proves nothing, or was exchanged before.
    #[error("the refresh token proves nothing")]
    InvalidRefreshToken,
    /// The password is right, and that is not enough.
    #[error("a second factor is required")]
    SecondFactorRequired,
    /// The password is right and the code is not.
    #[error("the code proves nothing")]
    WrongCode,
    /// The code of a person who is calling is not right.
    #[error("the code proves nothing")]
    CodeRefused,
    /// The password of a person who is calling is not right.
    #[error("the password is wrong")]
    WrongPassword,
    /// The tenant is not active.
    #[error("the tenant is not active")]
    TenantSuspended,
    /// The tenant demands a second factor that the person doesn't have.
    #[error("the tenant demands a second factor")]
    SecondFactorEnrolmentRequired,
    /// The person has a second factor.
    #[error("there is a second factor")]
    SecondFactorEnabled,
    /// The person has no second factor.
    #[error("there is no second factor")]
    NoSecondFactor,
    /// Somebody guesses too often.
    #[error("too many attempts")]
    TooManyAttempts {
        /// When another one will be looked at.
        seconds: u64,
    },
    /// The mailed token proves nothing, or nothing any more.
    #[error("the mailed token proves nothing")]
    InvalidToken,
    /// The person is a member of the tenant that invited it.
    #[error("a member already")]
    AlreadyMember,
    /// The plan of the tenant that invited has no room.
    #[error("no seat is free")]
    MemberLimit,
    /// The session ended while it was calling.
    #[error("the session has ended")]
    SessionEnded,
    /// There is no such tenant, or the person is no member of it.
    #[error("no such tenant")]
    NoSuchTenant,
    /// The session's person is gone.
    #[error("no such person")]
    NoSuchPerson,
    /// The manifest doesn't give this component what it needs.
    #[error("the variable `{0}` is missing")]
    NoSetting(&'static str),
    /// The setting names no algorithm that tokens can be signed by.
    #[error("the variable `signing_algorithm` is none of RS256, ES256 and EdDSA")]
    UnknownAlgorithm,
    /// A signing key is no RSA key of 2048 bits or more, P-256 or Ed25519 key in PKCS#8 PEM, or doesn't open.
    #[error("the signing key is no usable private key")]
    UnusableKey,
    /// What a password's hash shall cost is too little, or more than there is room for.
    #[error("the variable `{name}` is no number from {least} to {most}")]
    UnusableCost {
        /// The variable.
        name: &'static str,
        /// The least that it may be.
        least: u32,
        /// The most that it may be.
        most: u32,
    },
    /// A password could not be hashed.
    #[error("the password could not be hashed")]
    Hashing,
    /// A token could not be written or signed.
    #[error("the token could not be signed")]
    Signing,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::EmailTaken => Self::new(&EMAIL_TAKEN).at(FieldError::new("email", "taken", "is taken")),
            Error::InvalidCredentials => Self::challenge(&INVALID_CREDENTIALS),
            Error::TooManyAttempts { seconds } => limits::wait(&TOO_MANY_ATTEMPTS, "attempts", seconds),
            Error::SecondFactorRequired => Self::challenge(&SECOND_FACTOR_REQUIRED),
            Error::WrongCode => Self::challenge(&WRONG_CODE),
            Error::CodeRefused => Self::new(&CODE_REFUSED),
            Error::WrongPassword => Self::new(&WRONG_PASSWORD),
            Error::TenantSuspended => Self::new(&TENANT_SUSPENDED),
            Error::SecondFactorEnrolmentRequired => Self::new(&SECOND_FACTOR_ENROLMENT_REQUIRED),
            Error::SecondFactorEnabled => Self::new(&SECOND_FACTOR_ENABLED),
            Error::NoSecondFactor => Self::new(&NO_SECOND_FACTOR),
            Error::SessionEnded => Self::challenge(&UNAUTHENTICATED),
            Error::InvalidRefreshToken => Self::challenge(&INVALID_REFRESH_TOKEN),
            Error::InvalidToken => Self::new(&INVALID_TOKEN),
            Error::AlreadyMember => Self::new(&ALREADY_MEMBER),
            Error::MemberLimit => Self::new(&MEMBER_LIMIT),
            Error::NoSuchTenant | Error::NoSuchPerson => Self::new(&NOT_FOUND),
            Error::NoSetting(_)
            | Error::UnknownAlgorithm
            | Error::UnusableKey
            | Error::UnusableCost { .. }
            | Error::Hashing
            | Error::Signing => Self::new(&INTERNAL).caused_by(error),
        }
    }
}
