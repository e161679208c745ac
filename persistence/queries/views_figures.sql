-- name: view_days
SELECT d::date::text AS day, coalesce(m.impressions, 0) AS impressions, coalesce(m.clicks, 0) AS clicks, coalesce(m.conversions, 0) AS conversions,
  coalesce(m.spend_minor, 0) || ' ' || $3::text AS spend, coalesce(m.revenue_minor, 0) || ' ' || $3 AS revenue,
  coalesce(m.shop_orders, 0) AS shop_orders, coalesce(m.shop_revenue_minor, 0) || ' ' || $3 AS shop_revenue,
  coalesce(m.cost_minor, 0) || ' ' || $3 AS supplier_cost, coalesce(m.refunds_minor, 0) || ' ' || $3 AS refunds,
  coalesce(m.shop_revenue_minor - m.cost_minor - m.refunds_minor - m.spend_minor, 0) || ' ' || $3 AS profit,
  m.roas::text AS roas, m.ctr::text AS ctr, m.cvr::text AS cvr,
  round(m.cpa_minor)::bigint || ' ' || $3 AS cpa, round(m.aov_minor)::bigint || ' ' || $3 AS aov
FROM generate_series($1::date, $2::date, interval '1 day') AS d
LEFT JOIN mv_daily_metrics m ON m.day = d::date AND m.currency = $3
ORDER BY d;

-- name: view_period
WITH s AS (
  SELECT coalesce(sum(impressions), 0) AS i, coalesce(sum(clicks), 0) AS k, coalesce(sum(conversions), 0) AS n,
    coalesce(sum(spend_minor), 0) AS s, coalesce(sum(revenue_minor), 0) AS r, coalesce(sum(shop_orders), 0) AS o,
    coalesce(sum(shop_revenue_minor), 0) AS t, coalesce(sum(cost_minor), 0) AS c, coalesce(sum(refunds_minor), 0) AS b
  FROM mv_daily_metrics WHERE day BETWEEN $1::date AND $2::date AND currency = $3
)
SELECT i::bigint AS impressions, k::bigint AS clicks, n::bigint AS conversions, s.s::bigint || ' ' || $3::text AS spend,
  r::bigint || ' ' || $3 AS revenue, o::bigint AS shop_orders, t::bigint || ' ' || $3 AS shop_revenue, c::bigint || ' ' || $3 AS supplier_cost,
  b::bigint || ' ' || $3 AS refunds, (t - c - b - s.s)::bigint || ' ' || $3 AS profit,
  round(r / nullif(s.s, 0), 4)::text AS roas, round(k / nullif(i, 0), 6)::text AS ctr, round(n / nullif(k, 0), 6)::text AS cvr,
  round(s.s / nullif(n, 0))::bigint || ' ' || $3 AS cpa, round(r / nullif(n, 0))::bigint || ' ' || $3 AS aov
FROM s;

-- name: view_counts
SELECT
  (SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM (SELECT status, count(*) AS n FROM products GROUP BY status) p) AS products,
  (SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM (SELECT status, count(*) AS n FROM campaigns GROUP BY status) c) AS campaigns,
  (SELECT count(*) FROM creatives WHERE status = 'ready') AS creatives,
  (SELECT count(*) FROM campaigns WHERE status IN ('active', 'testing', 'scaling')) AS active_campaigns,
  (SELECT count(*) FROM alerts WHERE resolved_at IS NULL) AS open_alerts,
  (SELECT count(*) FROM alerts WHERE resolved_at IS NULL AND severity = 'critical') AS critical_alerts,
  (SELECT count(*) FROM approvals WHERE status = 'pending') AS pending_approvals,
  (SELECT count(*) FROM outbox WHERE state IN ('pending', 'inflight', 'unknown')) AS open_tasks;
