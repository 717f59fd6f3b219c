import { afterEach } from "node:test";
import type { Runtime } from "../node/runtime.js";
import type { Command, Response as CoreResponse } from "../partition/commands.js";
import { SchemaRegistry } from "../registry/registry.js";
import type { Introspection } from "../store/introspection/introspection.js";
import type { DocumentRow } from "../store/store.js";
import { checkConversation } from "./openapi/conformance.test.kit.js";
import { type AdminServer, createAdminServer } from "./server.js";

/** A node that keeps documents in a map, and answers commands as the test says. */
export class FakeRuntime implements Runtime {
  readonly registry = new SchemaRegistry();
  readonly documents = new Map<string, DocumentRow>();
  readonly commands: Command[] = [];
  answers: Record<string, CoreResponse> = {};
  saveError: Error | undefined;

  submit(command: Command): void {
    this.commands.push(command);
    const answer = this.answers[command.kind];
    if (answer === undefined || !("responder" in command)) throw new Error(`no answer to ${command.kind}`);
    setImmediate(() => command.responder.respond(answer));
  }

  newInvocationId(key: string | null): string {
    return `id of ${key}`;
  }

  async saveDocuments(
    puts: readonly DocumentRow[],
    deletes: readonly { readonly kind: DocumentRow["kind"]; readonly id: string }[] = [],
  ): Promise<void> {
    if (this.saveError !== undefined) throw this.saveError;
    for (const { kind, id } of deletes) this.documents.delete(`${kind}/${id}`);
    for (const row of puts) this.documents.set(`${row.kind}/${row.id}`, row);
  }
}

export interface Answer {
  readonly status: number;
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown;
  readonly bytes: Buffer;
  readonly headers: Headers;
}

let opened: Promise<AdminServer>[] = [];
afterEach(async () => {
  for (const server of opened) await (await server).close();
  opened = [];
});

/** The admin API on a port of its own, until the test ends. Its answers must be as the OpenAPI document says. */
export class AdminFixture {
  readonly runtime = new FakeRuntime();
  readonly logged: string[] = [];
  readonly #server: Promise<AdminServer>;

  constructor(introspection: Introspection | null = null) {
    this.#server = createAdminServer({
      runtime: this.runtime,
      bindAddress: { host: "127.0.0.1", port: 0 },
      ingressEndpoint: "http://127.0.0.1:8080/",
      introspection,
      log: (message) => this.logged.push(message),
    });
    opened.push(this.#server);
  }

  get address(): Promise<AdminServer["address"]> {
    return this.#server.then(({ address }) => address);
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const { port } = (await this.#server).address;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      redirect: "manual",
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    const { status } = response;
    const answer = { status, body: isJson ? JSON.parse(text) : text, bytes, headers: response.headers };
    checkConversation({
      method,
      path,
      requestBody: typeof body === "string" ? undefined : body,
      status,
      contentType: response.headers.get("content-type")?.split(";", 1)[0] ?? null,
      body: answer.body,
      isEmpty: bytes.byteLength === 0,
    });
    return answer;
  }

  /** Status and message of an error, whose body must have the documented shape. */
  async refusal(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<string> {
    const answer = await this.request(method, path, body, headers);
    const { message, restate_code, ...rest } = answer.body as {
      message: string;
      restate_code: string | null;
    };
    if (Object.keys(rest).length > 0 || restate_code === undefined) {
      throw new Error(`no error body: ${JSON.stringify(answer.body)}`);
    }
    return `${answer.status} ${restate_code} ${message}`;
  }
}
