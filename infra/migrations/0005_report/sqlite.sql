-- A data-quality report, as it was answered.
create table report (
  id text primary key,
  tenant_id text not null references tenant (id),
  created_by text not null,
  file_name text,
  label_column text,
  row_count bigint not null,
  column_count bigint not null,
  score double precision not null,
  body text not null,
  created_at_ms bigint not null
);

create index report_by_tenant on report (tenant_id, id);

