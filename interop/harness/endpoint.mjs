/** An endpoint in a process of its own, serving all test services with one of the SDKs. */
import { fileURLToPath } from "node:url";
import { NODE_FOR_OFFICIAL, NODE_FOR_PAWL } from "./paths.mjs";
import { eventually, freePort, Process } from "./processes.mjs";

const READY_WITHIN_MS = 20_000;
const NOTED_WITHIN_MS = 30_000;
const CHILD = fileURLToPath(new URL("./endpoint-child.mjs", import.meta.url));

/** A running endpoint, which tells what its handlers do and holds them where the test wants. */
export class Endpoint {
  #process;
  #notes = new Map();
  #ports;
  #options;

  /**
   * @param {{ sdk: "official" | "pawl", variants: import("./variants.mjs").Variant[] }} options
   */
  static async start(options) {
    const endpoint = new Endpoint();
    endpoint.#options = options;
    await endpoint.#launch(await Promise.all(options.variants.map(() => freePort())));
    return endpoint;
  }

  async #launch(ports) {
    const { sdk, variants } = this.#options;
    const node = sdk === "pawl" ? NODE_FOR_PAWL : NODE_FOR_OFFICIAL;
    this.#process = new Process(`endpoint with the ${sdk} SDK`, node, ["--enable-source-maps", CHILD], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, RESTATE_LOGGING: "ERROR" },
    });
    this.#ports = undefined;
    this.#process.child.on("message", (message) => {
      if (message.kind === "note") this.notes(message.topic).push(message.value);
      if (message.kind === "listening") this.#ports = message.ports;
    });
    this.#process.child.send({ kind: "start", sdk, variants, ports });
    try {
      await this.#process.until(() => this.#ports, READY_WITHIN_MS);
    } catch (error) {
      await this.#process.stop("SIGKILL");
      throw error;
    }
  }

  get output() {
    return this.#process.output;
  }

  /** @param {number} variant index into the variants it was started with */
  uri(variant) {
    return `http://127.0.0.1:${this.#ports[variant]}`;
  }

  /** What handlers said under this topic so far, in order. */
  notes(topic) {
    if (!this.#notes.has(topic)) this.#notes.set(topic, []);
    return this.#notes.get(topic);
  }

  /** Waits until there are `count` notes. */
  async noted(topic, count = 1) {
    return await eventually(`${count} notes of ${topic}`, NOTED_WITHIN_MS, () => {
      const notes = this.notes(topic);
      return notes.length >= count ? notes : undefined;
    });
  }

  /** Lets handlers pass that wait at this gate, now and later. */
  open(gate) {
    this.#process.child.send({ kind: "open", gate });
  }

  /**
   * Ends the process without warning and starts it again on the same ports; what its handlers noted is kept here.
   * @param {"official" | "pawl"} [sdk] the SDK of the new process; default: the same
   */
  async crash(sdk = this.#options.sdk) {
    const ports = this.#ports;
    await this.#process.stop("SIGKILL");
    this.#options = { ...this.#options, sdk };
    await this.#launch(ports);
  }

  async stop() {
    await this.#process.stop();
  }
}
