CREATE TYPE public.order_state AS ENUM ('new', 'paid', 'sent');

CREATE SEQUENCE public.customers_id_seq;

CREATE SEQUENCE public.orders_id_seq;

CREATE TABLE public.customers (
  id bigint DEFAULT nextval('public.customers_id_seq'::regclass) NOT NULL,
  email text NOT NULL,
  CONSTRAINT customers_pkey PRIMARY KEY (id)
);

CREATE TABLE public.orders (
  id bigint DEFAULT nextval('public.orders_id_seq'::regclass) NOT NULL,
  customer_id bigint NOT NULL,
  state public.order_state DEFAULT 'new'::public.order_state NOT NULL,
  placed_at timestamp(6) with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
  CONSTRAINT orders_pkey PRIMARY KEY (id)
);

ALTER SEQUENCE public.customers_id_seq OWNED BY public.customers.id;

ALTER SEQUENCE public.orders_id_seq OWNED BY public.orders.id;
