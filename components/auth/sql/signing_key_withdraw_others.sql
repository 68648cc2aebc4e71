-- Takes all signing keys but one out of use.
-- Parameters: $1 withdrawn_at_ms, $2 kid of the one that stays.
update signing_key
set withdrawn_at_ms = $1
where kid <> $2 and withdrawn_at_ms is null
returning kid
