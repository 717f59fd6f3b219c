import { randomUUID } from "node:crypto";
import { connect } from "@restatedev/restate-sdk-clients";
import { codec } from "./codec.mjs";
import { eventually } from "./processes.mjs";
import { suffixOf } from "./variants.mjs";

const SOON_MS = 20_000;

/** What a case works with: clients of one server, for the services of one variant. */
export class World {
  #suffix;
  #ingress;

  constructor({ sdk, server, endpoint, variant, endpointUri }) {
    this.sdk = sdk;
    this.server = server;
    this.endpoint = endpoint;
    this.variant = variant;
    this.endpointUri = endpointUri;
    this.#suffix = suffixOf(variant);
    this.#ingress = connect({
      url: server.ingressUrl,
      ...(variant.isBuilt && { journalValueCodec: codec }),
    });
  }

  /** The official ingress client. */
  get ingress() {
    return this.#ingress;
  }

  /** A text that no other case uses. */
  unique() {
    return randomUUID();
  }

  /** The name that a service has in this variant. */
  name(service) {
    return service + this.#suffix;
  }

  /** Whether an attempt stays while the handler waits. */
  get isWaitingInPlace() {
    return this.variant.transport === "bidi" && !this.variant.isSuspending;
  }

  /** For clients: they need no more than the name. */
  definition(service) {
    return { name: this.name(service) };
  }

  service(name) {
    return this.#ingress.serviceClient(this.definition(name));
  }

  serviceSend(name) {
    return this.#ingress.serviceSendClient(this.definition(name));
  }

  object(name, key) {
    return this.#ingress.objectClient(this.definition(name), key);
  }

  objectSend(name, key) {
    return this.#ingress.objectSendClient(this.definition(name), key);
  }

  workflow(name, key) {
    return this.#ingress.workflowClient(this.definition(name), key);
  }

  /** A plain request to the ingress. */
  async fetch(path, options = {}) {
    const response = await fetch(`${this.server.ingressUrl}${path}`, {
      signal: AbortSignal.timeout(30_000),
      ...options,
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** A plain request with JSON. */
  async post(path, value, headers = {}) {
    const body = value === undefined ? {} : { body: JSON.stringify(value) };
    const type = value === undefined ? {} : { "content-type": "application/json" };
    return await this.fetch(path, { method: "POST", headers: { ...type, ...headers }, ...body });
  }

  /** What the admin API tells. */
  async adminGet(path) {
    const response = await fetch(`${this.server.adminUrl}${path}`, { signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  /** @param {"cancel" | "kill" | "purge" | "resume" | "pause"} action */
  async admin(action, invocationId) {
    const url = `${this.server.adminUrl}/invocations/${invocationId}/${action}`;
    const response = await fetch(url, { method: "PATCH", signal: AbortSignal.timeout(10_000) });
    return { status: response.status, text: await response.text() };
  }

  /** Resumes an invocation whenever that can be done, until it is over. @param {Promise<unknown>} result its result */
  async resumed(id, result) {
    let isOver = false;
    result.finally(() => {
      isOver = true;
    });
    await eventually("it to be resumed", SOON_MS, async () => {
      if (!isOver) await this.admin("resume", id);
      return isOver;
    });
    return await result;
  }
}

/** The failure that a call through the official client ended with: status and what the server said. */
export async function failureOf(promise) {
  try {
    const value = await promise;
    throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
  } catch (error) {
    if (error.status === undefined) throw error;
    return { status: error.status, ...JSON.parse(error.responseText) };
  }
}
