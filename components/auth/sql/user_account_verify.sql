-- Notes that a person's address is proven, unless that is known.
-- Parameters: $1 now_ms, $2 id.
update user_account
set email_verified_at_ms = coalesce(email_verified_at_ms, $1)
where id = $2
returning id
