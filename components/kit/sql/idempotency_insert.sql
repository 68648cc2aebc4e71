-- Keeps an answer; no row back means that another request with the same key came first. An expired one is replaced.
-- Parameters: $1 caller, $2 operation, $3 key_digest, $4 body_digest, $5 answer, $6 expires_at_ms, $7 now_ms.
insert into idempotency (caller, operation, key_digest, body_digest, answer, expires_at_ms)
values ($1, $2, $3, $4, $5, $6)
on conflict (caller, operation, key_digest) do update
set body_digest = excluded.body_digest, answer = excluded.answer, expires_at_ms = excluded.expires_at_ms
where idempotency.expires_at_ms <= $7
returning caller
