-- name: view_campaigns
-- $1 limit, $2 $3 cursor, $4 ids, $5 status, $6 platform, $7 product, $8 part of a name, $9 currency
SELECT c.id, c.product_id, coalesce(p.title, '') AS product_title, c.platform, c.name, c.status, c.verdict, c.reason, c.external_id, c.mode,
  c.initial_budget_minor || ' ' || c.currency AS initial_budget, c.daily_budget_minor || ' ' || c.currency AS daily_budget,
  c.countries, c.bid_strategy, c.created_at, c.activated_at, c.ended_at, c.updated_at,
  coalesce(m.impressions, 0) AS impressions, coalesce(m.clicks, 0) AS clicks, coalesce(m.conversions, 0) AS conversions,
  coalesce(m.spend_minor, 0) || ' ' || $9::text AS spend, coalesce(m.revenue_minor, 0) || ' ' || $9 AS revenue,
  coalesce(m.shop_orders, 0) AS shop_orders, coalesce(m.shop_revenue_minor, 0) || ' ' || $9 AS shop_revenue,
  coalesce(m.cost_minor, 0) || ' ' || $9 AS supplier_cost, coalesce(m.refunds_minor, 0) || ' ' || $9 AS refunds,
  coalesce(m.shop_revenue_minor - m.cost_minor - m.refunds_minor - m.spend_minor, 0) || ' ' || $9 AS profit,
  m.roas::text AS roas, m.ctr::text AS ctr, m.cvr::text AS cvr,
  round(m.cpa_minor)::bigint || ' ' || $9 AS cpa, round(m.aov_minor)::bigint || ' ' || $9 AS aov
FROM campaigns c
LEFT JOIN products p ON p.id = c.product_id
LEFT JOIN mv_campaign_performance m ON m.campaign_id = c.id AND m.currency = $9
WHERE ($2::timestamptz IS NULL OR (c.created_at, c.id) < ($2, $3::text))
  AND ($4::text[] IS NULL OR c.id = ANY ($4))
  AND ($5::text = '' OR c.status = $5 OR $5 = 'open' AND c.status NOT IN ('ended', 'error'))
  AND ($6::text = '' OR c.platform = $6) AND ($7::text = '' OR c.product_id = $7)
  AND ($8::text = '' OR strpos(lower(c.name), lower($8)) > 0 OR strpos(lower(p.title), lower($8)) > 0)
ORDER BY c.created_at DESC, c.id DESC LIMIT $1;

-- name: view_ad_sets
WITH s AS (
  SELECT ad_set_id, sum(impressions) AS i, sum(clicks) AS k, sum(conversions) AS n, sum(spend_minor) AS s, sum(revenue_minor) AS r
  FROM analytics WHERE campaign_id = $1 AND currency = $2 GROUP BY ad_set_id
)
SELECT a.id, a.campaign_id, a.name, a.status, a.external_id, a.audience, a.countries,
  a.daily_budget_minor || ' ' || a.currency AS daily_budget, a.created_at,
  coalesce(i, 0)::bigint AS impressions, coalesce(k, 0)::bigint AS clicks, coalesce(n, 0)::bigint AS conversions,
  coalesce(s.s, 0)::bigint || ' ' || $2::text AS spend, coalesce(r, 0)::bigint || ' ' || $2 AS revenue,
  round(r / nullif(s.s, 0), 4)::text AS roas, round(k / nullif(i, 0), 6)::text AS ctr, round(n / nullif(k, 0), 6)::text AS cvr,
  round(s.s / nullif(n, 0))::bigint || ' ' || $2 AS cpa
FROM ad_sets a LEFT JOIN s ON s.ad_set_id = a.id
WHERE a.campaign_id = $1 ORDER BY a.created_at, a.id;

-- name: view_ads
-- $1 campaign or '', $2 currency, $3 creative or ''
WITH chosen AS (
  SELECT * FROM ads WHERE $1::text <> '' AND campaign_id = $1 OR $3::text <> '' AND creative_id = $3
), s AS (
  SELECT ad_id, sum(impressions) AS i, sum(clicks) AS k, sum(conversions) AS n, sum(spend_minor) AS s, sum(revenue_minor) AS r
  FROM analytics WHERE ad_id IN (SELECT id FROM chosen) AND currency = $2 GROUP BY ad_id
)
SELECT a.id, a.ad_set_id, a.campaign_id, a.creative_id, coalesce(t.headline, '') AS headline, coalesce(t.media_url, '') AS media_url,
  a.status, a.external_id, a.created_at,
  coalesce(i, 0)::bigint AS impressions, coalesce(k, 0)::bigint AS clicks, coalesce(n, 0)::bigint AS conversions,
  coalesce(s.s, 0)::bigint || ' ' || $2::text AS spend, coalesce(r, 0)::bigint || ' ' || $2 AS revenue,
  round(r / nullif(s.s, 0), 4)::text AS roas, round(k / nullif(i, 0), 6)::text AS ctr, round(n / nullif(k, 0), 6)::text AS cvr,
  round(s.s / nullif(n, 0))::bigint || ' ' || $2 AS cpa
FROM chosen a LEFT JOIN s ON s.ad_id = a.id LEFT JOIN creatives t ON t.id = a.creative_id
ORDER BY a.created_at, a.id LIMIT 200;

-- name: view_ad_totals
-- $1 creative, $2 currency
WITH s AS (
  SELECT sum(impressions) AS i, sum(clicks) AS k, sum(conversions) AS n, sum(spend_minor) AS s, sum(revenue_minor) AS r
  FROM analytics WHERE ad_id IN (SELECT id FROM ads WHERE creative_id = $1) AND currency = $2
)
SELECT coalesce(i, 0)::bigint AS impressions, coalesce(k, 0)::bigint AS clicks, coalesce(n, 0)::bigint AS conversions,
  coalesce(s.s, 0)::bigint || ' ' || $2::text AS spend, coalesce(r, 0)::bigint || ' ' || $2 AS revenue,
  round(r / nullif(s.s, 0), 4)::text AS roas, round(k / nullif(i, 0), 6)::text AS ctr, round(n / nullif(k, 0), 6)::text AS cvr,
  round(s.s / nullif(n, 0))::bigint || ' ' || $2 AS cpa
FROM s;

-- name: view_ad_days
WITH s AS (
  SELECT day, sum(impressions) AS i, sum(clicks) AS k, sum(conversions) AS n, sum(spend_minor) AS s, sum(revenue_minor) AS r
  FROM analytics WHERE campaign_id = $1 AND currency = $2 GROUP BY day
)
SELECT s.day::text AS day, i::bigint AS impressions, k::bigint AS clicks, n::bigint AS conversions,
  s.s::bigint || ' ' || $2::text AS spend, r::bigint || ' ' || $2 AS revenue,
  round(r / nullif(s.s, 0), 4)::text AS roas, round(k / nullif(i, 0), 6)::text AS ctr, round(n / nullif(k, 0), 6)::text AS cvr,
  round(s.s / nullif(n, 0))::bigint || ' ' || $2 AS cpa
FROM s ORDER BY s.day DESC LIMIT 120;

-- name: view_windows
SELECT DISTINCT ON (kind) purse, kind, starts::text AS starts, cap_minor || ' ' || currency AS cap,
  reserved_minor || ' ' || currency AS reserved, charged_minor || ' ' || currency AS charged, overspend_minor || ' ' || currency AS overspend,
  greatest(0, cap_minor - reserved_minor - charged_minor) || ' ' || currency AS free
FROM purse_window ORDER BY kind, starts DESC, purse;

-- name: view_reservations
-- $1 campaign or '' for all, $2 limit
SELECT id, campaign_id, platform, day::text AS day, nominal_minor || ' ' || currency AS nominal,
  worst_case_minor || ' ' || currency AS worst_case, charged_minor || ' ' || currency AS charged, state, at
FROM reservations WHERE ($1::text = '' AND day >= (SELECT max(day) - 7 FROM reservations) OR campaign_id = $1)
ORDER BY day DESC, at DESC, id LIMIT $2;

-- name: view_postings
SELECT id, reservation_id, kind, debit, credit, amount_minor || ' ' || currency AS amount, at
FROM postings ORDER BY purse, seq DESC LIMIT $1;
