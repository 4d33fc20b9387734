import { expect, inject, test } from "vitest";
import { targetMajor } from "../../src/run/target-major.ts";
import { testDatabase } from "../support/database.ts";

test("the server that statements are meant for says its major, and one that is not there is told of", async () => {
  await using db = await testDatabase();
  const [server] = await db.query("SELECT current_setting('server_version_num')::int / 10000 AS major");
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  expect(await targetMajor(db.url, note)).toBe(server?.["major"]);
  expect(await targetMajor(undefined, note)).toBeUndefined();
  expect(notes).toEqual([]);
  const missing = new URL(inject("serverUrl"));
  missing.pathname = "/nowhere";
  expect(await targetMajor(missing.href, note)).toBeUndefined();
  expect(notes).toEqual([expect.stringContaining('database "nowhere" does not exist')]);
});
