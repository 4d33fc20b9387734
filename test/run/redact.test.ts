import { describe, expect, test } from "vitest";
import { secretsOf } from "../../src/postgres/database-url.ts";
import { Redactor } from "../../src/run/redact.ts";

function redacted(text: string, ...urls: string[]): string {
  const redactor = new Redactor();
  for (const url of urls) {
    redactor.addUrl(url);
  }
  return redactor.text(text);
}

describe("the secrets of a URL", () => {
  test.each([
    ["postgres://app:kingfisher@host/db", ["kingfisher"]],
    ["postgresql://app:king%40fisher@host/db", ["king%40fisher", "king@fisher"]],
    ["postgres://app:king@fisher@host/db", ["king", "king@fisher"]],
    ["postgres://app:a:b@host/db", ["a:b"]],
    ["postgres://app@host/db?password=king%20fisher&x=1", ["king%20fisher", "king fisher"]],
    ["postgres://app@host/db?sslpassword=heron", ["heron"]],
    ["postgres://app:100%@host/db", ["100%"]],
    ["postgres://app@host/db", []],
    ["postgres://host/db", []],
    ["postgres://:@host/db", []],
  ])("of %s are %j", (url, secrets) => {
    expect(secretsOf(url).toSorted()).toEqual(secrets.toSorted());
  });
});

describe("what is hidden", () => {
  const url = "postgres://app:kingfisher@host/shop";

  test("a known password, wherever it stands", () => {
    expect(redacted("xkingfisherx and kingfisher", url)).toBe("x***x and ***");
    expect(redacted("king@fisher king%40fisher", "postgres://app:king%40fisher@host/db")).toBe("*** ***");
  });

  test("a password that is a pattern is taken literally", () => {
    expect(redacted("a.b*c(d) axbxcxd", "postgres://app:a.b*c(d)@host/db")).toBe("*** axbxcxd");
  });

  test("a short password as a word of its own, not inside names", () => {
    expect(redacted("table app_orders, password apple, app!", "postgres://me:app@host/shop")).toBe(
      "table app_orders, password apple, ***!",
    );
  });

  test("not a password that is the user's or the database's name: it could only be hidden along with these", () => {
    expect(redacted("user app of app", "postgres://app:app@host/shop")).toBe("user app of app");
  });

  test("the password in a URL that nobody told us about", () => {
    expect(redacted("see postgres://u:pa@ss@host:1/db and postgresql://u@host/db")).toBe(
      "see postgres://u:***@host:1/db and postgresql://u@host/db",
    );
  });

  test.each([
    ["CREATE ROLE a LOGIN PASSWORD 'heron'", "CREATE ROLE a LOGIN PASSWORD '***'"],
    ["create role a password 'it''s' valid until 'x'", "create role a password '***' valid until 'x'"],
    ["ALTER ROLE a ENCRYPTED PASSWORD\n  'heron';", "ALTER ROLE a ENCRYPTED PASSWORD\n  '***';"],
    ["PASSWORD E'her\\'on' x", "PASSWORD '***' x"],
    ["PASSWORD $$heron$$ x", "PASSWORD '***' x"],
    ["PASSWORD $q$he$$ron$q$ x", "PASSWORD '***' x"],
    ["CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password 'heron')", "OPTIONS (user 'u', password '***')"],
    ["CREATE ROLE a PASSWORD 'heron that was cut sho…", "CREATE ROLE a PASSWORD '***'"],
    ["CONNECTION 'host=h password=heron dbname=d'", "CONNECTION 'host=h password=*** dbname=d'"],
    ["CONNECTION 'host=h password=''he ron'' x'", "CONNECTION 'host=h password=*** x'"],
    ["CONNECTION E'host=h password=\\'he ron\\' x'", "CONNECTION E'host=h password=*** x'"],
    ["ALTER ROLE a PASSWORD NULL", "ALTER ROLE a PASSWORD NULL"],
    ['password authentication failed for user "a"', 'password authentication failed for user "a"'],
  ])("%s", (sql, expected) => {
    const hidden = redacted(sql);
    expect(hidden).toContain(expected);
    expect(hidden).not.toContain("heron");
    expect(redacted(hidden)).toBe(hidden);
  });

  test("the texts inside a value, and nothing else of it", () => {
    const redactor = new Redactor();
    redactor.addSecret("1");
    const value = {
      list: ["1", 1, null, true],
      inner: { text: "a 1 b", number: 1 },
      error: { toJSON: () => ({ m: "1" }) },
    };
    expect(redactor.value(value)).toEqual({
      list: ["***", 1, null, true],
      inner: { text: "a *** b", number: 1 },
      error: { m: "***" },
    });
  });
});
