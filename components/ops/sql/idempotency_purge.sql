-- Deletes up to 1,000 stored answers that are kept no longer; one row back for each. The time is asked twice: a row may
-- have been used again while the statement waited for it.
-- Parameters: $1 now_ms.
delete from idempotency
where expires_at_ms <= $1 and (caller, operation, key_digest) in (
  select caller, operation, key_digest from idempotency where expires_at_ms <= $1 order by expires_at_ms limit 1000
)
returning 1 as deleted
