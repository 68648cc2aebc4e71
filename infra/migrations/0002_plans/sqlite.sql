-- What is metered. A counter starts again daily, monthly or never.
create table metric (
  name text primary key,
  unit text not null,
  reset text not null check (reset in ('daily', 'monthly', 'never'))
);

insert into metric (name, unit, reset) values
  ('api_calls', 'calls', 'daily'),
  ('rows_analyzed', 'rows', 'monthly');

-- What a tenant may use: how fast calls may come, and (below) how much of each metric.
create table plan (
  name text primary key,
  requests_per_minute bigint not null check (requests_per_minute between 1 and 1000000),
  burst bigint not null check (burst between 1 and 1000000)
) without rowid;

insert into plan (name, requests_per_minute, burst) values
  ('free', 10, 20),
  ('professional', 100, 200),
  ('enterprise', 1000, 2000);

-- The most of a metric in one of its periods. No row: unlimited.
create table plan_quota (
  plan text not null references plan (name),
  metric text not null references metric (name),
  quota bigint not null check (quota >= 0),
  primary key (plan, metric)
) without rowid;

insert into plan_quota (plan, metric, quota) values
  ('free', 'api_calls', 100),
  ('free', 'rows_analyzed', 10000),
  ('professional', 'api_calls', 10000),
  ('professional', 'rows_analyzed', 1000000);

