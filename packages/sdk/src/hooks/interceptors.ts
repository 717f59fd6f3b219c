import type { Request } from "../context/request.js";
import { type HooksProvider, IS_PROCESSING } from "./hooks.js";

type Next = () => Promise<void>;

/** The hooks of one attempt, as one layer around the handler and one around each run; absent where nobody asked. */
export interface AttemptHooks {
  readonly handler?: (next: Next) => Promise<void>;
  readonly run?: (name: string, next: Next) => Promise<void>;
}

/**
 * Asks each provider for its hooks, once. The first one is the outermost.
 * @throws what a provider throws
 */
export function hooksOf(
  providers: readonly HooksProvider[],
  request: Request,
  isProcessing: () => boolean,
): AttemptHooks {
  const interceptors = providers.map((provider) => {
    const context = Object.defineProperty({ request }, IS_PROCESSING, { value: isProcessing });
    return provider(context).interceptor;
  });
  const handlers = interceptors.flatMap((it) => (it?.handler ? [it.handler.bind(it)] : []));
  const runs = interceptors.flatMap((it) => (it?.run ? [it.run.bind(it)] : []));
  return {
    ...(handlers.length > 0 && { handler: (next: Next) => nest(handlers, next) }),
    ...(runs.length > 0 && {
      run: (name: string, next: Next) =>
        nest(
          runs.map((run) => (inner: Next) => run(name, inner)),
          next,
        ),
    }),
  };
}

function nest(layers: readonly ((next: Next) => Promise<void>)[], innermost: Next): Promise<void> {
  return layers.reduceRight<Next>((inner, layer) => async () => layer(once(inner)), once(innermost))();
}

function once(next: Next): Next {
  let called = false;
  return async () => {
    if (called) throw new Error("An interceptor called next() more than once.");
    called = true;
    await next();
  };
}
