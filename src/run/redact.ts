import { secretsOf } from "../postgres/database-url.ts";

const MASK = "***";

/**
 * Passwords in SQL: `PASSWORD '…'` of roles and user mappings, in all the ways a string can be written. A literal that
 * was cut short is hidden to the end of the text.
 */
const PASSWORD_LITERALS: readonly RegExp[] = [
  /(\bpassword\s+)(?:[eu]&?)?'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/giu,
  /(\bpassword\s+)\$(\w*)\$[\s\S]*?(?:\$\2\$|$)/giu,
];
/** Connection strings, of subscriptions and foreign servers: `password=…`, quoted or bare. */
const CONNECTION_PASSWORD = /(\b(?:ssl)?password\s*=\s*)(?:\\'[^']*'|'{1,2}[^']*'{1,2}|[^\s'"&;]+)/giu;
/** A URL with a password that nobody told us about. */
const URL_PASSWORD = /(\bpostgres(?:ql)?:\/\/[^\s:/@]*:)[^\s"'`]*(?=@)/giu;

/** What every text has in it that these patterns hide something in: looked for first, since hardly any text has. */
const HINT = /password|postgres/iu;

/** Secrets shorter than this are only hidden as whole words: "app" must not blot out `app_orders`. */
const DISTINCTIVE_LENGTH = 8;

/** Hides the passwords that SQL and connection strings say. */
export function withoutPasswords(text: string): string {
  if (!HINT.test(text)) return text;
  let hidden = text;
  for (const pattern of PASSWORD_LITERALS) {
    hidden = hidden.replace(pattern, `$1'${MASK}'`);
  }
  return hidden.replace(CONNECTION_PASSWORD, `$1${MASK}`).replace(URL_PASSWORD, `$1${MASK}`);
}

/** Hides passwords in everything that is printed. It learns them as they become known. */
export class Redactor {
  readonly #secrets = new Map<string, RegExp>();

  /** Learns the passwords of a database URL. */
  addUrl(url: string): void {
    const secrets = secretsOf(url);
    const names = secrets.length === 0 ? NO_NAMES : namesIn(url);
    for (const secret of secrets) {
      // A password that is also the user's or the database's name could only be hidden along with these.
      if (!names.has(secret)) {
        this.addSecret(secret);
      }
    }
  }

  addSecret(secret: string): void {
    const exact = secret.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    const pattern = secret.length < DISTINCTIVE_LENGTH ? `(?<![\\p{L}\\p{N}_])${exact}(?![\\p{L}\\p{N}_])` : exact;
    this.#secrets.set(secret, new RegExp(pattern, "gu"));
  }

  text(text: string): string {
    let hidden = text;
    for (const pattern of this.#secrets.values()) {
      hidden = hidden.replace(pattern, MASK);
    }
    return withoutPasswords(hidden);
  }

  /** The same for every text inside a value, before it becomes JSON, whose own syntax must stay as it is. */
  value<T>(value: T): T {
    return mapTexts(value, (text) => this.text(text)) as T;
  }
}

/**
 * Plain data with every text in it replaced, and copied only where a text has changed; what knows its own JSON form
 * gives that.
 */
export function mapTexts(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") {
    return replace(value);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return mapTexts(value.toJSON(), replace);
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => mapTexts(item, replace));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  // Of what is no plain object only the fields are passed on: an error's message stands beside them.
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  let copy: Record<string, unknown> | undefined = isPlain ? undefined : { ...value };
  for (const [key, item] of Object.entries(value)) {
    const replaced = mapTexts(item, replace);
    if (replaced !== item) {
      copy ??= { ...value };
      copy[key] = replaced;
    }
  }
  return copy ?? value;
}

const NO_NAMES: ReadonlySet<string> = new Set();

function namesIn(url: string): ReadonlySet<string> {
  try {
    const { username, hostname, pathname } = new URL(url);
    return new Set([decodeURIComponent(username), hostname, decodeURIComponent(pathname.slice(1))]);
  } catch {
    return NO_NAMES;
  }
}
