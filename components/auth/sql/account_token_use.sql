-- Uses a token up; no row back means that somebody else has used it, or that a newer one has replaced it.
-- Parameters: $1 digest, $2 user_id.
delete from account_token
where digest = $1 and user_id = $2
returning user_id
