-- Exchanges a token that was not used before.
-- Parameters: $1 digest of its successor, $2 digest.
update refresh_token
set successor = $1
where digest = $2 and successor is null
returning digest
