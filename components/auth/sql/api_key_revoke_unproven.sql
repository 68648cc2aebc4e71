-- Revokes the keys that a person made whose address was never proven: somebody else may have made the account.
-- Parameters: $1 now_ms, $2 user_id.
update api_key
set revoked_at_ms = $1, revoked_because = 'request'
where created_by = $2 and revoked_at_ms is null and exists (select 1 from user_account a where a.id = $2 and a.email_verified_at_ms is null)
returning id
