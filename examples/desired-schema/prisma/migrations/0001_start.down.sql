ALTER TABLE ONLY public.customers ALTER COLUMN id DROP DEFAULT;

ALTER TABLE ONLY public.orders ALTER COLUMN id DROP DEFAULT;

DROP SEQUENCE public.customers_id_seq;

-- Lost: the rows of public.customers.
DROP TABLE public.customers;

DROP SEQUENCE public.orders_id_seq;

-- Lost: the rows of public.orders.
DROP TABLE public.orders;

DROP TYPE public.order_state;
