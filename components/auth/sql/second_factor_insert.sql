-- Keeps the secret of a second factor that is still to be confirmed, in the place of an earlier one; no row back means
-- that the person has one that counts.
-- Parameters: $1 user_id, $2 secret, $3 wrapped_by, $4 created_at_ms.
insert into second_factor (user_id, secret, wrapped_by, created_at_ms, last_step)
values ($1, $2, $3, $4, 0)
on conflict (user_id) do update
set secret = excluded.secret, wrapped_by = excluded.wrapped_by, created_at_ms = excluded.created_at_ms,
  last_step = 0
where second_factor.confirmed_at_ms is null
returning user_id
