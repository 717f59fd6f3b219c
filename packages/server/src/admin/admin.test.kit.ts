import type { Runtime } from "../node/runtime.js";
import type { Command, Response as CoreResponse } from "../partition/commands.js";
import { createDiscover } from "../registry/discovery.js";
import { SchemaRegistry } from "../registry/registry.js";
import type { DocumentRow } from "../store/store.js";
import { createAdminApp } from "./app.js";

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

  newInvocationId(): string {
    throw new Error("not of the admin API");
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
  readonly headers: Headers;
}

export class AdminFixture {
  readonly runtime = new FakeRuntime();
  readonly logged: string[] = [];
  readonly #app = createAdminApp({
    runtime: this.runtime,
    discover: createDiscover({ clusterName: "localcluster", timeoutMs: 5_000 }),
    clusterName: "localcluster",
    ingressEndpoint: "http://127.0.0.1:8080/",
    log: (message) => this.logged.push(message),
  });

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await this.#app.request(path, {
      method,
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
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
