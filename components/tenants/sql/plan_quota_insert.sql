-- Gives a plan a quota; no row back means that there is no such metric.
-- Parameters: $1 plan, $2 quota, $3 metric.
insert into plan_quota (plan, metric, quota)
select $1, name, $2 from metric where name = $3
returning metric
