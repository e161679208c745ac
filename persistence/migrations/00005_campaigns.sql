-- Campaigns, and what they bring. The two mv_ tables are roll-ups kept by the transaction that writes the rows they sum: always
-- fresh, and about a hundred times cheaper than refreshing a materialised view.

-- +goose Up
CREATE TABLE campaigns (
  id                   text PRIMARY KEY,
  product_id           text NOT NULL,
  platform             text NOT NULL,
  name                 text NOT NULL DEFAULT '',
  status               text NOT NULL CHECK (status IN ('draft', 'pending_approval', 'publishing', 'active', 'testing', 'scaling', 'paused', 'error', 'ended')),
  verdict              text NOT NULL DEFAULT '' CHECK (verdict IN ('', 'insufficient', 'winner', 'potential', 'loser')),
  reason               text NOT NULL DEFAULT '',
  external_id          text NOT NULL DEFAULT '',
  mode                 text NOT NULL DEFAULT '' CHECK (mode IN ('', 'dry_run', 'approval', 'auto')),
  initial_budget_minor bigint NOT NULL DEFAULT 0,
  daily_budget_minor   bigint NOT NULL DEFAULT 0, -- sum over live ad sets
  currency             text NOT NULL DEFAULT '',
  countries            text[] NOT NULL DEFAULT '{}',
  bid_strategy         text NOT NULL DEFAULT '',
  created_at           timestamptz,
  activated_at         timestamptz,
  ended_at             timestamptz,
  updated_at           timestamptz NOT NULL
);
CREATE UNIQUE INDEX campaigns_external ON campaigns (platform, external_id) WHERE external_id <> '';
CREATE INDEX campaigns_created ON campaigns (created_at DESC, id);
CREATE INDEX campaigns_product ON campaigns (product_id);

CREATE TABLE ad_sets (
  id                 text PRIMARY KEY,
  campaign_id        text NOT NULL,
  name               text NOT NULL DEFAULT '',
  status             text NOT NULL CHECK (status IN ('draft', 'active', 'paused', 'error', 'ended')),
  external_id        text NOT NULL DEFAULT '',
  audience           text NOT NULL DEFAULT '' CHECK (audience IN ('', 'broad', 'lookalike_1', 'lookalike_2_3', 'interests', 'geo')),
  countries          text[] NOT NULL DEFAULT '{}',
  daily_budget_minor bigint NOT NULL DEFAULT 0,
  currency           text NOT NULL DEFAULT '',
  created_at         timestamptz,
  updated_at         timestamptz NOT NULL
);
CREATE INDEX ad_sets_campaign ON ad_sets (campaign_id);

CREATE TABLE ads (
  id          text PRIMARY KEY,
  ad_set_id   text NOT NULL,
  campaign_id text NOT NULL,
  creative_id text NOT NULL DEFAULT '',
  status      text NOT NULL CHECK (status IN ('draft', 'active', 'paused', 'failed', 'error', 'ended')),
  external_id text NOT NULL DEFAULT '',
  created_at  timestamptz,
  updated_at  timestamptz NOT NULL
);
CREATE INDEX ads_campaign ON ads (campaign_id);
CREATE INDEX ads_creative ON ads (creative_id);

CREATE TABLE analytics (
  ad_id         text NOT NULL,
  hour          timestamptz NOT NULL, -- start of the hour of the observation
  day           date NOT NULL,        -- UTC
  account_day   date NOT NULL,        -- in the ad account's time zone
  platform      text NOT NULL,
  product_id    text NOT NULL,
  campaign_id   text NOT NULL,
  ad_set_id     text NOT NULL,
  impressions   bigint NOT NULL,
  clicks        bigint NOT NULL,
  conversions   bigint NOT NULL,
  spend_minor   bigint NOT NULL,
  revenue_minor bigint NOT NULL,
  currency      text NOT NULL,
  PRIMARY KEY (ad_id, hour)
);
COMMENT ON TABLE analytics IS 'What one ad added during one hour. A platform''s revision can make a figure negative.';
CREATE INDEX analytics_campaign ON analytics (campaign_id, hour);
CREATE INDEX analytics_day ON analytics USING brin (day) WITH (pages_per_range = 16);

CREATE TABLE mv_campaign_performance (
  campaign_id        text NOT NULL,
  currency           text NOT NULL,
  product_id         text NOT NULL DEFAULT '',
  platform           text NOT NULL DEFAULT '',
  impressions        bigint NOT NULL DEFAULT 0,
  clicks             bigint NOT NULL DEFAULT 0,
  conversions        bigint NOT NULL DEFAULT 0,
  spend_minor        bigint NOT NULL DEFAULT 0,
  revenue_minor      bigint NOT NULL DEFAULT 0, -- as the platform attributes it
  shop_orders        bigint NOT NULL DEFAULT 0,
  shop_revenue_minor bigint NOT NULL DEFAULT 0, -- as the shop took it
  cost_minor         bigint NOT NULL DEFAULT 0, -- what suppliers take
  refunds_minor      bigint NOT NULL DEFAULT 0,
  first_hour         timestamptz,
  last_hour          timestamptz,
  updated_at         timestamptz NOT NULL,
  roas      numeric GENERATED ALWAYS AS (CASE WHEN spend_minor > 0 THEN round(revenue_minor::numeric / spend_minor, 4) END) STORED,
  ctr       numeric GENERATED ALWAYS AS (CASE WHEN impressions > 0 THEN round(clicks::numeric / impressions, 6) END) STORED,
  cvr       numeric GENERATED ALWAYS AS (CASE WHEN clicks > 0 THEN round(conversions::numeric / clicks, 6) END) STORED,
  cpa_minor numeric GENERATED ALWAYS AS (CASE WHEN conversions > 0 THEN round(spend_minor::numeric / conversions, 2) END) STORED,
  aov_minor numeric GENERATED ALWAYS AS (CASE WHEN conversions > 0 THEN round(revenue_minor::numeric / conversions, 2) END) STORED,
  PRIMARY KEY (campaign_id, currency)
) WITH (fillfactor = 60);

CREATE TABLE mv_daily_metrics (
  day                date NOT NULL, -- UTC
  currency           text NOT NULL,
  impressions        bigint NOT NULL DEFAULT 0,
  clicks             bigint NOT NULL DEFAULT 0,
  conversions        bigint NOT NULL DEFAULT 0,
  spend_minor        bigint NOT NULL DEFAULT 0,
  revenue_minor      bigint NOT NULL DEFAULT 0,
  shop_orders        bigint NOT NULL DEFAULT 0,
  shop_revenue_minor bigint NOT NULL DEFAULT 0,
  cost_minor         bigint NOT NULL DEFAULT 0,
  refunds_minor      bigint NOT NULL DEFAULT 0,
  updated_at         timestamptz NOT NULL,
  roas      numeric GENERATED ALWAYS AS (CASE WHEN spend_minor > 0 THEN round(revenue_minor::numeric / spend_minor, 4) END) STORED,
  ctr       numeric GENERATED ALWAYS AS (CASE WHEN impressions > 0 THEN round(clicks::numeric / impressions, 6) END) STORED,
  cvr       numeric GENERATED ALWAYS AS (CASE WHEN clicks > 0 THEN round(conversions::numeric / clicks, 6) END) STORED,
  cpa_minor numeric GENERATED ALWAYS AS (CASE WHEN conversions > 0 THEN round(spend_minor::numeric / conversions, 2) END) STORED,
  aov_minor numeric GENERATED ALWAYS AS (CASE WHEN conversions > 0 THEN round(revenue_minor::numeric / conversions, 2) END) STORED,
  PRIMARY KEY (day, currency)
) WITH (fillfactor = 30);

INSERT INTO table_rights VALUES
  ('campaigns', 'SELECT, INSERT, UPDATE, DELETE', '*'),
  ('ad_sets', 'SELECT, INSERT, UPDATE, DELETE', '*'),
  ('ads', 'SELECT, INSERT, UPDATE, DELETE', '*'),
  ('analytics', 'SELECT, INSERT, DELETE', '*'),
  ('mv_campaign_performance', 'SELECT, INSERT, UPDATE', '*'),
  ('mv_daily_metrics', 'SELECT, INSERT, UPDATE', '*');

-- +goose Down
DROP TABLE mv_daily_metrics, mv_campaign_performance, analytics, ads, ad_sets, campaigns;
DELETE FROM table_rights WHERE table_name IN ('campaigns', 'ad_sets', 'ads', 'analytics', 'mv_campaign_performance', 'mv_daily_metrics');
