-- The stored answer of an earlier request with the same key, while it is kept.
-- Parameters: $1 caller, $2 operation, $3 key_digest, $4 now_ms.
select body_digest, answer
from idempotency
where caller = $1 and operation = $2 and key_digest = $3 and expires_at_ms > $4
