-- Takes a recovery code, which is gone then; no row back means that the person has no such code.
-- Parameters: $1 user_id, $2 digest.
delete from recovery_code
where user_id = $1 and digest = $2
returning user_id
