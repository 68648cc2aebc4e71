-- As whom the statement runs, whether that role is bound by row-level security, and whether the server keeps figures of its
-- statements.
select current_user::text as name, (r.rolsuper or r.rolbypassrls)::int as is_unbound,
  (to_regclass('pg_stat_statements') is not null)::int as keeps_figures
from pg_roles r
where r.rolname = current_user
