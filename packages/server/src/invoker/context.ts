import { HeaderBlock } from "@pawl/http2";
import { FrameWriter } from "@pawl/protocol";
import { Deadlines } from "./deadlines.js";
import { Flusher } from "./flusher.js";
import { type HttpInvokerOptions, type InvokerLimits, withDefaults } from "./options.js";

/** What all attempts and connections of an invoker share. */
export class InvokerContext {
  readonly limits: InvokerLimits;
  readonly deadlines = new Deadlines();
  readonly flusher = new Flusher();
  /** For one attempt at a time, within one call: always left empty. */
  readonly writer = new FrameWriter();
  /** For one request at a time, within one call. */
  readonly headerBlock = new HeaderBlock();
  /** The invoker was closed: attempts end without a word. */
  isClosed = false;

  constructor(options: HttpInvokerOptions) {
    this.limits = withDefaults(options);
  }
}
