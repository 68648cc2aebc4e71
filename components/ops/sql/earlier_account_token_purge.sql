-- Deletes up to 1,000 earlier tokens of accounts that are over; one row back for each.
-- Parameters: $1 now_ms.
delete from earlier_account_token
where digest in (
  select digest from earlier_account_token where expires_at_ms <= $1 order by expires_at_ms limit 1000
)
returning 1 as deleted
