-- Stores the platform's key for a purpose, unless there is one; the one that is kept is returned.
-- Parameters: $1 purpose, $2 sealed, $3 wrapped_by, $4 created_at_ms.
insert into platform_key (purpose, sealed, wrapped_by, created_at_ms)
values ($1, $2, $3, $4)
on conflict (purpose) do update
set sealed = case when platform_key.sealed = '' then excluded.sealed else platform_key.sealed end,
  wrapped_by = case when platform_key.sealed = '' then excluded.wrapped_by else platform_key.wrapped_by end
returning sealed, wrapped_by
