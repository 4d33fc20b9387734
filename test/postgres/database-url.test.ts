import { expect, test, vi } from "vitest";
import { describeDatabase, parseDatabaseUrl } from "../../src/postgres/database-url.ts";
import { connect } from "../../src/postgres/session.ts";

test("a database without a port is described with the one that is tried", async () => {
  expect(describeDatabase("postgres://shop.example/orders")).toBe("shop.example:5432/orders");
  expect(describeDatabase("postgres:///orders")).toBe("localhost:5432/orders");
  await expect(connect("postgres://nowhere.invalid/orders")).rejects.toMatchObject({
    message: expect.stringContaining("nowhere.invalid:5432/orders cannot be reached"),
  });
});

test.each(["prefer", "require", "verify-ca"])(
  "sslmode=%s verifies the certificate, and says so by its name",
  (mode) => {
    const warning = vi.spyOn(process, "emitWarning");
    const { connectionString } = parseDatabaseUrl(`postgres://h/d?sslmode=${mode}&application_name=x`);
    expect(connectionString).toBe("postgres://h/d?sslmode=verify-full&application_name=x");
    expect(warning).not.toHaveBeenCalled();
  },
);

test.each(["sslmode=disable", "sslmode=no-verify", "sslmode=require&uselibpqcompat=true"])("%s stays", (query) => {
  const url = `postgres://h/d?${query}`;
  expect(parseDatabaseUrl(url).connectionString).toBe(url);
});
