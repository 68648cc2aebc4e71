//! The hash function: Argon2id of RFC 9106, a tag of 32 bytes.
//!
//! The build for the embedded host leaves the work to the host, which does it in three fifths of the time; every other one
//! does it itself. Both make the same tags.

use super::Cost;
use crate::error::Error;

/// The length of a tag, in bytes.
pub const TAG: usize = 32;

#[cfg(all(feature = "embedded", target_family = "wasm"))]
pub async fn tag(password: &[u8], salt: &[u8], cost: Cost) -> Result<[u8; TAG], Error> {
    use bindings::insula::native::argon2id;

    let Cost { memory_kib, passes, lanes } = cost;
    let cost = argon2id::Cost { memory_kib, passes, lanes };
    argon2id::tag(password.to_vec(), salt.to_vec(), cost).await.try_into().map_err(|_| Error::Hashing)
}

#[cfg(not(all(feature = "embedded", target_family = "wasm")))]
#[expect(clippy::unused_async, reason = "the host's is waited for")]
pub async fn tag(password: &[u8], salt: &[u8], cost: Cost) -> Result<[u8; TAG], Error> {
    use argon2::{Algorithm, Argon2, Version};

    let mut tag = [0; TAG];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()?);
    argon2.hash_password_into(password, salt, &mut tag).map_err(|_| Error::Hashing)?;
    Ok(tag)
}

#[cfg(all(feature = "embedded", target_family = "wasm"))]
mod bindings {
    //! Generated: what the embedded host computes.
    #![allow(missing_docs, unsafe_code, clippy::all, clippy::pedantic, unused, reason = "generated")]

    spin_sdk::wit_bindgen::generate!({
        runtime_path: "spin_sdk::wit_bindgen::rt",
        path: "../../wit/native",
        world: "insula:native/embedded",
        generate_all,
    });
}
