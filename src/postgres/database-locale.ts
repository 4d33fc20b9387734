import pg from "pg";
import { databaseError } from "./server-error.ts";
import type { Session } from "./session.ts";

/** What a database is encoded in and sorts by: said when it is made, and in no dump. */
export interface DatabaseLocale {
  readonly encoding: string;
  /** `c` libc, `i` ICU, `b` builtin. */
  readonly provider: string;
  readonly collate: string;
  readonly ctype: string;
  /** Of ICU and builtin. */
  readonly locale: string | null;
  readonly icuRules: string | null;
}

/** Its columns came with versions 15, 16 and 17. */
const LOCALE = `SELECT pg_encoding_to_char(encoding) AS encoding, coalesce(row ->> 'datlocprovider', 'c') AS provider,
  datcollate AS collate, datctype AS ctype, coalesce(row ->> 'datlocale', row ->> 'daticulocale') AS locale,
  row ->> 'daticurules' AS "icuRules"
FROM pg_database AS d, to_jsonb(d) AS row WHERE datname = current_database()`;

/** @throws the driver's error */
export async function readLocale({ query }: Session): Promise<DatabaseLocale> {
  const [locale] = await query<DatabaseLocale>(LOCALE);
  if (locale === undefined) throw new Error("the server does not tell of its own database");
  return locale;
}

/** The server has no such locale, or not with this encoding, or no ICU. */
const UNFIT: ReadonlySet<string | undefined> = new Set(["22023", "42809", "0A000"]);

/**
 * Makes an empty database with the encoding that is asked for, and its locale where the server has that: names of libc's
 * are those of the machine.
 *
 * @param like the server's default when undefined
 * @returns in whole sentences, what could not be had
 * @throws the driver's error
 */
export async function createDatabase(
  session: Session,
  name: string,
  like: DatabaseLocale | undefined,
): Promise<readonly string[]> {
  const create = `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE template0`;
  if (like === undefined) {
    await session.query(create);
    return [];
  }
  const encoding = `ENCODING ${pg.escapeLiteral(like.encoding)}`;
  const libcC = `LC_COLLATE 'C' LC_CTYPE 'C'${like.provider === "c" ? "" : " LOCALE_PROVIDER libc"}`;
  for (const locale of [localeClause(like), ""]) {
    try {
      await session.query(`${create} ${encoding} ${locale}`);
      return locale === "" ? [missing(like, "the server's own")] : [];
    } catch (error) {
      if (!UNFIT.has(databaseError(error)?.code)) throw error;
    }
  }
  // It goes with every encoding.
  await session.query(`${create} ${encoding} ${libcC}`);
  return [missing(like, "C")];
}

function localeClause({ provider, collate, ctype, locale, icuRules }: DatabaseLocale): string {
  const libc = `LC_COLLATE ${pg.escapeLiteral(collate)} LC_CTYPE ${pg.escapeLiteral(ctype)}`;
  const own = pg.escapeLiteral(locale ?? "");
  if (provider === "i") {
    const rules = icuRules === null ? "" : ` ICU_RULES ${pg.escapeLiteral(icuRules)}`;
    return `${libc} LOCALE_PROVIDER icu ICU_LOCALE ${own}${rules}`;
  }
  if (provider === "b") return `${libc} LOCALE_PROVIDER builtin BUILTIN_LOCALE ${own}`;
  return libc;
}

const missing = ({ locale, collate }: DatabaseLocale, instead: string): string =>
  `The server cannot make a database with the locale ${locale ?? collate}: texts are ordered by ${instead} here.`;
