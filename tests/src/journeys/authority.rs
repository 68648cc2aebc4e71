//! A certificate authority of a test's own, made with the `openssl` that Debian's PostgreSQL brings along.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// An authority that nobody knows, gone with this value.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
}

impl Authority {
    /// A new one.
    #[track_caller]
    #[must_use]
    pub fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        let extensions = "basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign";
        authority.make("authority", extensions, &authority.path("authority"), false);
        authority
    }

    /// What whoever trusts it is given.
    #[must_use]
    pub fn pem(&self) -> String {
        fs::read_to_string(self.file()).expect("its certificate")
    }

    /// The same, as a file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.path("authority").with_extension("crt")
    }

    /// Writes `server.crt` and `server.key` for whoever has these names: `IP:127.0.0.1,DNS:localhost`.
    #[track_caller]
    pub fn issue(&self, names: &str, folder: &Path) {
        let extensions = format!("basicConstraints = critical, CA:FALSE\nsubjectAltName = {names}");
        self.make("server", &extensions, &folder.join("server"), true);
    }

    #[track_caller]
    fn make(&self, name: &str, extensions: &str, to: &Path, signed: bool) {
        let settings = self.path(name).with_extension("cnf");
        let text = format!(
            "[req]\nprompt = no\ndistinguished_name = name\nx509_extensions = extensions\n\
             [name]\nCN = {name}\n[extensions]\n{extensions}\n"
        );
        fs::write(&settings, text).expect("the settings");
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]);
        openssl.args(["-days", "2", "-config"]).arg(settings);
        openssl.arg("-out").arg(to.with_extension("crt")).arg("-keyout").arg(to.with_extension("key"));
        if signed {
            openssl
                .arg("-CA")
                .arg(self.file())
                .arg("-CAkey")
                .arg(self.path("authority").with_extension("key"));
        }
        let made = openssl.output().unwrap_or_else(|error| panic!("cannot start openssl: {error}"));
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}
