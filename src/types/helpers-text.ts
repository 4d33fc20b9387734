/** Declarations that stand at the head of the file when something in it needs them, in this order. */
export const HELPERS = {
  Json: `/** What json and jsonb give. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * What json and jsonb take: a text that is JSON, or an object. Of an array node-postgres would make an array of
 * PostgreSQL, and a text is not quoted: give \`JSON.stringify(value)\` of those.
 */
export type JsonInput =
  | string
  | number
  | boolean
  | { readonly [key: string]: unknown }
  | (object & { readonly [Symbol.iterator]?: never });`,
  PostgresInterval: `/** An interval as node-postgres gives it; parts that are 0 may be absent. */
export interface PostgresInterval {
  years?: number;
  months?: number;
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
  toPostgres(): string;
  toISO(): string;
  toISOString(): string;
}`,
  Point: `export interface Point {
  x: number;
  y: number;
}`,
  Circle: `export interface Circle extends Point {
  radius: number;
}`,
  Nullable: `/** A row made by a function: nothing keeps its columns from being null. */
export type Nullable<Row> = { [Column in keyof Row]: Row[Column] | null };`,
} as const;

export type Helper = keyof typeof HELPERS;
