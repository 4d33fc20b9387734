CREATE TYPE public.order_state AS ENUM ('new', 'paid', 'sent');

CREATE TABLE public.customers (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  email text NOT NULL,
  CONSTRAINT customers_pkey PRIMARY KEY (id)
);

CREATE TABLE public.orders (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  customer_id bigint NOT NULL,
  state public.order_state DEFAULT 'new'::public.order_state NOT NULL,
  placed_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT orders_pkey PRIMARY KEY (id)
);
