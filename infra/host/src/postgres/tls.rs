//! TLS to a database: only where the connection string demands it, and then with a verified name.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsError {
    #[error("the CA certificate is not valid PEM")]
    Certificate,
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// Trusts the given CA, or those that the system trusts: `SSL_CERT_FILE`, else what the system keeps. A system that
/// keeps none trusts the well-known ones.
pub(super) fn connector(ca_root: Option<&str>) -> Result<MakeRustlsConnect, TlsError> {
    let mut roots = RootCertStore::empty();
    match ca_root {
        None => {
            // One that cannot be read is trusted as little as one that is not there.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
        }
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|_| TlsError::Certificate)?;
                roots.add(certificate)?;
            }
            if roots.is_empty() {
                return Err(TlsError::Certificate);
            }
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_that_is_no_certificate_is_refused() {
        assert!(connector(None).is_ok());
        assert!(matches!(connector(Some("nonsense")), Err(TlsError::Certificate)));
    }
}
