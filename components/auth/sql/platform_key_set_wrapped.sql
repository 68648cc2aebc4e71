-- Stores what was wrapped anew; no row back means that somebody else has, or that it is another by now.
-- Parameters: $1 sealed, $2 wrapped_by, $3 purpose, $4 sealed before.
update platform_key
set sealed = $1, wrapped_by = $2
where purpose = $3 and sealed = $4
returning purpose
