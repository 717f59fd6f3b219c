import { Counter, Histogram } from "./metric.js";

type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly series: Series[];
}

interface Series {
  /** As they are printed, without braces. */
  readonly labels: string;
  readonly metric: Counter | Histogram | (() => number);
}

/**
 * Metrics by name, and their text for Prometheus. Whoever counts holds the `Counter` or `Histogram` itself, so counting is
 * an addition; labels are made text once, when a series is made. Bounding the number of series is up to who makes them.
 */
export class MetricsRegistry {
  readonly #families = new Map<string, Family>();

  /** @param name ends in `_total` */
  counter(name: string, help: string, labels: Labels = {}): Counter {
    return this.#add(name, "counter", help, labels, new Counter());
  }

  /** @param read is asked at every scrape */
  gauge(name: string, help: string, read: () => number, labels: Labels = {}): void {
    this.#add(name, "gauge", help, labels, read);
  }

  /** A counter that somebody else keeps. */
  observedCounter(name: string, help: string, read: () => number, labels: Labels = {}): void {
    this.#add(name, "counter", help, labels, read);
  }

  histogram(name: string, help: string, bounds: readonly number[], labels: Labels = {}): Histogram {
    return this.#add(name, "histogram", help, labels, new Histogram(bounds));
  }

  #add<T extends Series["metric"]>(
    name: string,
    type: Family["type"],
    help: string,
    labels: Labels,
    metric: T,
  ): T {
    const family = this.#families.get(name) ?? { name, type, help, series: [] };
    this.#families.set(name, family);
    family.series.push({ labels: printLabels(labels), metric });
    return metric;
  }

  /** The text exposition format of Prometheus, version 0.0.4. */
  expose(): string {
    const lines: string[] = [];
    for (const { name, type, help, series } of this.#families.values()) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const { labels, metric } of series) {
        if (metric instanceof Histogram) exposeHistogram(lines, name, labels, metric);
        else lines.push(sample(name, labels, metric instanceof Counter ? metric.value : metric()));
      }
    }
    return `${lines.join("\n")}\n`;
  }
}

export const EXPOSITION_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

function exposeHistogram(lines: string[], name: string, labels: string, histogram: Histogram): void {
  const prefix = labels === "" ? "" : `${labels},`;
  let total = 0;
  for (const [bucket, count] of histogram.counts.entries()) {
    total += count;
    const bound = histogram.bounds[bucket];
    lines.push(sample(`${name}_bucket`, `${prefix}le="${bound ?? "+Inf"}"`, total));
  }
  lines.push(sample(`${name}_sum`, labels, histogram.sum), sample(`${name}_count`, labels, total));
}

function sample(name: string, labels: string, value: number): string {
  return `${name}${labels === "" ? "" : `{${labels}}`} ${Number.isNaN(value) ? "NaN" : value}`;
}

function printLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(",");
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
