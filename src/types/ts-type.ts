/** A type of PostgreSQL in TypeScript's words. */
export interface TsType {
  /** What a query gives. */
  readonly select: string;
  /** What a parameter takes, in INSERT and UPDATE alike. */
  readonly insert: string;
}

/** In a union or before brackets these would take their neighbours along. */
const isLoose = (type: string): boolean => /=>|\bextends\b|\binfer\b/.test(type);

export const orNull = (type: string): string => `${isLoose(type) ? `(${type})` : type} | null`;

/** Nothing before the brackets of an array could be taken for less than all of it. */
const isOne = (type: string): boolean => /^[\w$.]+(<[\w$., ]*>)?$/.test(type) || /^\{[^{}]*\}$/.test(type);

export const arrayOf = (type: string): string => (isOne(type) ? `${type}[]` : `(${type})[]`);

/** What arrays are written from may be readonly. */
export const readonlyArrayOf = (type: string): string => `readonly ${arrayOf(type)}`;
