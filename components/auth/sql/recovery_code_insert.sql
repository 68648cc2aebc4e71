-- Keeps the digest of a recovery code.
-- Parameters: $1 user_id, $2 digest.
insert into recovery_code (user_id, digest)
values ($1, $2)
returning user_id
