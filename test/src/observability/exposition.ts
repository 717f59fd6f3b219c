/** A strict parser of Prometheus' text format, version 0.0.4. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const COMMENT = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/;

/**
 * @throws Error for what a scraper may refuse: families that are torn apart or lack a type, series that are there twice,
 * histograms whose buckets shrink or lack the last one
 */
export function parseExposition(text: string): Sample[] {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const closed = new Set<string>();
  const seen = new Set<string>();
  let family = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = COMMENT.exec(line);
    if (comment !== null) {
      const [, kind, name = "", rest = ""] = comment;
      if (name !== family) {
        if (closed.has(name)) throw new Error(`the family ${name} is torn apart`);
        closed.add(name);
        family = name;
      }
      if (kind === "TYPE") types.set(name, rest);
      continue;
    }
    const sample = parseSample(line);
    const type = types.get(family);
    const suffix = sample.name.slice(family.length);
    const allowed = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    if (type === undefined || !sample.name.startsWith(family) || !allowed.includes(suffix)) {
      throw new Error(`${line} stands in the family ${family} of type ${type}`);
    }
    if (type === "counter" && !family.endsWith("_total")) throw new Error(`${family} is a counter`);
    const series = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (seen.has(series)) throw new Error(`${series} is there twice`);
    seen.add(series);
    samples.push(sample);
  }
  checkHistograms(samples, types);
  return samples;
}

function parseSample(line: string): Sample {
  const match = SAMPLE.exec(line);
  if (match === null) throw new Error(`not a sample: ${line}`);
  const [, name = "", labelText = "", number = ""] = match;
  const labels: Record<string, string> = {};
  for (let rest = labelText; rest !== ""; ) {
    const label = LABEL.exec(rest);
    if (label === null) throw new Error(`bad labels: ${line}`);
    const [all, key = "", value = ""] = label;
    if (key in labels) throw new Error(`a label is there twice: ${line}`);
    labels[key] = value.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));
    rest = rest.slice(all.length);
  }
  return { name, labels, value: Number(number.replace("Inf", "Infinity")) };
}

function checkHistograms(samples: readonly Sample[], types: ReadonlyMap<string, string>): void {
  for (const [family, type] of types) {
    if (type !== "histogram") continue;
    const counts = samples.filter(({ name }) => name === `${family}_count`);
    for (const { labels, value } of counts) {
      const buckets = samples.filter(
        (s) =>
          s.name === `${family}_bucket` && Object.entries(labels).every(([key, v]) => s.labels[key] === v),
      );
      const bounds = buckets.map((bucket) => Number((bucket.labels.le ?? "").replace("Inf", "Infinity")));
      const isAscending = bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] as number));
      const grows = buckets.every((bucket, i) => i === 0 || bucket.value >= (buckets[i - 1] as Sample).value);
      if (!isAscending || !grows || bounds.at(-1) !== Number.POSITIVE_INFINITY)
        throw new Error(`bad buckets of ${family}`);
      if (buckets.at(-1)?.value !== value) throw new Error(`the count of ${family} is not its last bucket's`);
    }
  }
}

/** Value of the one series that has these labels. */
export function sampleOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  if (found.length !== 1)
    throw new Error(`${found.length} series are ${name} with ${JSON.stringify(labels)}`);
  return (found[0] as Sample).value;
}
