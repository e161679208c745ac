-- What customers buy, and the webhooks that tell of it.

-- +goose Up
CREATE TABLE orders (
  id                  text PRIMARY KEY,
  shop                text NOT NULL,
  external_id         text NOT NULL,
  status              text NOT NULL CHECK (status IN ('pending', 'ordered', 'shipped', 'delivered', 'refunded', 'cancelled', 'error')),
  customer_id         text NOT NULL DEFAULT '',
  email               text NOT NULL DEFAULT '',
  phone               text NOT NULL DEFAULT '',
  total_minor         bigint NOT NULL,
  refunded_minor      bigint NOT NULL DEFAULT 0,
  currency            text NOT NULL,
  supplier_cost_minor bigint NOT NULL DEFAULT 0,
  supplier_currency   text NOT NULL DEFAULT '',
  product_id          text NOT NULL DEFAULT '', -- the main product
  campaign_id         text NOT NULL DEFAULT '', -- attributed
  ad_id               text NOT NULL DEFAULT '',
  utm                 jsonb NOT NULL DEFAULT '{}',
  items               jsonb NOT NULL DEFAULT '[]', -- [{sku, title, quantity, price:{amount, currency}, product_id}]
  supplier_order_id   text NOT NULL DEFAULT '',
  tracking_code       text NOT NULL DEFAULT '',
  country             text NOT NULL DEFAULT '',
  placed_at           timestamptz,
  updated_at          timestamptz NOT NULL,
  test                boolean NOT NULL DEFAULT false,
  CONSTRAINT orders_once UNIQUE (shop, external_id)
);
CREATE INDEX orders_placed ON orders (placed_at DESC, id);
CREATE INDEX orders_campaign ON orders (campaign_id) WHERE campaign_id <> '';
CREATE INDEX orders_product ON orders (product_id) WHERE product_id <> '';
CREATE INDEX orders_customer ON orders (customer_id) WHERE customer_id <> '';

CREATE TABLE customers (
  id            text PRIMARY KEY,
  email         text NOT NULL DEFAULT '',
  name          text NOT NULL DEFAULT '',
  phone         text NOT NULL DEFAULT '',
  country       text NOT NULL DEFAULT '',
  orders        bigint NOT NULL DEFAULT 0,
  ltv_minor     bigint NOT NULL DEFAULT 0, -- what was paid less what was given back
  currency      text NOT NULL DEFAULT '',
  tags          text[] NOT NULL DEFAULT '{}',
  first_seen_at timestamptz,
  last_seen_at  timestamptz
);
CREATE INDEX customers_seen ON customers (last_seen_at DESC, id);

-- +goose StatementBegin
-- The currency of a sum: two different ones do not add up.
CREATE FUNCTION same_currency(a text, b text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF a = b OR b = '' THEN
    RETURN a;
  ELSIF a = '' THEN
    RETURN b;
  END IF;
  RAISE EXCEPTION '% and % do not add up', a, b USING ERRCODE = 'AC003';
END
$$;
-- +goose StatementEnd

CREATE TABLE webhook_inbox (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source      text NOT NULL,
  topic       text NOT NULL,
  dedupe_key  text NOT NULL,
  headers     jsonb NOT NULL,
  body        bytea NOT NULL,
  received_at timestamptz NOT NULL,
  handled_at  timestamptz,
  result      text NOT NULL DEFAULT '',
  detail      text NOT NULL DEFAULT '',
  CONSTRAINT webhook_once UNIQUE (source, dedupe_key)
);
CREATE INDEX webhook_unhandled ON webhook_inbox (id) WHERE handled_at IS NULL;

INSERT INTO table_rights VALUES
  ('orders', 'SELECT, INSERT, UPDATE, DELETE', 'id, shop, external_id, status, customer_id, total_minor, refunded_minor, currency, supplier_cost_minor, supplier_currency, product_id, campaign_id, ad_id, utm, items, supplier_order_id, country, placed_at, updated_at, test'),
  ('customers', 'SELECT, INSERT, UPDATE, DELETE', 'id, country, orders, ltv_minor, currency, tags, first_seen_at, last_seen_at'),
  ('webhook_inbox', 'SELECT, INSERT, UPDATE, DELETE', 'id, source, topic, received_at, handled_at, result');

-- +goose Down
DROP TABLE webhook_inbox, customers, orders;
DROP FUNCTION same_currency(text, text);
DELETE FROM table_rights WHERE table_name IN ('orders', 'customers', 'webhook_inbox');
