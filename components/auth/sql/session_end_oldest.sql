-- Ends the sessions of a person beyond the most that it may have: those that were not refreshed for the longest. They are
-- over at once, so that the next tick removes them. Those in which the operator acts as the person don't count.
-- Parameters: $1 now_ms, $2 user_id, $3 id of the one that begins, $4 most besides that one.
update session
set ended_at_ms = $1, expires_at_ms = $1
where user_id = $2 and id <> $3 and ended_at_ms is null and expires_at_ms > $1 and impersonated = 0 and id not in (
  select o.id
  from session o
  where o.user_id = $2 and o.id <> $3 and o.ended_at_ms is null and o.expires_at_ms > $1 and o.impersonated = 0
  order by o.expires_at_ms desc, o.id desc
  limit $4
)
returning id
