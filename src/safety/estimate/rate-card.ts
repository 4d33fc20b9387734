import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { LockkeeperError, type Place } from "../../errors/lockkeeper-error.ts";

/** What a provider charges, by the words of whoever wrote the file. Nothing here knows a price. */
export interface RateCard {
  readonly name: string;
  /** ISO 4217, such as EUR. */
  readonly currency: string;
  /** True: the numbers are invented. */
  readonly example: boolean;
  /** When somebody last looked whether it holds, ISO 8601. */
  readonly asOf?: string;
  /** Bytes of a gigabyte: 1e9, or 2^30 (1073741824). */
  readonly bytesOfGb: number;
  /** Bytes that are charged as one reading or writing. */
  readonly bytesOfIo: number;
  readonly storagePerGbMonth: number;
  readonly perMillionReads: number;
  readonly perMillionWrites: number;
  readonly replicaTrafficPerGb: number;
  readonly archiveTrafficPerGb: number;
  readonly computePerHour: number;
}

type Form = "text" | "flag" | "currency" | "date" | "gigabyte" | "count" | "price";

const FIELDS: Readonly<
  Record<keyof RateCard | "note", { readonly form: Form; readonly required?: true; readonly is: number | false | "" }>
> = {
  name: { form: "text", required: true, is: "" },
  currency: { form: "currency", required: true, is: "" },
  example: { form: "flag", is: false },
  asOf: { form: "date", is: "" },
  note: { form: "text", is: "" },
  bytesOfGb: { form: "gigabyte", is: 1024 ** 3 },
  bytesOfIo: { form: "count", is: 8_192 },
  storagePerGbMonth: { form: "price", is: 0 },
  perMillionReads: { form: "price", is: 0 },
  perMillionWrites: { form: "price", is: 0 },
  replicaTrafficPerGb: { form: "price", is: 0 },
  archiveTrafficPerGb: { form: "price", is: 0 },
  computePerHour: { form: "price", is: 0 },
};

const FORMS: Readonly<Record<Form, { readonly words: string; readonly holds: (value: unknown) => boolean }>> = {
  text: { words: "a text", holds: (value) => typeof value === "string" && value !== "" },
  flag: { words: "true or false", holds: (value) => typeof value === "boolean" },
  currency: {
    words: 'the three letters of a currency, such as "EUR"',
    holds: (value) => typeof value === "string" && /^[A-Z]{3}$/.test(value),
  },
  date: {
    words: 'a day, such as "2026-01-31"',
    holds: (value) =>
      // A day that a month has not would be read as one of the next month.
      typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && isoDay(value) === value,
  },
  gigabyte: { words: "1000000000 or 1073741824", holds: (value) => value === 1e9 || value === 1024 ** 3 },
  count: { words: "a whole number from 1", holds: (value) => Number.isSafeInteger(value) && Number(value) >= 1 },
  price: {
    words: "a number from 0",
    holds: (value) => typeof value === "number" && Number.isFinite(value) && value >= 0,
  },
};

const isoDay = (text: string): string | undefined =>
  Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString().slice(0, 10);

/**
 * Reads a rate card.
 *
 * @throws LockkeeperError `rate_card_invalid`, with the place in the file
 */
export function readRateCard(file: string, cwd: string): RateCard {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw invalid(`The rate card ${file} cannot be read (${reason}).`, { file });
  }
  return parseRateCard(text, file);
}

/** @throws LockkeeperError `rate_card_invalid`, with the place in the file */
export function parseRateCard(text: string, file: string): RateCard {
  const card = parsed(text.replace(/^\uFEFF/, ""), file);
  const given = new Map(Object.entries(card));
  for (const [key, value] of given) {
    const place = placeOf(key, text, file);
    if (!isField(key)) {
      throw invalid(
        `A rate card has no field ${JSON.stringify(key)}; there are ${Object.keys(FIELDS).join(", ")}.`,
        place,
      );
    }
    const { words, holds } = FORMS[FIELDS[key].form];
    if (!holds(value)) throw invalid(`${key} has to be ${words}, and is ${shown(value)}.`, place);
  }
  const missing = Object.entries(FIELDS).find(([key, { required }]) => required === true && !given.has(key));
  if (missing !== undefined) throw invalid(`The rate card has no ${missing[0]}.`, { file });
  const { note: _, ...fields } = FIELDS;
  const filled = Object.entries(fields).map(([key, { is }]) => [key, given.get(key) ?? is] as const);
  return Object.fromEntries(filled.filter(([key, value]) => key !== "asOf" || value !== "")) as unknown as RateCard;
}

const isField = (key: string): key is keyof typeof FIELDS => Object.hasOwn(FIELDS, key);

function parsed(text: string, file: string): object {
  let card: unknown;
  try {
    card = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw invalid(`The rate card is no JSON: ${message.replace(/\s+/g, " ")}.`, placeOfSyntax(message, text, file));
  }
  if (typeof card !== "object" || card === null || Array.isArray(card)) {
    throw invalid(`A rate card is a JSON object, and this is ${shown(card)}.`, { file, line: 1, column: 1 });
  }
  return card;
}

/** Where the last of the keys of this name stands: that is the one that counts. */
function placeOf(key: string, text: string, file: string): Place {
  const written = JSON.stringify(key);
  for (let at = text.lastIndexOf(written); at !== -1; at = text.lastIndexOf(written, at - 1)) {
    if (/^\s*:/.test(text.slice(at + written.length))) return placeAt(at, text, file);
    if (at === 0) break;
  }
  return { file };
}

/** The parser of JSON says the place, or that the text ended. */
function placeOfSyntax(message: string, text: string, file: string): Place {
  const position = /at position (\d+)/.exec(message)?.[1];
  return placeAt(position === undefined ? text.trimEnd().length : Number(position), text, file);
}

function placeAt(offset: number, text: string, file: string): Place {
  const before = text.slice(0, offset).split("\n");
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
};

const invalid = (message: string, at: Place): LockkeeperError =>
  new LockkeeperError("rate_card_invalid", { message, at, notDone: "Nothing was estimated." });
