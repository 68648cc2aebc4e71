-- Removes the recovery codes of a person whose address was never proven: somebody else may have made the account.
-- Parameters: $1 user_id.
delete from recovery_code
where user_id = $1 and exists (select 1 from user_account a where a.id = $1 and a.email_verified_at_ms is null)
returning user_id
