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
FROM analytics WHERE day >= ($1::timestamptz AT TIME ZONE 'UTC')::date AND hour >= $1 AND hour < $2 AND currency = $3;

-- name: report_pulse_orders
SELECT count(*), coalesce(sum(total_minor - refunded_minor), 0)::bigint
FROM orders WHERE placed_at >= $1 AND placed_at < $2 AND NOT test AND status <> 'cancelled' AND currency = $3;

-- name: simulated_counts
SELECT (SELECT count(*) FROM products), (SELECT count(*) FROM products WHERE status = 'rejected'), (SELECT count(*) FROM campaigns),
       (SELECT coalesce(sum(greatest(attempts - 1, 0)), 0)::bigint FROM outbox);

-- name: simulated_creatives
SELECT status, count(*) FROM creatives GROUP BY status ORDER BY status;

-- name: simulated_days
-- A campaign is active on a day on which it spent.
SELECT to_char(d.day, 'YYYY-MM-DD'), d.impressions, d.clicks, d.spend_minor, d.shop_revenue_minor,
       (SELECT count(DISTINCT a.campaign_id) FROM analytics a WHERE a.day = d.day AND a.spend_minor > 0)
FROM mv_daily_metrics d WHERE d.currency = $1 ORDER BY d.day;

-- name: simulated_break_even
-- The days from a product's first spend to the first day by which its shop revenue less refunds, supplier and ads was not negative.
WITH spent AS (
  SELECT product_id, day, sum(spend_minor) AS spend FROM analytics WHERE currency = $1 GROUP BY product_id, day
), sold AS (
  SELECT product_id, (placed_at AT TIME ZONE 'UTC')::date AS day, sum(total_minor - refunded_minor - supplier_cost_minor) AS left_over
  FROM orders WHERE product_id <> '' AND NOT test AND status <> 'cancelled' AND currency = $1 GROUP BY 1, 2
), balance AS (
  SELECT product_id, day, sum(coalesce(left_over, 0) - coalesce(spend, 0)) OVER (PARTITION BY product_id ORDER BY day) AS total,
         min(day) FILTER (WHERE spend > 0) OVER (PARTITION BY product_id) AS first
  FROM spent FULL JOIN sold USING (product_id, day)
), even AS (
  SELECT product_id, min(day - first) + 1 AS days FROM balance WHERE total >= 0 AND day >= first GROUP BY product_id
)
SELECT coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY days), 0)::bigint FROM even;
