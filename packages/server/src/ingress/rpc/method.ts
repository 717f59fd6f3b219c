import type { DescMessage, Message, Registry } from "@bufbuild/protobuf";
import type { HttpRequest } from "../../http/exchange.js";
import type { Command, Responder, Response } from "../../partition/commands.js";
import type { RpcHost } from "./host.js";
import type { Codec } from "./protocol.js";
import type { RpcError } from "./rpc-error.js";
import type { ReplyHeaders } from "./wire.js";

/** Something that can be called, of a user's service or built in. */
export type RpcMethod = UnaryMethod | StreamMethod;

interface MethodTypes {
  readonly input: DescMessage;
  readonly output: DescMessage;
  /** What an Any in one of them may hold. */
  readonly types: Registry;
}

export interface UnaryMethod extends MethodTypes {
  readonly kind: "unary";
  /** Declared as free of side effects: Connect's GET may call it. */
  readonly isIdempotent: boolean;
  /** @throws RpcError, IngressError or MessageError for a request that cannot be carried out */
  plan(host: RpcHost, request: UnaryRequest): Work;
}

export interface UnaryRequest {
  readonly codec: Codec;
  readonly data: Uint8Array;
  readonly http: HttpRequest;
}

/** What a unary call comes to. */
export type Work =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** The core is asked; `id` is the invocation that the command is for. */
  | {
      readonly kind: "ask";
      readonly id: string;
      toCommand(responder: Responder): Command;
      /** @throws RpcError */
      toAnswer(response: Response): Answer;
    };

export interface Answer {
  /** In binary. */
  readonly message: Uint8Array;
  readonly headers: ReplyHeaders;
}

export interface StreamMethod extends MethodTypes {
  readonly kind: "stream";
  open(host: RpcHost, out: StreamOutput): StreamInput;
}

export interface StreamOutput {
  send(message: Message): void;
  /** The last thing of a stream. */
  end(error?: RpcError): void;
}

export interface StreamInput {
  /** @throws RpcError which ends the stream */
  message(message: Message): void;
  /** The client has said all. @throws RpcError */
  end(): void;
  /** The stream is over, for whatever reason. */
  close(): void;
}
