import { CHAPTERS } from "./chapters.ts";

export interface SampleFile {
  readonly name: string;
  readonly statements: readonly string[];
}

const FILES_A_TABLE = CHAPTERS.length;

/**
 * The same files on every call: the history of a service that grew over the years, table by table. Nearly all is what
 * people write; here and there is what a linter looks for.
 */
export function sampleFiles(count: number): readonly SampleFile[] {
  return Array.from({ length: count }, (_, index) => {
    const number = Math.floor(index / FILES_A_TABLE);
    const chapter = CHAPTERS[index % FILES_A_TABLE] as (typeof CHAPTERS)[number];
    const table = tableName(number);
    const statements = chapter.statements({ number, table, parent: tableName(Math.max(0, number - 1)) });
    return { name: `${String(index + 1).padStart(4, "0")}_${table}_${chapter.name}.sql`, statements };
  });
}

/** The file's text, with the remarks that people leave between their statements. */
export function textOf({ name, statements }: SampleFile): string {
  const remark = (at: number): string => (at % 4 === 0 ? `-- ${REMARKS[(at + name.length) % REMARKS.length]}\n` : "");
  return `-- ${name}\n\n${statements.map((sql, at) => `${remark(at)}${sql};\n`).join("\n")}`;
}

const REMARKS = [
  "Agreed with the billing team; see the ticket for why this is not a separate service.",
  "The old import wrote NULL here until 2021.",
  "Keep in step with the nightly report, which reads this table directly.",
  "/* not to be confused with the view of the same name; there are 3 of them */",
  "Readers filter by tenant first; that is why it leads.",
] as const;

const NOUNS = [
  "customer",
  "invoice",
  "shipment",
  "product",
  "payment",
  "ticket",
  "contract",
  "message",
  "campaign",
  "warehouse",
  "subscription",
] as const;

function tableName(number: number): string {
  return `${NOUNS[number % NOUNS.length]}_${String(number + 1).padStart(3, "0")}`;
}
