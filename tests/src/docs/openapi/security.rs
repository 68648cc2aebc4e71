//! The credentials, and which of them an access rule lets in.

use insula_kit::route::Access;
use utoipa::openapi::SecurityRequirement;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

const ACCESS_TOKEN: &str = "access_token";
const API_KEY: &str = "api_key";
const API_KEY_HEADER: &str = "api_key_header";
const OPERATOR_KEY: &str = "operator_key";

/// The credentials, by name.
pub fn schemes() -> [(&'static str, SecurityScheme); 4] {
    let header = "An API key of a program, in a header of its own.";
    [
        (ACCESS_TOKEN, bearer("JWT", "The access token that a person gets by logging in.")),
        (API_KEY, bearer("API key", "An API key of a program.")),
        (
            API_KEY_HEADER,
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("X-API-Key", header))),
        ),
        (OPERATOR_KEY, bearer("Operator's key", "The key of who runs the platform.")),
    ]
}

fn bearer(format: &str, about: &str) -> SecurityScheme {
    SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format(format)
            .description(Some(about))
            .build(),
    )
}

/// The credentials of which one is needed; none for a public operation.
pub fn requirements(access: Access) -> Vec<SecurityRequirement> {
    let names: &[&str] = match access {
        Access::Public => &[],
        Access::Person | Access::PersonOrImpersonator | Access::PersonWith(_) => &[ACCESS_TOKEN],
        Access::PersonOrOperator | Access::PersonWithOrOperator(_) | Access::InAnyState(_) => {
            &[ACCESS_TOKEN, OPERATOR_KEY]
        }
        Access::MemberOfPath => &[ACCESS_TOKEN, API_KEY, API_KEY_HEADER, OPERATOR_KEY],
        Access::Permission(_) => &[ACCESS_TOKEN, API_KEY, API_KEY_HEADER],
        Access::PermissionOrOperator(_) => &[ACCESS_TOKEN, API_KEY, API_KEY_HEADER, OPERATOR_KEY],
        Access::Operator => &[OPERATOR_KEY],
    };
    names.iter().map(|name| SecurityRequirement::new(*name, Vec::<String>::new())).collect()
}
