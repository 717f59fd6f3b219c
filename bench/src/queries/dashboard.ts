import { median } from "../report/summary.js";

/** Every so often: as somebody who watches a dashboard. */
const INTERVAL_MS = 250;

/** The newest invocations, and how many there are of each kind. */
const QUERIES = [
  "SELECT id, target, status FROM sys_invocation ORDER BY created_at DESC LIMIT 50",
  "SELECT target_service_name, status, COUNT(*) AS n FROM sys_invocation GROUP BY target_service_name, status",
];

/** Somebody who asks a server about itself, in SQL, all the while. */
export class Dashboard {
  readonly #adminUrl: string;
  readonly #answerMs: number[] = [];
  #isStopping = false;
  readonly #asking: Promise<void>;

  constructor(adminUrl: string) {
    this.#adminUrl = adminUrl;
    this.#asking = this.#ask();
    // Thrown where it is stopped.
    this.#asking.catch(() => {});
  }

  /** @returns how long an answer took, the median. @throws Error when a query was refused, or none was answered */
  async stop(): Promise<number> {
    this.#isStopping = true;
    await this.#asking;
    if (this.#answerMs.length === 0) throw new Error("no query was answered");
    return median(this.#answerMs);
  }

  async #ask(): Promise<void> {
    for (let n = 0; !this.#isStopping; n++) {
      const start = performance.now();
      await query(this.#adminUrl, QUERIES[n % QUERIES.length]!);
      const took = performance.now() - start;
      this.#answerMs.push(took);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, INTERVAL_MS - took)));
    }
  }
}

/** @returns the rows. @throws Error when the server does not answer with them */
export async function query(adminUrl: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(`${adminUrl}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: sql }),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`a query was answered with ${response.status}: ${answer}`);
  return (JSON.parse(answer) as { rows: Record<string, unknown>[] }).rows;
}
