-- Whether no key counts that a person made whose address was never proven: a row back means that none does.
-- Parameters: $1 user_id.
select 1 as missing
where not exists (
  select 1
  from api_key k
  join user_account a on a.id = k.created_by
  where k.created_by = $1 and k.revoked_at_ms is null and a.email_verified_at_ms is null
)
