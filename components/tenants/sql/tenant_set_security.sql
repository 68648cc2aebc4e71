-- Sets whether a tenant demands a second factor of its members, unless it is not what is expected any more, or the
-- person who sets it would lock itself out.
-- Parameters: $1 second_factor_required, $2 id, $3 expected second_factor_required, $4 user_id.
update tenant
set second_factor_required = $1
where id = $2 and second_factor_required = $3
  and ($1 = 0 or exists (
    select 1 from second_factor f where f.user_id = $4 and f.confirmed_at_ms is not null
  ))
returning id
