import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LockkeeperError } from "../../../src/errors/lockkeeper-error.ts";
import { totalOf } from "../../../src/safety/estimate/estimate.ts";
import { moneyOf } from "../../../src/safety/estimate/money.ts";
import { parseRateCard, readRateCard } from "../../../src/safety/estimate/rate-card.ts";

const refusal = (text: string): LockkeeperError => {
  try {
    parseRateCard(text, "rates.json");
  } catch (error) {
    if (error instanceof LockkeeperError) return error;
    throw error;
  }
  throw new Error("it was taken");
};

const card = (fields: string): string =>
  `{\n  "name": "ours",\n  "currency": "XTS"${fields === "" ? "" : `,\n  ${fields}`}\n}\n`;

describe("a rate card", () => {
  test("needs a name and a currency; all else has a default", () => {
    expect(parseRateCard(card(""), "rates.json")).toEqual({
      name: "ours",
      currency: "XTS",
      example: false,
      bytesOfGb: 1024 ** 3,
      bytesOfIo: 8_192,
      storagePerGbMonth: 0,
      perMillionReads: 0,
      perMillionWrites: 0,
      replicaTrafficPerGb: 0,
      archiveTrafficPerGb: 0,
      computePerHour: 0,
    });
  });

  test.each([
    ["a price below 0", card('"computePerHour": -1'), "a number from 0, and is -1", 4, 3],
    ["a price as a text", card('"computePerHour": "12"'), 'a number from 0, and is "12"', 4, 3],
    ["a price that is no number", card('"computePerHour": null'), "and is null", 4, 3],
    ["a field that there is not", card('"perMillionIo": 1'), 'no field "perMillionIo"', 4, 3],
    ["a field with a name of JavaScript's own", card('"constructor": 1'), 'no field "constructor"', 4, 3],
    ["a currency in words", '{ "name": "ours", "currency": "Euro" }', "three letters", 1, 19],
    ["no bytes for an IO", card('"bytesOfIo": 0'), "a whole number from 1", 4, 3],
    ["a day that there is not", card('"asOf": "2026-13-41"'), "a day", 4, 3],
    ["a day that its month has not", card('"asOf": "2026-02-31"'), "a day", 4, 3],
    ["gigabytes of its own", card('"bytesOfGb": 7'), "1000000000 or 1073741824", 4, 3],
    ["no currency", '{ "name": "ours" }', "has no currency", undefined, undefined],
    ["a list", "[1, 2]", "is a JSON object, and this is [1,2]", 1, 1],
    ["nothing", "", "no JSON", 1, 1],
    ["a comma too many", card('"computePerHour": 1,'), "no JSON", 5, 1],
    ["an end too early", '{ "name": "ours",\n', "no JSON", undefined, undefined],
  ])("with %s is refused with its place", (_, text, words, line, column) => {
    const error = refusal(text);
    expect(error.code).toBe("rate_card_invalid");
    expect(error.message).toContain(words);
    expect(error.notDone).toBe("Nothing was estimated.");
    if (line !== undefined) expect(error.at).toMatchObject({ file: "rates.json", line, column });
  });

  test("that is not there is told by its name", () => {
    expect(() => readRateCard("gone.json", import.meta.dirname)).toThrow(
      "The rate card gone.json cannot be read (ENOENT).",
    );
  });

  test.each(["rates-by-use.json", "rates-by-the-hour.json"])(
    "of the examples, %s, says that its numbers are invented",
    (file) => {
      const path = `${import.meta.dirname}/../../../docs/examples/${file}`;
      const { example, currency, name } = readRateCard(path, "/");
      expect(example).toBe(true);
      expect(["XTS", "XXX"]).toContain(currency);
      expect(name).toContain("Invented");
      expect(readFileSync(path, "utf8")).toContain("Every number is invented");
    },
  );
});

test("money is what is expected times the rates; replicas store what the primary stores", () => {
  const expected = {
    ...totalOf([]),
    seconds: { low: 1_800, likely: 3_600, high: 7_200 },
    diskGrowthBytes: 2e9,
    readBytes: 8_192e6,
    writtenBytes: 16_384e6,
    replicaBytes: 3e9,
    archiveBytes: 1e9,
  };
  const rates = parseRateCard(
    card(
      '"bytesOfGb": 1000000000, "storagePerGbMonth": 10, "perMillionReads": 1, "perMillionWrites": 2, "replicaTrafficPerGb": 3, "archiveTrafficPerGb": 4, "computePerHour": 5',
    ),
    "rates.json",
  );
  const { once, storagePerMonth } = moneyOf(expected, rates, 2);
  expect(once).toEqual({
    reads: 1,
    writes: 4,
    replicaTraffic: 9,
    archiveTraffic: 4,
    compute: { low: 2.5, likely: 5, high: 10 },
    total: { low: 20.5, likely: 23, high: 28 },
  });
  expect(storagePerMonth).toBe(60);
});
