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
  readonly #stopping = new AbortController();
  readonly #asking: Promise<void>;

  constructor(adminUrl: string) {
    this.#adminUrl = adminUrl;
    this.#asking = this.#ask();
    // Thrown where it is stopped.
    this.#asking.catch(() => {});
  }

  /**
   * Gives up the query under way: on a busy machine it may be resting.
   * @returns how long each answer took, milliseconds. @throws Error when a query was refused
   */
  async stop(): Promise<readonly number[]> {
    this.#stopping.abort();
    await this.#asking;
    return this.#answerMs;
  }

  async #ask(): Promise<void> {
    const { signal } = this.#stopping;
    for (let n = 0; !signal.aborted; n++) {
      const start = performance.now();
      try {
        await query(this.#adminUrl, QUERIES[n % QUERIES.length]!, signal);
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      const took = performance.now() - start;
      this.#answerMs.push(took);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, INTERVAL_MS - took)));
    }
  }
}

/** @returns the rows. @throws Error when the server does not answer with them */
export async function query(
  adminUrl: string,
  sql: string,
  signal: AbortSignal | null = null,
): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(`${adminUrl}/query`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: sql }),
    signal,
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`a query was answered with ${response.status}: ${answer}`);
  return (JSON.parse(answer) as { rows: Record<string, unknown>[] }).rows;
}
