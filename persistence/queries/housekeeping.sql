-- name: purge_analytics
DELETE FROM analytics WHERE day < ($1::timestamptz AT TIME ZONE 'UTC')::date;

-- name: purge_live_event
DELETE FROM live_event WHERE at < greatest($1, (SELECT at - interval '2 days' FROM live_event ORDER BY seq DESC LIMIT 1));

-- name: purge_budget_answers
DELETE FROM budget_answers WHERE at < greatest($1, (SELECT max(at) - interval '2 days' FROM budget_answers));

-- name: purge_webhook_inbox
DELETE FROM webhook_inbox WHERE handled_at < $1;

-- name: purge_outbox
DELETE FROM outbox WHERE state IN ('done', 'refused', 'failed') AND updated_at < $1;

-- name: purge_alerts
DELETE FROM alerts WHERE resolved_at IS NOT NULL AND last_at < $1;

-- name: purge_scout_runs
DELETE FROM scout_runs WHERE started_at < $1;

-- name: purge_sessions
DELETE FROM sessions WHERE expiry < $1;

-- name: purge_backups
DELETE FROM backups WHERE started_at < $1;

-- name: rollup_days_wrong
WITH kept AS (SELECT max(day) - 8 AS since FROM analytics),
summed AS (
  SELECT day, currency, sum(impressions) AS impressions, sum(clicks) AS clicks, sum(conversions) AS conversions,
    sum(spend_minor) AS spend, sum(revenue_minor) AS revenue
  FROM analytics, kept WHERE day > since GROUP BY day, currency
)
SELECT format('day %s %s: %s/%s/%s/%s/%s kept, %s/%s/%s/%s/%s summed', coalesce(m.day, s.day), coalesce(m.currency, s.currency),
  m.impressions, m.clicks, m.conversions, m.spend_minor, m.revenue_minor, s.impressions, s.clicks, s.conversions, s.spend, s.revenue)
FROM (SELECT m.* FROM mv_daily_metrics m, kept WHERE day > since) m FULL JOIN summed s ON s.day = m.day AND s.currency = m.currency
WHERE (coalesce(m.impressions, 0), coalesce(m.clicks, 0), coalesce(m.conversions, 0), coalesce(m.spend_minor, 0), coalesce(m.revenue_minor, 0))
  <> (coalesce(s.impressions, 0), coalesce(s.clicks, 0), coalesce(s.conversions, 0), coalesce(s.spend, 0), coalesce(s.revenue, 0))
ORDER BY 1 LIMIT 20;

-- name: rollup_campaigns_wrong
WITH kept AS (SELECT min(hour) AS since, extract(dow FROM max(day))::integer AS turn FROM analytics),
chosen AS (
  SELECT m.* FROM mv_campaign_performance m, kept
  WHERE m.first_hour >= kept.since AND get_byte(sha256(m.campaign_id::bytea), 0) % 7 = kept.turn
)
SELECT format('campaign %s %s: %s/%s/%s/%s/%s kept, %s/%s/%s/%s/%s summed', m.campaign_id, m.currency,
  m.impressions, m.clicks, m.conversions, m.spend_minor, m.revenue_minor, s.impressions, s.clicks, s.conversions, s.spend, s.revenue)
FROM chosen m CROSS JOIN LATERAL (
  SELECT coalesce(sum(impressions), 0) AS impressions, coalesce(sum(clicks), 0) AS clicks, coalesce(sum(conversions), 0) AS conversions,
    coalesce(sum(spend_minor), 0) AS spend, coalesce(sum(revenue_minor), 0) AS revenue
  FROM analytics a WHERE a.campaign_id = m.campaign_id AND a.currency = m.currency
) s
WHERE (m.impressions, m.clicks, m.conversions, m.spend_minor, m.revenue_minor) <> (s.impressions, s.clicks, s.conversions, s.spend, s.revenue)
ORDER BY 1 LIMIT 20;

-- name: backup_insert
INSERT INTO backups (started_at, finished_at, path, bytes, sha256, objects, error) VALUES ($1, $2, $3, $4, $5, $6, $7);
