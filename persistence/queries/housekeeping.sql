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

-- name: purge_login_places
DELETE FROM login_places WHERE greatest(trusted_at, failed_at) < $1;

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

-- name: ledger_wrong
-- The purse added up again out of its postings: what each reservation and each window says otherwise. Every posting holds both of its
-- sides in one row, so their sum is zero by itself; what can differ is what was derived from them.
WITH entries AS (
  SELECT purse, reservation_id, currency, debit AS account, amount_minor FROM postings
  UNION ALL
  SELECT purse, reservation_id, currency, credit, -amount_minor FROM postings
),
booked AS (
  SELECT purse, reservation_id, currency,
    coalesce(sum(amount_minor) FILTER (WHERE account LIKE 'platform:%:charged'), 0) AS charged,
    coalesce(sum(amount_minor) FILTER (WHERE account LIKE 'campaign:%:held'), 0) AS held
  FROM entries WHERE account LIKE 'platform:%:charged' OR account LIKE 'campaign:%:held' GROUP BY purse, reservation_id, currency
),
weeks AS (SELECT DISTINCT purse, day, week FROM reservations),
relieved AS (
  SELECT e.purse, w.day, w.week, -sum(e.amount_minor) AS relief
  FROM entries e JOIN weeks w ON w.purse = e.purse AND w.day = split_part(e.account, ':', 3)::date
  WHERE e.account LIKE 'ceiling:%' GROUP BY e.purse, w.day, w.week
),
holdings AS (
  SELECT r.purse, r.day, r.week, b.held AS reserved, b.charged FROM reservations r JOIN booked b ON b.reservation_id = r.id
  UNION ALL
  SELECT purse, day, week, -relief, 0 FROM relieved
),
windows AS (
  SELECT purse, 'day' AS kind, day AS starts, sum(reserved) AS reserved, sum(charged) AS charged FROM holdings GROUP BY purse, day
  UNION ALL
  SELECT purse, 'week', week, sum(reserved), sum(charged) FROM holdings GROUP BY purse, week
)
SELECT wrong FROM (
  SELECT format('reservation %s of %s on %s: %s charged and %s held are posted, it is %s with %s charged of at most %s',
    coalesce(r.id, b.reservation_id), r.campaign_id, r.day, coalesce(b.charged, 0), coalesce(b.held, 0), coalesce(r.state, 'missing'), r.charged_minor,
    r.worst_case_minor) AS wrong
  FROM reservations r FULL JOIN booked b ON b.reservation_id = r.id AND b.purse = r.purse AND b.currency = r.currency
  WHERE r.id IS NULL OR coalesce(b.charged, 0) <> r.charged_minor
    OR coalesce(b.held, 0) <> CASE r.state WHEN 'outstanding' THEN greatest(0, r.worst_case_minor - r.charged_minor) ELSE 0 END
  UNION ALL
  SELECT format('%s %s of %s: %s reserved and %s charged are kept, %s and %s are posted', coalesce(k.kind, w.kind), coalesce(k.starts, w.starts),
    coalesce(k.purse, w.purse), k.reserved_minor, k.charged_minor, coalesce(w.reserved, 0), coalesce(w.charged, 0))
  FROM purse_window k FULL JOIN windows w ON w.purse = k.purse AND w.kind = k.kind AND w.starts = k.starts
  WHERE (coalesce(k.reserved_minor, 0), coalesce(k.charged_minor, 0)) <> (coalesce(w.reserved, 0), coalesce(w.charged, 0))
) x ORDER BY wrong LIMIT 20;
