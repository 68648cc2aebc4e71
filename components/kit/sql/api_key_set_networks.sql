-- Remembers the networks that a key was used from; no row back means that another call was faster.
-- Parameters: $1 known_networks, $2 networks_told_until_ms, $3 tenant_id, $4 id, $5 known_networks before.
update api_key
set known_networks = $1, networks_told_until_ms = $2
where tenant_id = $3 and id = $4 and coalesce(known_networks, '') = $5
returning id
