-- Makes a second factor count, unless it does or is another one by now.
-- Parameters: $1 confirmed_at_ms, $2 step of the code, $3 user_id, $4 secret.
update second_factor
set confirmed_at_ms = $1, last_step = $2
where user_id = $3 and secret = $4 and confirmed_at_ms is null
returning user_id
