-- Stores what was wrapped anew; no row back means that somebody else has, or that it is another by now.
-- Parameters: $1 private_key, $2 wrapped_by, $3 kid, $4 private_key before.
update signing_key
set private_key = $1, wrapped_by = $2
where kid = $3 and private_key = $4
returning kid
