import type { TestDatabase } from "./database.ts";

/** A step that lasts until its gate is opened. */
export const atGate = (gate: number): string => `SELECT pass_gate(${gate})`;

/** What `atGate` needs. */
export async function makeGates(db: TestDatabase): Promise<void> {
  await db.query(`CREATE TABLE open_gates (gate int PRIMARY KEY);
    CREATE FUNCTION pass_gate(wanted int) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      WHILE NOT EXISTS (SELECT FROM public.open_gates WHERE gate = wanted) LOOP
        PERFORM pg_sleep(0.02);
      END LOOP;
    END $$`);
}

export async function openGate(db: TestDatabase, gate: number): Promise<void> {
  await db.query(`INSERT INTO open_gates VALUES (${gate})`);
}
