import { escapedHtml } from "../../html/escaped-html.ts";
import type { LoadReport } from "../load/load-report.ts";
import type { RehearsedStep } from "../rehearsal-report.ts";

const WIDTH = 720;
const LABEL = 260;
const BAR = 18;
const GAP = 6;

/** Bars, one for each step; empty without any. */
export function stepBars(
  steps: readonly RehearsedStep[],
  {
    title,
    sizeOf,
    inWords,
  }: {
    readonly title: string;
    readonly sizeOf: (step: RehearsedStep) => number;
    readonly inWords: (value: number) => string;
  },
): string {
  const most = Math.max(0, ...steps.map(sizeOf));
  if (most === 0) return "";
  const height = steps.length * (BAR + GAP);
  const bars = steps.map((step, nth) => {
    const value = sizeOf(step);
    const y = nth * (BAR + GAP);
    const width = Math.max(1, ((WIDTH - LABEL - 90) * Math.max(0, value)) / most);
    const label = escapedHtml(shortened(`${step.migration} ${step.step}`));
    return `<text x="${LABEL - 8}" y="${y + BAR - 5}" text-anchor="end">${label}</text><rect x="${LABEL}" y="${y}" width="${number(width)}" height="${BAR}" class="${isStopping(step) ? "stops" : "bar"}"><title>${escapedHtml(step.title)}</title></rect><text x="${number(LABEL + width + 6)}" y="${y + BAR - 5}">${escapedHtml(inWords(value))}</text>`;
  });
  return figure(title, height, bars.join(""));
}

/** The longest call in each part of the time, a line for each script. */
export function loadLines({ scripts }: LoadReport): string {
  const points = scripts.flatMap(({ timeline }) => timeline);
  const last = Math.max(0, ...points.map(({ atMs }) => atMs));
  const most = Math.max(0, ...points.map(({ longestMs }) => longestMs));
  if (last === 0 || most === 0) return "";
  const height = 180;
  const lines = scripts.map(({ name, timeline }, nth) => {
    const path = timeline.map(
      ({ atMs, longestMs }) =>
        `${number((atMs / last) * (WIDTH - 20) + 10)},${number(height - (longestMs / most) * (height - 20))}`,
    );
    return `<polyline points="${path.join(" ")}" class="line line${nth % 4}"><title>${escapedHtml(name)}</title></polyline>`;
  });
  const axis = `<text x="10" y="12">${escapedHtml(`${Math.round(most)} ms`)}</text>`;
  return figure("Longest call of the load over time", height, axis + lines.join(""));
}

const figure = (title: string, height: number, content: string): string =>
  `<figure><figcaption>${escapedHtml(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapedHtml(title)}">${content}</svg></figure>`;

const isStopping = ({ relations }: RehearsedStep): boolean =>
  relations.some(({ blocks }) => blocks !== undefined && /reads|writes/.test(blocks));

const number = (value: number): string => value.toFixed(1);
const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
