/** What the browser runs: connect-web's clients, for the test to call. */
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { Greeter } from "../generated/es/org/example/greeter_pb.js";
import { Guestbook } from "../generated/es/org/example/tour_pb.js";

const TRANSPORTS = {
  "Connect with JSON": (baseUrl: string) => createConnectTransport({ baseUrl }),
  "Connect with Protobuf": (baseUrl: string) => createConnectTransport({ baseUrl, useBinaryFormat: true }),
  "gRPC-web": (baseUrl: string) => createGrpcWebTransport({ baseUrl }),
} satisfies Record<string, (baseUrl: string) => Transport>;

export type TransportName = keyof typeof TRANSPORTS;

/** What goes between the page and the test is JSON. */
export interface PageRequest {
  readonly transport: TransportName;
  readonly baseUrl: string;
  readonly name: string;
  readonly idempotencyKey?: string;
}

export type GreetResult = { readonly greeting: string } | { readonly code: string; readonly message: string };

export interface SignResult {
  readonly count: number;
  /** A header of the answer. */
  readonly expires: string | null;
}

export interface Page {
  greet(request: PageRequest): Promise<GreetResult>;
  sign(request: PageRequest): Promise<SignResult>;
}

const page: Page = {
  async greet({ transport, baseUrl, name }) {
    try {
      const { greeting } = await createClient(Greeter, TRANSPORTS[transport](baseUrl)).greet({ name });
      return { greeting };
    } catch (error) {
      const { code, rawMessage } = ConnectError.from(error);
      return { code: Code[code], message: rawMessage };
    }
  },

  async sign({ transport, baseUrl, name, idempotencyKey }) {
    let expires: string | null = null;
    const { count } = await createClient(Guestbook, TRANSPORTS[transport](baseUrl)).sign(
      { name },
      {
        headers: idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey },
        onHeader: (headers) => {
          expires = headers.get("idempotency-expires");
        },
      },
    );
    return { count, expires };
  },
};

Object.assign(globalThis, { page });
