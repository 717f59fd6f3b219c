import type { Environment } from "./main.js";

const DEFAULT_URL = "http://127.0.0.1:9070";

/** What the command could not do, for the user. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** For the help of commands that ask a running server. */
export const ADMIN_HELP = `The server is found and asked as these say:
  --admin-url URL      Or PAWL_ADMIN_URL, RESTATE_ADMIN_URL (default: ${DEFAULT_URL})
  PAWL_AUTH_TOKEN      The admin API's token, if it has any; or RESTATE_AUTH_TOKEN
  NODE_EXTRA_CA_CERTS  Authorities for its certificate, a PEM file`;

export const ADMIN_OPTIONS = { "admin-url": { type: "string" } } as const;

/** The admin API of a running server. */
export class AdminClient {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor(url: string | undefined, env: Environment) {
    this.#url = (url || env.PAWL_ADMIN_URL || env.RESTATE_ADMIN_URL || DEFAULT_URL).replace(/\/+$/, "");
    const token = env.PAWL_AUTH_TOKEN || env.RESTATE_AUTH_TOKEN;
    this.#headers = token ? { authorization: `Bearer ${token}` } : {};
  }

  /** @throws CommandError when there is no answer, or no good one */
  async request(method: "GET" | "POST", path: string, body?: object): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(this.#url + path, {
        method,
        headers: { ...this.#headers, ...(body !== undefined && { "content-type": "application/json" }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const { message, cause } = error as Error;
      const reason = cause instanceof Error ? cause.message : message;
      throw new CommandError(`no answer from ${this.#url}: ${reason}. Is the server running there?`);
    }
    if (!answer.ok) throw new CommandError(`${this.#url}${path} answered ${await explain(answer)}`);
    return answer;
  }
}

async function explain(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    return `${answer.status}: ${(JSON.parse(text) as { message: string }).message}`;
  } catch {
    return String(answer.status);
  }
}
