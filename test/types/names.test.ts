import { describe, expect, test } from "vitest";
import {
  camelCase,
  parameterName,
  pascalCase,
  propertyKey,
  quoted,
  snakeCase,
  TypeNames,
} from "../../src/types/names.ts";

describe("names", () => {
  test.each([
    ["order_items", "orderItems"],
    ["a__b", "aB"],
    ["_id", "_Id"],
    ["line_2", "line2"],
    ["trailing_", "trailing"],
    ["OrderItems", "OrderItems"],
    ["", ""],
  ])("of %s CamelCasePlugin makes %s", (name, camel) => {
    expect(camelCase(name)).toBe(camel);
  });

  test.each([
    ["orderItems", "order_items"],
    ["line2", "line2"],
    ["OrderItems", "order_items"],
    ["someURLPath", "some_urlpath"],
    ["_Id", "__id"],
  ])("%s it writes into SQL as %s", (camel, name) => {
    expect(snakeCase(camel)).toBe(name);
  });

  test.each([
    ["order_items", "OrderItems"],
    ["weird table!", "WeirdTable"],
    ["OrderItems", "OrderItems"],
    ["größe_2", "Größe2"],
    ["!!!", ""],
  ])("a type of %s is called %s", (name, pascal) => {
    expect(pascalCase(name)).toBe(pascal);
  });

  test("are quoted as keys where they are no identifiers", () => {
    expect(["a", "select", "$1", "1a", "a b", "a.b", "größe", 'a"b'].map(propertyKey)).toEqual([
      "a",
      "select",
      "$1",
      '"1a"',
      '"a b"',
      '"a.b"',
      "größe",
      '"a\\"b"',
    ]);
    expect(quoted("a\u2028b")).toBe('"a\\u2028b"');
  });

  test("of parameters are identifiers and no key words", () => {
    expect(["a", "in", "a b", "1", "", "arguments"].map(parameterName)).toEqual([
      "a",
      "_in",
      "a_b",
      "_1",
      "_",
      "_arguments",
    ]);
  });
});

describe("types with the same name", () => {
  const named = (...relations: readonly [string, string][]): (string | undefined)[] => {
    const names = new TypeNames();
    names.takeType({ schema: "public", name: "orders_row" });
    for (const [schema, name] of relations) names.takeRelation({ schema, name });
    return relations.map(([schema, name]) => names.of({ schema, name }));
  };

  test("are numbered, also where only what stands behind the name makes them the same", () => {
    expect(named(["public", "billing_items"], ["billing", "items"])).toEqual(["BillingItems", "BillingItems2"]);
    expect(named(["public", "orders"])).toEqual(["Orders2"]);
  });

  test("never take a name that the file uses itself, and are always identifiers", () => {
    const names = new TypeNames();
    for (const name of ["json", "date", "2fa", "!"]) names.takeType({ schema: "public", name });
    expect(["json", "date", "2fa", "!"].map((name) => names.of({ schema: "public", name }))).toEqual([
      "Json2",
      "Date2",
      "_2fa",
      "_",
    ]);
  });
});
