-- Forgets the networks of a person beyond the most that are remembered: those that it was not in for the longest.
-- Parameters: $1 user_id, $2 network that stays, $3 most besides that one.
delete from known_network
where user_id = $1 and network <> $2 and network not in (
  select k.network
  from known_network k
  where k.user_id = $1 and k.network <> $2
  order by k.expires_at_ms desc, k.network
  limit $3
)
returning network
