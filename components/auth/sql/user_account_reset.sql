-- Gives a person a new password, and notes that its address is proven, unless that is known.
-- Parameters: $1 password, $2 now_ms, $3 id.
update user_account
set password = $1, email_verified_at_ms = coalesce(email_verified_at_ms, $2)
where id = $3
returning id
