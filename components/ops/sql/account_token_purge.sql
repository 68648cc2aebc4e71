-- Deletes up to 1,000 tokens of accounts that are over; one row back for each. The time is asked twice: a token may have
-- been replaced by a newer one while the statement waited for it.
-- Parameters: $1 now_ms.
delete from account_token
where expires_at_ms <= $1 and (user_id, purpose) in (
  select user_id, purpose from account_token where expires_at_ms <= $1 order by expires_at_ms limit 1000
)
returning 1 as deleted
