import { expect, inject, test } from "vitest";
import { TYPES } from "../support/losses/kinds/types.ts";
import { trial } from "../support/losses/trial.ts";

const [kind] = TYPES;
if (kind === undefined) throw new Error("there is no type to change");

const harmed = async (sabotage: string): Promise<readonly string[]> => {
  const options = { serverUrl: inject("serverUrl"), kind, seed: 7, fault: "none", rows: 300, writers: 4 } as const;
  return (await trial({ ...options, sabotage })).failures;
};

/** In place of the function that keeps the old column current. */
const syncing = (body: string): string => `DO $do$ BEGIN
  EXECUTE (SELECT format('CREATE OR REPLACE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS %L', tgfoid::regproc, $body$${body}$body$)
    FROM pg_trigger WHERE tgname = '~lockkeeper_sync');
END $do$`;

test("a sync that does not follow updates loses values on the way back, which is seen", async () => {
  const body = "BEGIN IF TG_OP = 'INSERT' THEN NEW.lockkeeper_dropped_amount := NEW.amount; END IF; RETURN NEW; END";
  const failures = await harmed(syncing(body));
  expect(failures.join("\n")).toMatch(/^after down: goods \w[\w-]*: amount is \d+ and not \d+/m);
});

test("a row that somebody changes, removes or makes behind the back of the clients is seen", async () => {
  const failures = await harmed(`ALTER TABLE goods DISABLE TRIGGER USER;
    UPDATE goods SET amount = 5000 WHERE uid IN (SELECT uid FROM goods WHERE uid LIKE 'g%' AND id < 1000 LIMIT 4);
    DELETE FROM goods WHERE uid IN (SELECT uid FROM goods WHERE amount <> 5000 AND uid LIKE 'g%' LIMIT 3);
    INSERT INTO goods (id, uid, ver, amount) VALUES (-1, 'nobody', 0, 1)`);
  const all = failures.join("\n");
  expect(all).toMatch(/^after up: goods nobody: nobody wrote it/m);
  expect(all).toMatch(/^after up: goods g\d+: it is gone/m);
  expect(all).toMatch(/^after up: goods g\d+: amount is 5000 and not \d+/m);
});

test("a write that is undone, the count of its row included, is seen", async () => {
  // While clients are at work on a few rows each, going over all rows would end in a deadlock.
  const failures = await harmed("LOCK TABLE goods IN EXCLUSIVE MODE; UPDATE goods SET ver = ver - 1 WHERE ver > 0");
  expect(failures.join("\n")).toMatch(/^after up: goods \w[\w-]*: (it is at version|its versions go)/m);
});
