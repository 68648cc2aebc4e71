-- Takes a code of a step, unless one of that step or of a later one was taken.
-- Parameters: $1 step, $2 user_id.
update second_factor
set last_step = $1
where user_id = $2 and last_step < $1 and confirmed_at_ms is not null
returning user_id
