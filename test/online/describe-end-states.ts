import { beforeAll, describe, expect, test } from "vitest";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { CASES } from "./cases.ts";
import { endStates, schemaOf, statementsOf } from "./end-state.ts";

/** Tests every case that servers of this major can run. */
export function describeEndStates(major: number, serverUrl?: () => string): void {
  const cases = CASES.filter(({ since = 0, until = 99 }) => since <= major && major <= until);

  describe(`plans on PostgreSQL ${major}`, () => {
    beforeAll(loadParser);

    test.each(cases)("$name: the plan ends where the migration as written does", async (one) => {
      const { asWritten, online, steps } = await endStates(one, serverUrl?.());
      expect(schemaOf(online)).toEqual(schemaOf(asWritten));
      if (one.runs !== undefined) {
        const ran = statementsOf(steps);
        expect(ran).toHaveLength(one.runs.length);
        for (const [index, beginning] of one.runs.entries()) {
          expect(ran[index]?.startsWith(beginning) === true ? beginning : ran[index]).toBe(beginning);
        }
      }
    });
  });
}
