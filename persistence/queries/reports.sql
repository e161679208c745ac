-- name: report_ads
SELECT coalesce(sum(impressions), 0)::bigint, coalesce(sum(clicks), 0)::bigint, coalesce(sum(conversions), 0)::bigint,
       coalesce(sum(spend_minor), 0)::bigint, coalesce(sum(revenue_minor), 0)::bigint,
       coalesce(sum(shop_orders), 0)::bigint, coalesce(sum(shop_revenue_minor), 0)::bigint, coalesce(sum(cost_minor), 0)::bigint,
       coalesce(sum(refunds_minor), 0)::bigint
FROM mv_daily_metrics WHERE day >= $1::date AND day < $2::date AND currency = $3;

-- name: report_products
SELECT count(*) FILTER (WHERE scouted_at >= $1 AND scouted_at < $2),
       count(*) FILTER (WHERE qualified_at >= $1 AND qualified_at < $2 AND status <> 'rejected'),
       count(*) FILTER (WHERE qualified_at >= $1 AND qualified_at < $2 AND status = 'rejected')
FROM products;

-- name: report_statuses
SELECT status, count(*) FROM campaigns GROUP BY status ORDER BY status;

-- name: report_verdicts
-- Every decision is one audit entry; its verdict is among the figures.
SELECT figures->>'verdict', count(*) FROM audit_log
WHERE action = 'campaign_decided' AND at >= $1 AND at < $2 GROUP BY 1 ORDER BY 1;

-- name: report_product_figures
WITH sold AS (
  SELECT product_id, count(*) AS orders, sum(total_minor) AS revenue, sum(supplier_cost_minor) AS cost, sum(refunded_minor) AS refunds
  FROM orders WHERE placed_at >= $1 AND placed_at < $2 AND product_id <> '' AND NOT test AND status <> 'cancelled' AND currency = $3
  GROUP BY product_id
), spent AS (
  SELECT product_id, sum(spend_minor) AS spend FROM analytics
  WHERE day >= $1::date AND day < $2::date AND currency = $3 GROUP BY product_id
)
SELECT p.id, p.title, p.status, coalesce(s.orders, 0)::bigint, coalesce(s.revenue, 0)::bigint, coalesce(s.cost, 0)::bigint,
       coalesce(s.refunds, 0)::bigint, coalesce(a.spend, 0)::bigint
FROM products p LEFT JOIN sold s ON s.product_id = p.id LEFT JOIN spent a ON a.product_id = p.id
WHERE s.product_id IS NOT NULL OR a.product_id IS NOT NULL OR p.status = 'live'
ORDER BY p.id;

-- name: report_campaign_figures
WITH ran AS (
  SELECT campaign_id, sum(impressions) AS impressions, sum(clicks) AS clicks, sum(conversions) AS conversions,
         sum(spend_minor) AS spend, sum(revenue_minor) AS revenue
  FROM analytics WHERE day >= $1::date AND day < $2::date AND currency = $3 GROUP BY campaign_id
)
SELECT c.id, c.name, c.platform, c.status, c.verdict, coalesce(r.impressions, 0)::bigint, coalesce(r.clicks, 0)::bigint,
       coalesce(r.conversions, 0)::bigint, coalesce(r.spend, 0)::bigint, coalesce(r.revenue, 0)::bigint
FROM campaigns c LEFT JOIN ran r ON r.campaign_id = c.id
WHERE r.campaign_id IS NOT NULL OR c.status IN ('active', 'testing', 'scaling', 'paused')
ORDER BY c.id;

-- name: report_budget
-- Account days are the account's; a report's days are UTC. The two differ by hours, which is said in the report's documentation.
SELECT coalesce(sum(nominal_minor), 0)::bigint, coalesce(sum(charged_minor), 0)::bigint
FROM reservations WHERE day >= $1::date AND day < $2::date AND currency = $3;

-- name: report_pulse
SELECT coalesce(sum(spend_minor), 0)::bigint, coalesce(sum(conversions), 0)::bigint, count(DISTINCT hour) FILTER (WHERE spend_minor > 0)
FROM analytics WHERE hour >= $1 AND hour < $2 AND currency = $3;

-- name: report_pulse_orders
SELECT count(*), coalesce(sum(total_minor - refunded_minor), 0)::bigint
FROM orders WHERE placed_at >= $1 AND placed_at < $2 AND NOT test AND status <> 'cancelled' AND currency = $3;
