/** A fake of the outside world, over HTTP: it does nothing but remember what it did. For the examples and their tests. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { answerOfModel } from "./fake-model.js";

/** Something that was done. What was asked again under the same idempotency key was done once. */
export interface Effect {
  readonly service: string;
  readonly idempotencyKey: string;
  // biome-ignore lint/suspicious/noExplicitAny: the JSON that was sent
  readonly request: any;
  readonly receipt: string;
  /** How often it was asked for. */
  asked: number;
}

/** The card that banks give out for tests of what happens when they decline. */
export const DECLINED_CARD = "4000 0000 0000 0002";

/** Requests that are refused for good, and the words. */
function refusalOf(service: string, request: Record<string, unknown>): string | undefined {
  if (service === "bank/charge" && request.card === DECLINED_CARD) return "the card was declined";
  if (service === "hotel/book" && request.city === "Atlantis") return "there is no hotel in Atlantis";
  return undefined;
}

interface Interruption {
  readonly service: string;
  readonly matches: (effect: Effect) => boolean;
  readonly reached: (effect: Effect) => void;
}

export class OutsideWorld {
  /** In the order in which it was done. */
  readonly effects: Effect[] = [];
  readonly #server: Server;
  readonly #inFlight = new Map<string, number>();
  readonly #mostInFlight = new Map<string, number>();
  readonly #interruptions = new Set<Interruption>();

  private constructor(readonly onEffect: (effect: Effect) => void) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  }

  /** @param port default: a free one */
  static async start(port = 0, onEffect: (effect: Effect) => void = () => {}): Promise<OutsideWorld> {
    const world = new OutsideWorld(onEffect);
    world.#server.listen(port, "127.0.0.1");
    await once(world.#server, "listening");
    return world;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What a service did. */
  of(service: string): Effect[] {
    return this.effects.filter((effect) => effect.service === service);
  }

  /** How many requests a service had at a time, at most. */
  mostInFlight(service: string): number {
    return this.#mostInFlight.get(service) ?? 0;
  }

  /**
   * Does the next thing that a service is asked for, once, but never says so: whoever asked is left waiting.
   * @returns resolves when it is done
   */
  interrupt(service: string, matches: (effect: Effect) => boolean = () => true): Promise<Effect> {
    return new Promise((resolve) => {
      this.#interruptions.add({ service, matches, reached: resolve });
    });
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const service = (request.url ?? "").slice(1);
    const inFlight = (this.#inFlight.get(service) ?? 0) + 1;
    this.#inFlight.set(service, inFlight);
    this.#mostInFlight.set(service, Math.max(this.mostInFlight(service), inFlight));
    response.on("close", () => this.#inFlight.set(service, this.#inFlight.get(service)! - 1));

    const body = JSON.parse(await text(request));
    const refusal = refusalOf(service, body);
    if (refusal !== undefined) {
      response.writeHead(402).end(refusal);
      return;
    }
    const effect = this.#do(service, String(request.headers["idempotency-key"]), body);
    for (const interruption of this.#interruptions) {
      if (interruption.service !== service || !interruption.matches(effect)) continue;
      this.#interruptions.delete(interruption);
      interruption.reached(effect);
      return;
    }
    const answer = service === "v1/chat/completions" ? answerOfModel(body) : { receipt: effect.receipt };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  }

  #do(service: string, idempotencyKey: string, request: unknown): Effect {
    const done = this.of(service).find((effect) => effect.idempotencyKey === idempotencyKey);
    if (done) {
      done.asked++;
      return done;
    }
    const receipt = `${service}-${this.of(service).length + 1}`;
    const effect: Effect = { service, idempotencyKey, request, receipt, asked: 1 };
    this.effects.push(effect);
    this.onEffect(effect);
    return effect;
  }
}
