import { expect, test } from "vitest";
import { settledCasts } from "../../src/sql/settled-casts.ts";

test.each([
  [
    "((a)::text = ANY ((ARRAY['x'::character varying, 'it''s],'::character varying])::text[]))",
    "((a)::text = ANY (ARRAY[('x'::character varying)::text, ('it''s],'::character varying)::text]))",
  ],
  [
    "(x = ANY ((ARRAY[ARRAY[1, 2], ARRAY[3, f(4, 5)]])::numeric(10,2)[]))",
    "(x = ANY (ARRAY[ARRAY[(1)::numeric(10,2), (2)::numeric(10,2)], ARRAY[(3)::numeric(10,2), (f(4, 5))::numeric(10,2)]]))",
  ],
  [
    "((ARRAY['a'::character varying])::character varying(5)[])::text[]",
    "ARRAY[(('a'::character varying)::character varying(5))::text]",
  ],
  ['(ARRAY[a])::public."My []"[]', 'ARRAY[(a)::public."My []"]'],
  ["(ARRAY[now()])::timestamp(3) without time zone[]", "ARRAY[(now())::timestamp(3) without time zone]"],
])("a cast of an array is one of its elements once the server has read it again: %s", (written, again) => {
  expect(settledCasts(written)).toBe(again);
});

test.each(["(ARRAY[1, 2])::public.a_domain", "'(ARRAY[1])::text[]'::text", "ARRAY[(1)::text]"])(
  "what comes back as it is stays as it is: %s",
  (text) => {
    expect(settledCasts(text)).toBe(text);
  },
);
