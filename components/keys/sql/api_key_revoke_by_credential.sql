-- Revokes the key with that text, whichever tenant has it, because it leaked; a row back means that there is one.
-- Parameters: $1 now_ms, $2 id, $3 digest.
update api_key
set revoked_at_ms = coalesce(revoked_at_ms, $1), revoked_because = coalesce(revoked_because, 'leak')
where id = coalesce($2, (select i.id from api_key i where i.digest = $3 and i.imported = 1)) and digest = $3
returning id
