-- Stores what was wrapped anew; no row back means that somebody else has, or that it is another by now.
-- Parameters: $1 secret, $2 wrapped_by, $3 user_id, $4 secret before.
update second_factor
set secret = $1, wrapped_by = $2
where user_id = $3 and secret = $4
returning user_id
