-- Lost: the rows of public.customers.
DROP TABLE public.customers;

-- Lost: the rows of public.orders.
DROP TABLE public.orders;

DROP TYPE public.order_state;
