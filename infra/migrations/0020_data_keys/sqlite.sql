-- The key that the secrets of a tenant are sealed under, itself sealed under the master key that is named. Without it they
-- are gone.
create table tenant_key (
  tenant_id text primary key references tenant (id),
  sealed text not null,
  wrapped_by text not null,
  created_at_ms bigint not null
) without rowid;

-- The same of the platform's own keys, one for each purpose. One without a text is what the master key makes of itself:
-- that is what was used before there were any, and what was made with it must go on counting.
create table platform_key (
  purpose text primary key,
  sealed text not null,
  wrapped_by text not null,
  created_at_ms bigint not null
) without rowid;

insert into platform_key (purpose, sealed, wrapped_by, created_at_ms)
select p.purpose, '', '', 0
from (select 'checkpoint' as purpose union all select 'digest') p
where exists (select 1 from audit_head);

-- Which master key sealed it; empty for what was sealed before that was noted.
alter table subject_key add column wrapped_by text not null default '';

alter table signing_key add column wrapped_by text not null default '';

alter table second_factor add column wrapped_by text not null default '';
