/** A server process and endpoint processes for the rows of a file, and what a row asks of them. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Endpoint,
  pause,
  prepareEndpoint,
  prepareServer,
  type Restartable,
  type TestServer,
  temporaryDirectory,
} from "../processes.js";

const WAIT_AT_MOST_MS = 20_000;
const POLL_MS = 10;

/** The services of examples/proto. */
export const EXAMPLE = "../../examples/dist/greeter-proto/main.js";
/** Those of test/proto/acceptance. */
export const SERVICES = "./acceptance/services.endpoint.js";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** GET /invocations/{id}, as far as it is looked at. */
export interface Described {
  readonly status: string;
  readonly retry_count: number;
  readonly last_failure: string | null;
  readonly last_failure_error_code: string | null;
  readonly journal: readonly { readonly entry_type: string }[];
}

export interface Note {
  readonly topic: string;
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export class World {
  private constructor(
    readonly server: TestServer,
    readonly endpoints: readonly Endpoint[],
    readonly directory: string,
  ) {}

  /**
   * Starts everything and registers the endpoints.
   * @param settings of the server, as environment variables
   * @param files of the endpoints, as `prepareEndpoint` takes them
   */
  static async start(settings: NodeJS.ProcessEnv, ...files: readonly string[]): Promise<World> {
    const directory = temporaryDirectory();
    const server = await prepareServer(settings);
    const endpoints = await Promise.all(files.map((file) => prepareEndpoint(file, environment(directory))));
    const world = new World(server, endpoints, directory);
    try {
      await Promise.all([server.process.start(), ...endpoints.map(({ process }) => process.start())]);
      for (const { uri } of endpoints) await server.register(uri);
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  /** One more endpoint, which is not started and is stopped by whoever made it. @param port default: a free one */
  prepareEndpoint(file: string, env: NodeJS.ProcessEnv = {}, port?: number): Promise<Endpoint> {
    return prepareEndpoint(file, { ...environment(this.directory), ...env }, port);
  }

  async stop(): Promise<void> {
    await Promise.all(this.endpoints.map(({ process }) => process.stop("SIGKILL")));
    await this.server.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** As kill -9 and a new start do. */
  async killServer(): Promise<void> {
    await killed(this.server.process);
  }

  /** The same for all endpoints. */
  async killEndpoints(): Promise<void> {
    await Promise.all(this.endpoints.map(({ process }) => killed(process)));
  }

  /** A name that no other row uses, for notes, gates and keys. */
  name(): string {
    return randomUUID();
  }

  /** What handlers said under this topic so far, in order. */
  notes(topic: string): Note[] {
    const file = join(this.directory, "notes");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    // A line counts once its end is there.
    const lines = text.split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Note).filter((note) => note.topic === topic);
  }

  /** Waits until there are `count` notes. */
  async noted(topic: string, count = 1): Promise<Note[]> {
    return await eventually(`${count} notes of ${topic}`, () => {
      const notes = this.notes(topic);
      return notes.length >= count ? notes : undefined;
    });
  }

  /** Lets handlers pass that wait at this gate, now and later. */
  open(gate: string): void {
    writeFileSync(join(this.directory, gate), "");
  }

  /** POST of JSON to a method, such as `acceptance.Worker/Echo`. */
  async call(method: string, request: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return await this.fetch(`/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(request),
    });
  }

  /** A request to the ingress. */
  async fetch(path: string, options: RequestInit = {}): Promise<Answer> {
    return await toAnswer(fetch(`${this.server.ingress}${path}`, options));
  }

  /** A request to the admin API, with JSON if there is a body. */
  async admin(method: string, path: string, body?: unknown): Promise<Answer> {
    const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const options = { method, ...(body !== undefined && json) };
    return await toAnswer(fetch(`${this.server.admin}${path}`, options));
  }

  /** Starts an invocation by `dev.restate.Ingress/Invoke`. @returns its id */
  async invoke(method: string, argument: unknown): Promise<string> {
    const [service, name] = method.split("/");
    const answer = await this.call("dev.restate.Ingress/Invoke", { service, method: name, argument });
    assert.equal(answer.status, 200, answer.text);
    return (JSON.parse(answer.text) as { id: string }).id;
  }

  /** What an invocation ended with. */
  async outcome(id: string): Promise<Answer> {
    return await this.fetch(`/restate/invocation/${id}/attach`);
  }

  /** Waits until an invocation is so. */
  async until(id: string, isSo: (described: Described) => boolean): Promise<Described> {
    let last = "";
    return await eventually(
      () => `${id}, which is ${last}`,
      async () => {
        const { status, text } = await this.admin("GET", `/invocations/${id}`);
        assert.equal(status, 200, text);
        last = text;
        const described = JSON.parse(text) as Described;
        return isSo(described) ? described : undefined;
      },
    );
  }
}

async function killed(process: Restartable): Promise<void> {
  await process.stop("SIGKILL");
  await process.start();
}

function environment(directory: string): NodeJS.ProcessEnv {
  return { NOTES_FILE: join(directory, "notes"), GATES_DIRECTORY: directory };
}

async function toAnswer(requested: Promise<Response>): Promise<Answer> {
  const response = await requested;
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Waits for what `check` returns, as long as it is undefined. */
export async function eventually<T>(
  what: string | (() => string),
  check: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + WAIT_AT_MOST_MS;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    assert.ok(Date.now() < deadline, `waited in vain for ${typeof what === "string" ? what : what()}`);
    await pause(POLL_MS);
  }
}
