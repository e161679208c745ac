-- name: journal_audit
SELECT seq::text || ' ' || encode(hash, 'hex') FROM audit_log ORDER BY seq;

-- name: journal_text
SELECT concat_ws(' | ', seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), actor, action, subject, reason, expected, figures::text, by_whom)
FROM audit_log ORDER BY seq;

-- name: journal_reservations
SELECT concat_ws('|', id, purse, campaign_id, platform, day, week, nominal_minor, worst_case_minor, charged_minor, currency, state, at)
FROM reservations ORDER BY id COLLATE "C";

-- name: journal_postings
SELECT concat_ws('|', id, purse, reservation_id, kind, debit, credit, amount_minor, currency, at) FROM postings ORDER BY id COLLATE "C";

-- name: journal_windows
SELECT concat_ws('|', purse, kind, starts, cap_minor, reserved_minor, charged_minor, overspend_minor, currency)
FROM purse_window ORDER BY purse COLLATE "C", kind COLLATE "C", starts;

-- name: journal_orders
SELECT concat_ws('|', id, shop, external_id, status, customer_id, email, total_minor, refunded_minor, currency, supplier_cost_minor,
  supplier_currency, product_id, campaign_id, ad_id, utm, items, supplier_order_id, tracking_code, country, placed_at, updated_at, test, phone)
FROM orders ORDER BY id COLLATE "C";

-- name: journal_days
SELECT concat_ws('|', day, currency, impressions, clicks, conversions, spend_minor, revenue_minor, shop_orders, shop_revenue_minor,
  cost_minor, refunds_minor)
FROM mv_daily_metrics ORDER BY day, currency COLLATE "C";

-- name: audit_from
SELECT seq, at, actor, action, subject, reason, expected, figures::text, by_whom, prev_hash, hash FROM audit_log WHERE seq >= $1 ORDER BY seq;

-- name: audit_head
SELECT seq, hash FROM audit_head;

-- name: audit_hashes
SELECT seq, hash FROM audit_log WHERE seq = ANY ($1);
