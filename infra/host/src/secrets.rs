//! The keys of an installation: made on its first start, kept in its state folder.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use sha2::{Digest, Sha256};

use crate::error::Error;

const OPERATOR_KEY: &str = "operator.key";
const SIGNING_KEY: &str = "signing.pem";
const MASTER_KEY: &str = "master.key";
const PREVIOUS_MASTER_KEY: &str = "master.previous.key";
/// The fewest characters of a master key, for components take no shorter one.
const MASTER_KEY_LENGTH: usize = 32;
const RSA_BITS: usize = 2048;

/// The secrets of an installation. Not shown by `Debug`, never logged.
#[derive(Clone)]
pub struct Secrets {
    /// What the operator proves itself with.
    pub operator_key: String,
    /// Whether the key was made just now, and should be shown to the operator this once.
    pub operator_key_is_new: bool,
    /// The RSA key that tokens are signed with, PKCS#8 PEM.
    pub signing_key: String,
    /// What keys in the database are wrapped by: 32 bytes in base64url.
    pub master_key: String,
    /// What they were wrapped by before; empty if the key was not exchanged.
    pub master_key_previous: String,
}

impl Secrets {
    /// Reads the secrets of a state folder and makes those that are missing.
    ///
    /// # Errors
    ///
    /// When the folder or a file in it cannot be read or written, or holds something else.
    pub fn load(folder: &Path, operator_key_file: Option<&Path>) -> Result<Self, Error> {
        create_folder(folder)?;
        let default = folder.join(OPERATOR_KEY);
        let (operator_key, operator_key_is_new) =
            read_or_make(operator_key_file.unwrap_or(&default), new_operator_key)?;
        if !is_operator_key(&operator_key) {
            let path = operator_key_file.unwrap_or(&default).to_owned();
            return Err(Error::StateContent { path, expected: "an operator key" });
        }
        let (signing_key, _) = read_or_make(&folder.join(SIGNING_KEY), new_signing_key)?;
        let (master_key, _) = read_or_make(&folder.join(MASTER_KEY), || random_text().ok())?;
        let previous = folder.join(PREVIOUS_MASTER_KEY);
        let master_key_previous = read(&previous)?;
        for (name, key) in
            [(MASTER_KEY, Some(&master_key)), (PREVIOUS_MASTER_KEY, master_key_previous.as_ref())]
        {
            if key.is_some_and(|key| key.len() < MASTER_KEY_LENGTH) {
                let expected = "a master key, of 32 characters or more";
                return Err(Error::StateContent { path: folder.join(name), expected });
            }
        }
        let master_key_previous = master_key_previous.unwrap_or_default();
        Ok(Self { operator_key, operator_key_is_new, signing_key, master_key, master_key_previous })
    }

    /// Makes another master key for the next start, and keeps the present one beside it until nothing needs it.
    ///
    /// Stopped in between it leaves the present key in both places, which is as before.
    ///
    /// # Errors
    ///
    /// When there is no master key, when the one before is still kept, or when a file can't be read or written.
    pub fn exchange_master_key(folder: &Path) -> Result<(), Error> {
        let (path, previous) = (folder.join(MASTER_KEY), folder.join(PREVIOUS_MASTER_KEY));
        let failed = |path: &Path, source| Error::State { path: path.to_owned(), source };
        let present = read(&path)?.ok_or_else(|| failed(&path, ErrorKind::NotFound.into()))?;
        if read(&previous)?.is_some_and(|kept| kept != present) {
            return Err(Error::MasterKeyKept { path: previous });
        }
        let fresh = random_text()
            .map_err(|_| failed(&path, std::io::Error::other("the system has no randomness")))?;
        write_private(&previous, &present).map_err(|source| failed(&previous, source))?;
        write_private(&path, &fresh).map_err(|source| failed(&path, source))
    }

    /// What an application is given instead of the operator key itself.
    #[must_use]
    pub fn operator_key_sha256(&self) -> String {
        sha256_hex(&self.operator_key)
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secrets")
    }
}

/// Makes a folder that only its owner can enter.
pub(crate) fn create_folder(folder: &Path) -> Result<(), Error> {
    let failed = |source| Error::State { path: folder.to_owned(), source };
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed)
}

/// Lower-case hexadecimal SHA-256.
#[must_use]
pub fn sha256_hex(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// `insop_<secret>_<checksum>`; none when the system has no randomness.
#[must_use]
pub fn new_operator_key() -> Option<String> {
    let body = format!("insop_{}", random_text().ok()?);
    Some(format!("{body}_{:08x}", crc32fast::hash(body.as_bytes())))
}

/// Whether a text has the form and the checksum of an operator key.
#[must_use]
pub fn is_operator_key(text: &str) -> bool {
    let Some((body, checksum)) = text.rsplit_once('_') else { return false };
    let Some(secret) = body.strip_prefix("insop_") else { return false };
    secret.len() == 43 && checksum == format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

fn random_text() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn new_signing_key() -> Option<String> {
    let key = RsaPrivateKey::new(&mut SystemRandom, RSA_BITS).ok()?;
    Some(key.to_pkcs8_pem(LineEnding::LF).ok()?.to_string())
}

/// What a file says; none if there is no file.
fn read(path: &Path) -> Result<Option<String>, Error> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::State { path: path.to_owned(), source }),
    }
}

fn read_or_make(path: &Path, make: impl FnOnce() -> Option<String>) -> Result<(String, bool), Error> {
    let failed = |source| Error::State { path: path.to_owned(), source };
    if let Some(text) = read(path)? {
        return Ok((text, false));
    }
    let text = make().ok_or_else(|| failed(std::io::Error::other("the system has no randomness")))?;
    write_private(path, &text).map_err(failed)?;
    Ok((text.trim().to_owned(), true))
}

/// Writes a file that only its owner can read, as a whole or not at all.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut unfinished = PathBuf::from(path);
    unfinished.set_extension("unfinished");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(&unfinished)?;
    file.write_all(text.trim().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

/// The system's randomness, as the RSA library takes it.
struct SystemRandom;

impl rsa::rand_core::RngCore for SystemRandom {
    fn next_u32(&mut self) -> u32 {
        rsa::rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rsa::rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.try_fill_bytes(bytes).expect("the system had randomness for the other keys a moment ago");
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        getrandom::fill(bytes).map_err(rsa::rand_core::Error::new)
    }
}

impl rsa::rand_core::CryptoRng for SystemRandom {}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("insula-host-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        path
    }

    #[test]
    fn the_first_start_makes_the_keys_and_the_second_reads_them() {
        let folder = folder("secrets");

        let first = Secrets::load(&folder, None).unwrap();
        let second = Secrets::load(&folder, None).unwrap();

        assert!(first.operator_key_is_new && !second.operator_key_is_new);
        assert_eq!(first.operator_key, second.operator_key);
        assert_eq!(first.signing_key, second.signing_key);
        assert_eq!(first.master_key, second.master_key);
        assert!(is_operator_key(&first.operator_key));
        assert!(first.signing_key.starts_with("-----BEGIN PRIVATE KEY-----"));
        assert_eq!(first.master_key.len(), 43);
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_them() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("modes");
        Secrets::load(&folder, None).unwrap();

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;

        assert_eq!(mode(&folder), 0o700);
        for name in [OPERATOR_KEY, SIGNING_KEY, MASTER_KEY] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn an_exchanged_master_key_is_kept_until_somebody_takes_it_away() {
        let folder = folder("exchange");
        assert!(matches!(Secrets::exchange_master_key(&folder), Err(Error::State { .. })), "there is none");
        let first = Secrets::load(&folder, None).unwrap();
        assert_eq!(first.master_key_previous, "");

        Secrets::exchange_master_key(&folder).unwrap();

        let second = Secrets::load(&folder, None).unwrap();
        assert_eq!(second.master_key_previous, first.master_key);
        assert_ne!(second.master_key, first.master_key);
        // A second exchange would lose the first key, and what it has wrapped.
        assert!(matches!(Secrets::exchange_master_key(&folder), Err(Error::MasterKeyKept { .. })));
        assert_eq!(Secrets::load(&folder, None).unwrap().master_key, second.master_key);
        fs::remove_file(folder.join(PREVIOUS_MASTER_KEY)).unwrap();
        Secrets::exchange_master_key(&folder).unwrap();
        assert_eq!(Secrets::load(&folder, None).unwrap().master_key_previous, second.master_key);
        fs::remove_dir_all(folder).unwrap();
    }

    /// Protects against an exchange that was stopped after the present key was kept and before there was another.
    #[test]
    fn an_exchange_that_was_stopped_is_made_again() {
        let folder = folder("stopped");
        let first = Secrets::load(&folder, None).unwrap();
        fs::copy(folder.join(MASTER_KEY), folder.join(PREVIOUS_MASTER_KEY)).unwrap();
        assert_eq!(Secrets::load(&folder, None).unwrap().master_key, first.master_key);
        Secrets::exchange_master_key(&folder).unwrap();
        let second = Secrets::load(&folder, None).unwrap();
        assert_eq!(second.master_key_previous, first.master_key);
        assert_ne!(second.master_key, first.master_key);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_without_a_master_key_in_it_is_named_and_not_shown() {
        for name in [MASTER_KEY, PREVIOUS_MASTER_KEY] {
            let folder = folder("short");
            Secrets::load(&folder, None).unwrap();
            fs::write(folder.join(name), "s3cret").unwrap();
            let error = Secrets::load(&folder, None).unwrap_err().to_string();
            assert!(
                error.contains(name) && error.contains("32 characters") && !error.contains("s3cret"),
                "{error}"
            );
            fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn a_mistyped_operator_key_is_recognised() {
        let key = new_operator_key().unwrap();
        assert!(is_operator_key(&key));
        assert!(!is_operator_key(&key.replacen('_', "-", 1)));
        assert!(!is_operator_key(&format!("{key}0")));
        assert_eq!(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
