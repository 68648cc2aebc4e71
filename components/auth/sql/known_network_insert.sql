-- Remembers that a person logged in from a network.
-- Parameters: $1 user_id, $2 network, $3 expires_at_ms.
insert into known_network (user_id, network, expires_at_ms)
values ($1, $2, $3)
on conflict (user_id, network) do update
set expires_at_ms = excluded.expires_at_ms
returning user_id
