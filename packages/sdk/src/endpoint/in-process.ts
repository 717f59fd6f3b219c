/** @pawl/sdk/in-process: an endpoint for a server in the same process. Frames change hands, without a transport. */

import { type EndpointManifest, type FrameParts, isServiceProtocolVersion, type Start } from "@pawl/protocol";
import type { OutputSink } from "../runtime/attempt.js";
import type { Serde } from "../serde.js";
import { SDK_SERVER_HEADER } from "../version.js";
import { Endpoint, type EndpointOptions } from "./endpoint.js";

export { toMillis } from "../duration.js";

export interface InProcessOptions extends EndpointOptions {
  /** Unix milliseconds, for sleeps and delays. Default: the system's clock. */
  readonly now?: () => number;
  /**
   * Says what happens when a step is to be executed whose result the journal does not have. "stop" ends the attempt like
   * a broken connection. Default: it is executed.
   */
  readonly onRun?: () => "execute" | "stop";
}

/** What the server says of one attempt. */
export interface InProcessRequest {
  readonly service: string;
  readonly handler: string;
  readonly protocolVersion: number;
  readonly start: Start;
  /** Commands and notifications so far; the first is the Input. `start.knownEntries` is their number. */
  readonly journal: readonly FrameParts[];
}

/** One attempt, as its server sees it. */
export interface InProcessAttempt {
  receiveFrame(type: number, payload: Uint8Array): void;
  /** The server will send nothing more: where the handler would wait, it suspends. */
  receiveEnd(): void;
  /** The attempt is over for the server. */
  disconnected(): void;
}

export interface HandlerSerdes {
  readonly input: Serde<unknown>;
  readonly output: Serde<unknown>;
}

/** The handlers of this process. */
export class InProcessEndpoint {
  readonly manifest: EndpointManifest;
  /** `<sdk name>/<version>` */
  readonly sdkVersion: string = SDK_SERVER_HEADER;
  readonly #endpoint: Endpoint;
  readonly #now: (() => number) | undefined;
  readonly #onRun: (() => "execute" | "stop") | undefined;

  /** @throws TypeError on a definition without handlers, or two services of the same name */
  constructor({ now, onRun, ...options }: InProcessOptions) {
    this.#endpoint = new Endpoint(options);
    this.manifest = this.#endpoint.manifest;
    this.#now = now;
    this.#onRun = onRun;
  }

  /** How a handler reads its input and writes its output; undefined when it is not of this process. */
  serdesOf(service: string, handler: string): HandlerSerdes | undefined {
    const runtime = this.#endpoint.handler(service, handler);
    return runtime && { input: runtime.inputSerde, output: runtime.outputSerde };
  }

  /**
   * Runs a handler up to the first thing that it waits for; what it does goes to the sink, as frames.
   * @returns undefined when there is no such handler, or the version is not spoken here
   */
  start(request: InProcessRequest, sink: OutputSink): InProcessAttempt | undefined {
    const handler = this.#endpoint.handler(request.service, request.handler);
    const version = request.protocolVersion;
    if (handler === undefined || !isServiceProtocolVersion(version)) return undefined;
    const attempt = this.#endpoint.start(
      handler,
      { version, attemptHeaders: () => NO_HEADERS, extraArgs: [], now: this.#now, onRun: this.#onRun },
      sink,
    );
    attempt.receiveOpening(request.start, request.journal);
    return attempt;
  }
}

const NO_HEADERS: ReadonlyMap<string, string> = new Map();
