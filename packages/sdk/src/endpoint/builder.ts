import type { JournalValueCodec } from "../journal-codec.js";
import type { LoggerTransport } from "../logging/logger.js";
import type { AnyDefinition, DefaultServiceOptions, EndpointOptions } from "./endpoint.js";

/** What endpoints of every transport have in common while they are built step by step. Each method returns the endpoint. */
export interface RestateEndpointBase<E> {
  /** Adds a service, a virtual object or a workflow. */
  bind(definition: AnyDefinition): E;
  defaultServiceOptions(options: DefaultServiceOptions): E;
  /** Default: the console. */
  setLogger(logger: LoggerTransport): E;
  /** Only servers with one of these keys may call; see `EndpointOptions.identityKeys`. */
  withIdentityV1(...keys: string[]): E;
  /** See `EndpointOptions.journalValueCodecProvider`. */
  journalValueCodecProvider(provider: () => Promise<JournalValueCodec>): E;
}

/**
 * @param finish the methods of one transport, which make something of the options; they read them when they are called, not
 *   before, since they are filled until then
 */
export function buildEndpoint<E extends RestateEndpointBase<E>>(
  finish: (options: Readonly<EndpointOptions>, endpoint: () => E) => Omit<E, keyof RestateEndpointBase<E>>,
): E {
  const options: EndpointOptions = { services: [] };
  const common: RestateEndpointBase<E> = {
    bind: (definition) => {
      options.services.push(definition);
      return endpoint;
    },
    defaultServiceOptions: (defaults) => {
      options.defaultServiceOptions = defaults;
      return endpoint;
    },
    setLogger: (logger) => {
      options.logger = logger;
      return endpoint;
    },
    withIdentityV1: (...keys) => {
      options.identityKeys = [...(options.identityKeys ?? []), ...keys];
      return endpoint;
    },
    journalValueCodecProvider: (provider) => {
      options.journalValueCodecProvider = provider;
      return endpoint;
    },
  };
  const endpoint = { ...common, ...finish(options, () => endpoint) } as E;
  return endpoint;
}
