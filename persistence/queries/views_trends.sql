-- name: view_window_days
-- $1 first day, $2 last day
SELECT purse, kind, starts::text AS starts, cap_minor || ' ' || currency AS cap,
  reserved_minor || ' ' || currency AS reserved, charged_minor || ' ' || currency AS charged, overspend_minor || ' ' || currency AS overspend,
  greatest(0, cap_minor - reserved_minor - charged_minor) || ' ' || currency AS free
FROM purse_window WHERE starts BETWEEN $1::date AND $2::date ORDER BY starts, kind, purse;

-- name: view_campaign_days
-- $1 first day, $2 last day, $3 currency
SELECT campaign_id, day::text AS day, sum(impressions)::bigint AS impressions, sum(clicks)::bigint AS clicks, sum(conversions)::bigint AS conversions,
  sum(spend_minor)::bigint || ' ' || $3::text AS spend, sum(revenue_minor)::bigint || ' ' || $3 AS revenue
FROM analytics WHERE day BETWEEN $1::date AND $2::date AND currency = $3
GROUP BY campaign_id, day ORDER BY campaign_id, day;
