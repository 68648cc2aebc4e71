//! What a provider's answer means. Only its status is read: a body may repeat the address or the text.

use crate::bindings::exports::insula::notify::mailer::Failure;

/// 2xx is a delivery. Of 4xx another try would meet the same, except 401 and 403 (the token can be corrected), 408 and
/// 429 (later). Anything else may go better the next time.
pub fn meaning(status: u16) -> Result<(), Failure> {
    let text = format!("status {status}");
    match status {
        200..300 => Ok(()),
        401 | 403 | 408 | 429 => Err(Failure::Unavailable(text)),
        400..500 => Err(Failure::Refused(text)),
        _ => Err(Failure::Unavailable(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_delivery_a_refusal_or_a_reason_to_try_again() {
        for delivered in [200, 201, 202, 204] {
            assert!(meaning(delivered).is_ok(), "{delivered}");
        }
        for refused in [400, 404, 406, 413, 422, 451] {
            assert!(matches!(meaning(refused), Err(Failure::Refused(_))), "{refused}");
        }
        for later in [100, 301, 302, 401, 403, 408, 429, 500, 502, 503, 504] {
            assert!(matches!(meaning(later), Err(Failure::Unavailable(_))), "{later}");
        }
    }
}
