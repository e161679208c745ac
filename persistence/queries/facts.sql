-- name: product_put
INSERT INTO products (id, status, title, description, category, sources, supplier_ref, supplier_price_minor, supplier_currency,
  market_price_minor, market_currency, selling_price_minor, selling_currency, images, rating_milli, reviews, keywords, demand_score,
  competition, trend_pct, score_milli, score_parts, reasons, landing_url, scouted_at, qualified_at, last_seen_at, creatives_ready_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)
ON CONFLICT (id) DO UPDATE SET status = excluded.status, title = excluded.title, description = excluded.description,
  category = excluded.category, sources = excluded.sources, supplier_ref = excluded.supplier_ref,
  supplier_price_minor = excluded.supplier_price_minor, supplier_currency = excluded.supplier_currency,
  market_price_minor = excluded.market_price_minor, market_currency = excluded.market_currency,
  selling_price_minor = excluded.selling_price_minor, selling_currency = excluded.selling_currency, images = excluded.images,
  rating_milli = excluded.rating_milli, reviews = excluded.reviews, keywords = excluded.keywords, demand_score = excluded.demand_score,
  competition = excluded.competition, trend_pct = excluded.trend_pct, score_milli = excluded.score_milli,
  score_parts = excluded.score_parts, reasons = excluded.reasons, landing_url = excluded.landing_url, scouted_at = excluded.scouted_at,
  qualified_at = excluded.qualified_at, last_seen_at = excluded.last_seen_at, creatives_ready_at = excluded.creatives_ready_at,
  updated_at = excluded.updated_at;

-- name: creative_put
INSERT INTO creatives (id, product_id, status, language, style, headline, body, action, pain_points, media_key, media_url, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id) DO UPDATE SET product_id = excluded.product_id, status = excluded.status, language = excluded.language,
  style = excluded.style, headline = excluded.headline, body = excluded.body, action = excluded.action,
  pain_points = excluded.pain_points, media_key = excluded.media_key, media_url = excluded.media_url,
  created_at = excluded.created_at, updated_at = excluded.updated_at;

-- name: scout_run_put
INSERT INTO scout_runs (id, started_at, finished_at, offers, products, new, errors) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, finished_at = excluded.finished_at, offers = excluded.offers,
  products = excluded.products, new = excluded.new, errors = excluded.errors;

-- name: blacklist_put
INSERT INTO blacklist (kind, term, reason, added_by, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (kind, term) DO UPDATE SET reason = excluded.reason, added_by = excluded.added_by, at = excluded.at;

-- name: blacklist_all
SELECT kind, term, reason, added_by, at FROM blacklist ORDER BY kind, term COLLATE "C";

-- name: campaign_put
INSERT INTO campaigns (id, product_id, platform, name, status, verdict, reason, external_id, mode, initial_budget_minor,
  daily_budget_minor, currency, countries, bid_strategy, created_at, activated_at, ended_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (id) DO UPDATE SET product_id = excluded.product_id, platform = excluded.platform, name = excluded.name,
  status = excluded.status, verdict = excluded.verdict, reason = excluded.reason, external_id = excluded.external_id,
  mode = excluded.mode, initial_budget_minor = excluded.initial_budget_minor, daily_budget_minor = excluded.daily_budget_minor,
  currency = excluded.currency, countries = excluded.countries, bid_strategy = excluded.bid_strategy,
  created_at = excluded.created_at, activated_at = excluded.activated_at, ended_at = excluded.ended_at, updated_at = excluded.updated_at;

-- name: ad_set_put
INSERT INTO ad_sets (id, campaign_id, name, status, external_id, audience, countries, daily_budget_minor, currency, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id) DO UPDATE SET campaign_id = excluded.campaign_id, name = excluded.name, status = excluded.status,
  external_id = excluded.external_id, audience = excluded.audience, countries = excluded.countries,
  daily_budget_minor = excluded.daily_budget_minor, currency = excluded.currency, created_at = excluded.created_at,
  updated_at = excluded.updated_at;

-- name: ad_put
INSERT INTO ads (id, ad_set_id, campaign_id, creative_id, status, external_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO UPDATE SET ad_set_id = excluded.ad_set_id, campaign_id = excluded.campaign_id, creative_id = excluded.creative_id,
  status = excluded.status, external_id = excluded.external_id, created_at = excluded.created_at, updated_at = excluded.updated_at;

-- name: analytics_insert
INSERT INTO analytics (hour, day, account_day, platform, product_id, campaign_id, ad_set_id, ad_id,
  impressions, clicks, conversions, spend_minor, revenue_minor, currency)
SELECT a.hour, a.day::date, a.account_day::date, a.platform, a.product_id, a.campaign_id, a.ad_set_id, a.ad_id,
  a.impressions, a.clicks, a.conversions, a.spend_minor, a.revenue_minor, a.currency
FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[])
  AS a (hour, day, account_day, platform, product_id, campaign_id, ad_set_id, ad_id,
  impressions, clicks, conversions, spend_minor, revenue_minor, currency);

-- name: rollup_campaign
INSERT INTO mv_campaign_performance AS m (campaign_id, currency, product_id, platform, impressions, clicks, conversions, spend_minor,
  revenue_minor, shop_orders, shop_revenue_minor, cost_minor, refunds_minor, first_hour, last_hour, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (campaign_id, currency) DO UPDATE SET
  product_id = CASE WHEN m.product_id = '' THEN excluded.product_id ELSE m.product_id END,
  platform = CASE WHEN m.platform = '' THEN excluded.platform ELSE m.platform END,
  impressions = m.impressions + excluded.impressions, clicks = m.clicks + excluded.clicks,
  conversions = m.conversions + excluded.conversions, spend_minor = m.spend_minor + excluded.spend_minor,
  revenue_minor = m.revenue_minor + excluded.revenue_minor, shop_orders = m.shop_orders + excluded.shop_orders,
  shop_revenue_minor = m.shop_revenue_minor + excluded.shop_revenue_minor, cost_minor = m.cost_minor + excluded.cost_minor,
  refunds_minor = m.refunds_minor + excluded.refunds_minor, first_hour = least(m.first_hour, excluded.first_hour),
  last_hour = greatest(m.last_hour, excluded.last_hour), updated_at = excluded.updated_at;

-- name: rollup_day
INSERT INTO mv_daily_metrics AS m (day, currency, impressions, clicks, conversions, spend_minor, revenue_minor, shop_orders,
  shop_revenue_minor, cost_minor, refunds_minor, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (day, currency) DO UPDATE SET
  impressions = m.impressions + excluded.impressions, clicks = m.clicks + excluded.clicks,
  conversions = m.conversions + excluded.conversions, spend_minor = m.spend_minor + excluded.spend_minor,
  revenue_minor = m.revenue_minor + excluded.revenue_minor, shop_orders = m.shop_orders + excluded.shop_orders,
  shop_revenue_minor = m.shop_revenue_minor + excluded.shop_revenue_minor, cost_minor = m.cost_minor + excluded.cost_minor,
  refunds_minor = m.refunds_minor + excluded.refunds_minor, updated_at = excluded.updated_at;

-- name: order_put
INSERT INTO orders (id, shop, external_id, status, customer_id, email, total_minor, refunded_minor, currency, supplier_cost_minor,
  supplier_currency, product_id, campaign_id, ad_id, utm, items, supplier_order_id, tracking_code, country, placed_at, updated_at, test, phone,
  refund_ids, shop_updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
ON CONFLICT (id) DO UPDATE SET shop = excluded.shop, external_id = excluded.external_id, status = excluded.status,
  customer_id = excluded.customer_id, email = excluded.email, total_minor = excluded.total_minor,
  refunded_minor = excluded.refunded_minor, currency = excluded.currency, supplier_cost_minor = excluded.supplier_cost_minor,
  supplier_currency = excluded.supplier_currency, product_id = excluded.product_id, campaign_id = excluded.campaign_id,
  ad_id = excluded.ad_id, utm = excluded.utm, items = excluded.items, supplier_order_id = excluded.supplier_order_id,
  tracking_code = excluded.tracking_code, country = excluded.country, placed_at = excluded.placed_at,
  updated_at = excluded.updated_at, test = excluded.test, phone = excluded.phone, refund_ids = excluded.refund_ids,
  shop_updated_at = excluded.shop_updated_at;

-- name: customer_add
INSERT INTO customers AS c (id, email, name, phone, country, orders, ltv_minor, currency, tags, first_seen_at, last_seen_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
ON CONFLICT (id) DO UPDATE SET
  email = coalesce(nullif(excluded.email, ''), c.email), name = coalesce(nullif(excluded.name, ''), c.name),
  phone = coalesce(nullif(excluded.phone, ''), c.phone), country = coalesce(nullif(excluded.country, ''), c.country),
  orders = c.orders + excluded.orders, ltv_minor = c.ltv_minor + excluded.ltv_minor,
  currency = same_currency(c.currency, excluded.currency),
  tags = ARRAY(SELECT DISTINCT t FROM unnest(c.tags || excluded.tags) AS t ORDER BY t),
  first_seen_at = least(c.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(c.last_seen_at, excluded.last_seen_at);

-- name: webhook_handled
UPDATE webhook_inbox SET handled_at = $2, result = $3, detail = $4 WHERE id = $1;

-- name: reservations_put
INSERT INTO reservations (id, purse, campaign_id, platform, day, week, nominal_minor, worst_case_minor, charged_minor, currency, state, at)
SELECT r.id, r.purse, r.campaign_id, r.platform, r.day::date, r.week::date, r.nominal_minor, r.worst_case_minor, r.charged_minor, r.currency,
  r.state, r.at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[],
  $11::text[], $12::timestamptz[])
  AS r (id, purse, campaign_id, platform, day, week, nominal_minor, worst_case_minor, charged_minor, currency, state, at)
ON CONFLICT (id) DO UPDATE SET purse = excluded.purse, campaign_id = excluded.campaign_id, platform = excluded.platform,
  day = excluded.day, week = excluded.week, nominal_minor = excluded.nominal_minor, worst_case_minor = excluded.worst_case_minor,
  charged_minor = excluded.charged_minor, currency = excluded.currency, state = excluded.state, at = excluded.at;

-- name: postings_insert
INSERT INTO postings (id, purse, reservation_id, kind, debit, credit, amount_minor, currency, at)
SELECT p.id, p.purse, p.reservation_id, p.kind, p.debit, p.credit, p.amount_minor, p.currency, p.at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::timestamptz[])
  AS p (id, purse, reservation_id, kind, debit, credit, amount_minor, currency, at)
ON CONFLICT (id) DO NOTHING;

-- name: budget_answers_insert
INSERT INTO budget_answers (ask_id, purse, campaign_id, day, granted_minor, worst_case_minor, currency, partial, code, text, retry_at, at)
SELECT a.ask_id, a.purse, a.campaign_id, a.day::date, a.granted_minor, a.worst_case_minor, a.currency, a.partial, a.code, a.text, a.retry_at, a.at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::boolean[], $9::text[], $10::text[],
  $11::timestamptz[], $12::timestamptz[])
  AS a (ask_id, purse, campaign_id, day, granted_minor, worst_case_minor, currency, partial, code, text, retry_at, at);

-- name: purse_moves
SELECT purse_move(m.purse, m.kind, m.starts::date, m.cap, m.reserve, m.charge, m.currency)
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
  AS m (purse, kind, starts, cap, reserve, charge, currency);

-- name: alert_raise
INSERT INTO alerts AS a (id, kind, severity, subject, title, detail, first_at, last_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, severity = excluded.severity, subject = excluded.subject, title = excluded.title,
  detail = excluded.detail, count = a.count + 1, last_at = excluded.last_at, resolved_at = NULL;

-- name: alert_resolve
UPDATE alerts SET resolved_at = $2 WHERE id = $1 AND resolved_at IS NULL;

-- name: approval_put
INSERT INTO approvals (id, subject, kind, status, summary, why, amount_minor, currency, manifest, details, proposed_by, decided_by,
  reason, requested_at, expires_at, decided_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, kind = excluded.kind, status = excluded.status, summary = excluded.summary,
  why = excluded.why, amount_minor = excluded.amount_minor, currency = excluded.currency, manifest = excluded.manifest,
  details = excluded.details, proposed_by = excluded.proposed_by, decided_by = excluded.decided_by, reason = excluded.reason,
  requested_at = excluded.requested_at, expires_at = excluded.expires_at, decided_at = excluded.decided_at, updated_at = excluded.updated_at;

-- name: approval_use
SELECT approval_use($1, $2, $3, $4);

-- name: approval_void
UPDATE approvals SET status = 'void', reason = $2, updated_at = $3 WHERE id = $1 AND used_at IS NULL;

-- name: report_put
INSERT INTO reports (kind, date, body, text, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (kind, date) DO UPDATE SET body = excluded.body, text = excluded.text, at = excluded.at;

-- name: control_put
UPDATE control SET frozen = $1, by_whom = $2, reason = $3, at = $4;
