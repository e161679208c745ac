-- name: view_products
-- $1 limit, $2 $3 cursor, $4 ids, $5 status, $6 part of the title
SELECT id, status, title, description, category, sources, supplier_ref, supplier_price_minor || ' ' || supplier_currency AS supplier_price,
  market_price_minor || ' ' || market_currency AS market_price, selling_price_minor || ' ' || selling_currency AS selling_price,
  images, rating_milli, reviews, keywords, demand_score, competition, trend_pct, score_milli, score_parts, reasons, landing_url,
  scouted_at, qualified_at, last_seen_at, creatives_ready_at, updated_at
FROM products
WHERE ($2::timestamptz IS NULL OR (scouted_at, id) < ($2, $3::text)) AND ($4::text[] IS NULL OR id = ANY ($4))
  AND ($5::text = '' OR status = $5) AND ($6::text = '' OR strpos(lower(title), lower($6)) > 0)
ORDER BY scouted_at DESC, id DESC LIMIT $1;

-- name: view_creatives
-- $1 limit, $2 $3 cursor, $4 ids, $5 status, $6 product
SELECT c.id, c.product_id, coalesce(p.title, '') AS product_title, c.status, c.language, c.style, c.headline, c.body, c.action,
  c.pain_points, c.media_url, c.created_at, c.updated_at, (SELECT count(*) FROM ads a WHERE a.creative_id = c.id) AS ads
FROM creatives c LEFT JOIN products p ON p.id = c.product_id
WHERE ($2::timestamptz IS NULL OR (c.created_at, c.id) < ($2, $3::text)) AND ($4::text[] IS NULL OR c.id = ANY ($4))
  AND ($5::text = '' OR c.status = $5) AND ($6::text = '' OR c.product_id = $6)
ORDER BY c.created_at DESC, c.id DESC LIMIT $1;

-- name: view_blacklist
-- $1 limit, $2 $3 cursor, $4 kind
SELECT kind, term, reason, added_by AS by, at FROM blacklist
WHERE ($2::timestamptz IS NULL OR (at, kind || '/' || term) < ($2, $3::text)) AND ($4::text = '' OR kind = $4)
ORDER BY at DESC, kind || '/' || term DESC LIMIT $1;

-- name: view_orders
-- $1 limit, $2 $3 cursor, $4 ids, $5 status, $6 campaign, $7 product, $8 from, $9 before, $10 part of a title, an e-mail or a number
SELECT o.id, o.shop, o.external_id, o.status, o.customer_id, o.email, o.total_minor || ' ' || o.currency AS total,
  o.refunded_minor || ' ' || o.currency AS refunded, o.supplier_cost_minor || ' ' || o.supplier_currency AS supplier_cost, o.product_id,
  coalesce(p.title, '') AS product_title, o.campaign_id, o.ad_id, o.utm, o.items, o.supplier_order_id, o.tracking_code, o.country,
  o.placed_at, o.updated_at, o.test
FROM orders o LEFT JOIN products p ON p.id = o.product_id
WHERE ($2::timestamptz IS NULL OR (o.placed_at, o.id) < ($2, $3::text)) AND ($4::text[] IS NULL OR o.id = ANY ($4))
  AND ($5::text = '' OR o.status = $5) AND ($6::text = '' OR o.campaign_id = $6) AND ($7::text = '' OR o.product_id = $7)
  AND ($8::timestamptz IS NULL OR o.placed_at >= $8) AND ($9::timestamptz IS NULL OR o.placed_at < $9)
  AND ($10::text = '' OR strpos(lower(coalesce(p.title, '')), lower($10)) > 0 OR strpos(lower(o.email), lower($10)) > 0
    OR strpos(lower(concat_ws(' ', o.id, o.external_id, o.tracking_code, o.country)), lower($10)) > 0)
ORDER BY o.placed_at DESC, o.id DESC LIMIT $1;

-- name: view_customers
-- $1 limit, $2 $3 cursor, $4 part of a name or e-mail
SELECT id, email, name, phone, country, orders, ltv_minor || ' ' || currency AS ltv, tags, first_seen_at, last_seen_at
FROM customers
WHERE ($2::timestamptz IS NULL OR (last_seen_at, id) < ($2, $3::text))
  AND ($4::text = '' OR strpos(lower(name), lower($4)) > 0 OR strpos(lower(email), lower($4)) > 0)
ORDER BY last_seen_at DESC, id DESC LIMIT $1;

-- name: view_customers_by_ltv
-- The same, the most valuable first; $2 is the value of the cursor's row in minor units, below 0 for none
SELECT id, email, name, phone, country, orders, ltv_minor || ' ' || currency AS ltv, tags, first_seen_at, last_seen_at
FROM customers
WHERE ($2::bigint < 0 OR (ltv_minor, id) < ($2, $3::text))
  AND ($4::text = '' OR strpos(lower(name), lower($4)) > 0 OR strpos(lower(email), lower($4)) > 0)
ORDER BY ltv_minor DESC, id DESC LIMIT $1;

-- name: view_alerts
-- $1 limit, $2 $3 cursor, $4 ids, $5 status, $6 kind, $7 now or NULL, $8 kinds whose critical alerts are never quiet
SELECT id, kind, severity, subject, title, detail, count, first_at, last_at, acknowledged_at, acknowledged_by, resolved_at, muted_until
FROM alerts a CROSS JOIN LATERAL (
  SELECT max(m.until) AS muted_until FROM alert_mutes m
  WHERE m.ended_at IS NULL AND m.until > $7 AND (m.kind = '' OR m.kind = a.kind) AND (m.subject = '' OR m.subject = a.subject)
    AND NOT (a.severity = 'critical' AND a.kind = ANY ($8::text[]))) m
WHERE ($2::timestamptz IS NULL OR (last_at, id) < ($2, $3::text)) AND ($4::text[] IS NULL OR id = ANY ($4))
  AND ($5::text = '' OR $5 = 'open' AND resolved_at IS NULL AND muted_until IS NULL OR $5 = 'resolved' AND resolved_at IS NOT NULL
       OR $5 = 'unacknowledged' AND resolved_at IS NULL AND acknowledged_at IS NULL AND muted_until IS NULL
       OR $5 = 'muted' AND resolved_at IS NULL AND muted_until IS NOT NULL)
  AND ($6::text = '' OR kind = $6)
ORDER BY last_at DESC, id DESC LIMIT $1;

-- name: muted_alerts
-- $1 now, $2 kinds whose critical alerts are never quiet
SELECT count(*), count(*) FILTER (WHERE severity = 'critical') FROM alerts a
WHERE resolved_at IS NULL AND NOT (a.severity = 'critical' AND a.kind = ANY ($2::text[])) AND EXISTS (
  SELECT FROM alert_mutes m
  WHERE m.ended_at IS NULL AND m.until > $1 AND (m.kind = '' OR m.kind = a.kind) AND (m.subject = '' OR m.subject = a.subject));

-- name: view_mutes
SELECT id, kind, subject, until, reason, by_whom AS by, created_at FROM alert_mutes WHERE ended_at IS NULL AND until > $1 ORDER BY until, id;

-- name: mute_add
INSERT INTO alert_mutes (id, kind, subject, until, reason, by_whom, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING;

-- name: mute_end
UPDATE alert_mutes SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL;

-- name: view_approvals
-- $1 limit, $2 $3 cursor, $4 status, $5 subject, $6 id or ''
SELECT id, subject, kind, status, summary, why, amount_minor || ' ' || currency AS amount, manifest, details, coalesce(details->'changes', '[]') AS changes, proposed_by, decided_by, reason,
  requested_at, expires_at, decided_at, used_at, false AS step_up
FROM approvals
WHERE ($2::timestamptz IS NULL OR (requested_at, id) < ($2, $3::text)) AND ($4::text = '' OR status = $4) AND ($5::text = '' OR subject = $5)
  AND ($6::text = '' OR id = $6)
ORDER BY requested_at DESC, id DESC LIMIT $1;

-- name: view_reports
-- $1 limit, $2 $3 cursor, $4 kind
SELECT kind, date::text AS date, text, at FROM reports
WHERE ($2::timestamptz IS NULL OR (date, kind) < ($2::date, $3::text)) AND ($4::text = '' OR kind = $4)
ORDER BY date DESC, kind DESC LIMIT $1;

-- name: view_report
SELECT kind, date::text AS date, text, at, body FROM reports WHERE kind = $1 AND date = $2::date;

-- name: view_audit
-- $1 limit, $2 cursor, $3 subject, $4 action ('story': all but what couriers note of calls, and the treasurer of what campaigns note too), $5 actor or its kind, $6 people or agent, $7 part of a text, $8 from, $9 before
SELECT seq, at, actor, action, subject, reason, expected, figures, by_whom AS by, encode(hash, 'hex') AS hash FROM audit_log
WHERE ($2::bigint = 0 OR seq < $2) AND ($3::text = '' OR subject = $3) AND ($4::text = '' OR action = $4 OR $4 = 'story' AND actor NOT LIKE 'courier/%' AND NOT (actor LIKE 'treasurer/%' AND action LIKE 'budget\_%')) AND ($5::text = '' OR actor = $5 OR starts_with(actor, $5 || '/'))
  AND ($6::text = '' OR ($6 = 'people') = (by_whom <> '')) AND ($8::timestamptz IS NULL OR at >= $8) AND ($9::timestamptz IS NULL OR at < $9)
  AND ($7::text = '' OR strpos(lower(reason), lower($7)) > 0 OR strpos(lower(expected), lower($7)) > 0 OR strpos(lower(by_whom), lower($7)) > 0)
ORDER BY seq DESC LIMIT $1;

-- name: view_tasks
-- $1 limit, $2 cursor, $3 state, $4 courier, $5 subject
SELECT id, seq, courier, kind, subject, state, attempts, next_attempt_at, last_error, created_at, updated_at FROM outbox
WHERE ($2::bigint = 0 OR seq < $2) AND ($3::text = '' OR state = $3 OR $3 = 'open' AND state IN ('pending', 'inflight', 'unknown')
    OR $3 = 'dead' AND state IN ('refused', 'failed') AND dismissed_at IS NULL)
  AND ($4::text = '' OR courier = $4) AND ($5::text = '' OR subject = $5)
ORDER BY seq DESC LIMIT $1;

-- name: view_control
SELECT frozen, by_whom AS by, reason, at FROM control;
