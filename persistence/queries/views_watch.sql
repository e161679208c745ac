-- name: view_search
-- $1 what, in small letters, $2 kinds, $3 how many of each
WITH hits AS (
  (SELECT 'campaign' AS kind, c.id, coalesce(p.title, c.name) AS title, c.platform AS note, c.status, c.created_at AS at,
     CASE WHEN lower($1) IN (lower(c.id), c.external_id) THEN 0 WHEN starts_with(lower(coalesce(p.title, c.name)), $1) THEN 1 ELSE 2 END AS rank
   FROM campaigns c LEFT JOIN products p ON p.id = c.product_id
   WHERE 'campaign' = ANY ($2::text[]) AND (strpos(lower(coalesce(p.title, '')), $1::text) > 0 OR strpos(lower(c.name), $1) > 0 OR starts_with(lower(c.id), $1) OR c.external_id = $1)
   ORDER BY rank, c.created_at DESC, c.id LIMIT $3)
  UNION ALL
  (SELECT 'product', p.id, p.title, p.category, p.status, p.scouted_at,
     CASE WHEN $1 IN (lower(p.id), lower(p.supplier_ref)) THEN 0 WHEN starts_with(lower(p.title), $1) THEN 1 ELSE 2 END AS rank
   FROM products p WHERE 'product' = ANY ($2) AND (strpos(lower(p.title), $1) > 0 OR starts_with(lower(p.id), $1) OR lower(p.supplier_ref) = $1)
   ORDER BY rank, p.scouted_at DESC, p.id LIMIT $3)
  UNION ALL
  (SELECT 'order', o.id, o.external_id, coalesce(p.title, ''), o.status, o.placed_at,
     CASE WHEN $1 IN (lower(o.id), lower(o.external_id), lower(o.tracking_code), lower(o.supplier_order_id)) THEN 0 ELSE 2 END AS rank
   FROM orders o LEFT JOIN products p ON p.id = o.product_id
   WHERE 'order' = ANY ($2) AND (starts_with(lower(o.external_id), ltrim($1, '#')) OR starts_with(lower(o.id), $1) OR lower(o.tracking_code) = $1 OR lower(o.supplier_order_id) = $1
     OR 'customer' = ANY ($2) AND starts_with(lower(o.email), $1))
   ORDER BY rank, o.placed_at DESC, o.id LIMIT $3)
  UNION ALL
  (SELECT 'customer', c.id, coalesce(nullif(c.name, ''), c.email), c.email, c.country, c.last_seen_at,
     CASE WHEN $1 IN (lower(c.id), lower(c.email)) THEN 0 WHEN starts_with(lower(c.name), $1) THEN 1 ELSE 2 END AS rank
   FROM customers c WHERE 'customer' = ANY ($2) AND (strpos(lower(c.name), $1) > 0 OR strpos(lower(c.email), $1) > 0 OR starts_with(lower(c.id), $1))
   ORDER BY rank, c.last_seen_at DESC, c.id LIMIT $3)
  UNION ALL
  (SELECT 'creative', c.id, c.headline, coalesce(p.title, ''), c.status, c.created_at,
     CASE WHEN $1 = lower(c.id) THEN 0 WHEN starts_with(lower(c.headline), $1) THEN 1 ELSE 2 END AS rank
   FROM creatives c LEFT JOIN products p ON p.id = c.product_id
   WHERE 'creative' = ANY ($2) AND (strpos(lower(c.headline), $1) > 0 OR starts_with(lower(c.id), $1))
   ORDER BY rank, c.created_at DESC, c.id LIMIT $3)
  UNION ALL
  (SELECT 'effect', o.id, o.kind, o.courier, o.state, o.created_at, CASE WHEN $1 IN (lower(o.id), o.external_id) THEN 0 ELSE 2 END AS rank
   FROM outbox o WHERE 'effect' = ANY ($2) AND length($1) > 4 AND (starts_with(o.id, $1) OR o.subject = $1)
   ORDER BY rank, o.seq DESC LIMIT $3)
  UNION ALL
  (SELECT 'audit', a.seq::text, a.action, a.subject, '', a.at, 0
   FROM audit_log a WHERE 'audit' = ANY ($2) AND a.seq = CASE WHEN $1 ~ '^#?[0-9]{1,15}$' THEN ltrim($1, '#')::bigint END)
)
SELECT kind, id, title, note, status, at FROM hits ORDER BY rank, array_position($2, kind), at DESC NULLS LAST, id;

-- name: view_task
-- $1 id
SELECT o.id, o.seq, o.courier, o.kind, o.subject, o.state, o.attempts, o.next_attempt_at, o.last_error, o.created_at, o.updated_at,
  o.reply_kind || '/' || o.reply_id AS from, o.raises, o.dismissed_at, o.dismissed_by, o.payload_type, o.payload, o.receipt,
  o.entity, o.external_id AS names, coalesce(w.level, '') AS level, coalesce(w.external_id, '') AS won, coalesce(w.effect_id = o.id, false) AS made,
  o.grant_day::text AS grant_day, o.grant_until, coalesce(o.grant_minor, 0) || ' ' || o.grant_currency AS grant_amount, o.reservation_id,
  coalesce(r.id, '') AS held_id, coalesce(r.state, '') AS held_state, coalesce(r.nominal_minor || ' ' || r.currency, '0 ' || o.grant_currency) AS held,
  o.approval_id, o.manifest, coalesce(a.status, '') AS approval_status, coalesce(a.decided_by, '') AS decided_by, a.decided_at
FROM outbox o
LEFT JOIN platform_winners w ON w.plan = o.subject AND w.entity = o.entity
LEFT JOIN reservations r ON o.raises AND r.campaign_id = o.subject AND r.platform = o.courier AND r.day = o.grant_day
LEFT JOIN approvals a ON a.id = o.approval_id
WHERE o.id = $1
ORDER BY r.state = 'outstanding' DESC, r.at DESC LIMIT 1;

-- name: view_task_history
-- $1 effect, $2 its subject: what was noted of it, oldest first
SELECT seq, at, actor, action, subject, reason, expected, figures, by_whom AS by, encode(hash, 'hex') AS hash FROM audit_log
WHERE subject = $2 AND figures->>'effect' = $1 OR subject = $1 ORDER BY seq LIMIT 200;
