/** Every so often: as somebody who watches a dashboard. */
const INTERVAL_MS = 250;

/** The newest invocations, and how many there are of each kind. */
const QUERIES = [
  "SELECT id, target, status FROM sys_invocation ORDER BY created_at DESC LIMIT 50",
  "SELECT target_service_name, status, COUNT(*) AS n FROM sys_invocation GROUP BY target_service_name, status",
];

/** Asks a server about itself while it is measured. */
export class Queries {
  #answered = 0;
  #isStopping = false;
  readonly #asking: Promise<void>;

  constructor(adminUrl: string) {
    this.#asking = this.#ask(adminUrl);
    // Thrown where it is stopped.
    this.#asking.catch(() => {});
  }

  /** @returns how many were answered @throws Error when one was not */
  async stop(): Promise<number> {
    this.#isStopping = true;
    await this.#asking;
    return this.#answered;
  }

  async #ask(adminUrl: string): Promise<void> {
    for (let n = 0; !this.#isStopping; n++) {
      const next = Date.now() + INTERVAL_MS;
      const response = await fetch(`${adminUrl}/query`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ query: QUERIES[n % QUERIES.length] }),
      });
      const answer = await response.text();
      if (!response.ok) throw new Error(`a query was answered with ${response.status}: ${answer}`);
      this.#answered++;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - Date.now())));
    }
  }
}
