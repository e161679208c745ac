-- name: budget_answers_of
SELECT ask_id, purse, campaign_id, day::text, granted_minor, worst_case_minor, currency, partial, code, text, retry_at, at
FROM budget_answers WHERE ask_id = ANY ($1);

-- name: order_by_id
SELECT id, shop, external_id, status, customer_id, email, total_minor, refunded_minor, currency, supplier_cost_minor, supplier_currency,
  product_id, campaign_id, ad_id, utm, items, supplier_order_id, tracking_code, country, placed_at, updated_at, test, phone,
  refund_ids, shop_updated_at
FROM orders WHERE id = $1;

-- name: product_by_supplier_ref
SELECT id FROM products WHERE supplier_ref = $1 ORDER BY (status = 'live') DESC, scouted_at, id LIMIT 1;

-- name: campaigns_external
SELECT id, external_id FROM campaigns WHERE id = ANY ($1) AND external_id <> '';
