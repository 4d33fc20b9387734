import { expect, test } from "vitest";
import { ATTRIBUTE_CASES } from "./cases/all.ts";
import { testAttributes } from "./test-attributes.ts";

testAttributes(18);

test("no two cases test the same attribute", () => {
  const names = ATTRIBUTE_CASES.map(({ attribute }) => attribute);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});
