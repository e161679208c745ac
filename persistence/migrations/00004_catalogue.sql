-- Products and what is made of them. No foreign keys in the read model: each actor writes its own rows in its own time. '' is
-- "none" or "unknown" in text columns, NULL in times. Money is minor units beside its ISO 4217 currency.

-- +goose Up
CREATE TABLE products (
  id                    text PRIMARY KEY,
  status                text NOT NULL CHECK (status IN ('scouted', 'qualified', 'rejected', 'creatives_ready', 'live', 'ended')),
  title                 text NOT NULL,
  description           text NOT NULL DEFAULT '',
  category              text NOT NULL DEFAULT '',
  sources               text[] NOT NULL DEFAULT '{}',
  supplier_ref          text NOT NULL DEFAULT '',
  supplier_price_minor  bigint NOT NULL DEFAULT 0,
  supplier_currency     text NOT NULL DEFAULT '',
  market_price_minor    bigint NOT NULL DEFAULT 0,
  market_currency       text NOT NULL DEFAULT '',
  selling_price_minor   bigint NOT NULL DEFAULT 0,
  selling_currency      text NOT NULL DEFAULT '',
  images                text[] NOT NULL DEFAULT '{}',
  rating_milli          bigint NOT NULL DEFAULT 0, -- 4500 is 4.5 stars; 0 with reviews 0 is unknown
  reviews               bigint NOT NULL DEFAULT 0,
  keywords              text[] NOT NULL DEFAULT '{}',
  demand_score          integer NOT NULL DEFAULT 0,
  competition           integer NOT NULL DEFAULT 0,
  trend_pct             integer NOT NULL DEFAULT 0,
  score_milli           bigint NOT NULL DEFAULT 0,
  score_parts           jsonb NOT NULL DEFAULT '[]', -- [{name, value, weight, why}]
  reasons               text[] NOT NULL DEFAULT '{}',
  landing_url           text NOT NULL DEFAULT '',
  scouted_at            timestamptz,
  qualified_at          timestamptz,
  last_seen_at          timestamptz,
  creatives_ready_at    timestamptz,
  updated_at            timestamptz NOT NULL
);
CREATE INDEX products_status ON products (status, scouted_at DESC, id);
CREATE INDEX products_scouted ON products (scouted_at DESC, id);
CREATE INDEX products_supplier ON products (supplier_ref) WHERE supplier_ref <> '';

CREATE TABLE creatives (
  id          text PRIMARY KEY,
  product_id  text NOT NULL,
  status      text NOT NULL CHECK (status IN ('ready', 'failed', 'retired')),
  language    text NOT NULL DEFAULT '',
  style       text NOT NULL DEFAULT '' CHECK (style IN ('', 'informative', 'urgency', 'social')),
  headline    text NOT NULL DEFAULT '',
  body        text NOT NULL DEFAULT '',
  action      text NOT NULL DEFAULT '',
  pain_points text[] NOT NULL DEFAULT '{}',
  media_key   text NOT NULL DEFAULT '',
  media_url   text NOT NULL DEFAULT '',
  created_at  timestamptz,
  updated_at  timestamptz NOT NULL
);
CREATE INDEX creatives_product ON creatives (product_id, created_at DESC, id);
CREATE INDEX creatives_created ON creatives (created_at DESC, id);

CREATE TABLE scout_runs (
  id          text PRIMARY KEY,
  started_at  timestamptz,
  finished_at timestamptz,
  offers      integer NOT NULL DEFAULT 0,
  products    integer NOT NULL DEFAULT 0,
  new         integer NOT NULL DEFAULT 0,
  errors      jsonb NOT NULL DEFAULT '{}' -- by source
);
CREATE INDEX scout_runs_started ON scout_runs (started_at DESC);

CREATE TABLE blacklist (
  kind     text NOT NULL CHECK (kind IN ('product', 'keyword', 'category', 'creative')),
  term     text NOT NULL,
  reason   text NOT NULL DEFAULT '',
  added_by text NOT NULL DEFAULT '',
  at       timestamptz NOT NULL,
  PRIMARY KEY (kind, term)
);

INSERT INTO table_rights VALUES
  ('products', 'SELECT, INSERT, UPDATE, DELETE', '*'),
  ('creatives', 'SELECT, INSERT, UPDATE, DELETE', '*'),
  ('scout_runs', 'SELECT, INSERT, UPDATE, DELETE', '*'),
  ('blacklist', 'SELECT, INSERT, UPDATE, DELETE', '*');

-- +goose Down
DROP TABLE blacklist, scout_runs, creatives, products;
DELETE FROM table_rights WHERE table_name IN ('products', 'creatives', 'scout_runs', 'blacklist');
