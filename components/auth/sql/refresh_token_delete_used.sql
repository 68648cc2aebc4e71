-- Forgets the tokens of a session that were exchanged, but for the newest ones.
-- Parameters: $1 session_id, $2 most.
delete from refresh_token
where session_id = $1 and successor is not null and digest not in (
  select o.digest
  from refresh_token o
  where o.session_id = $1 and o.successor is not null
  order by o.expires_at_ms desc, o.digest
  limit $2
)
returning digest
