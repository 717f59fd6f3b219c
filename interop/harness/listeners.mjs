/** How an endpoint answers a server of Node's: as the SDK does it there, or with what other platforms put in between. */
import { fetchListener, lambdaListener } from "../../test/dist/endpoints/front-doors.js";
import { codec } from "./codec.mjs";

const PAWL = new URL("../../packages/sdk/dist/", import.meta.url).href;

/** The entries of each SDK. */
const SDKS = {
  official: {
    node: "@restatedev/restate-sdk",
    fetch: "@restatedev/restate-sdk/fetch",
    lambda: "@restatedev/restate-sdk/lambda",
  },
  pawl: { node: `${PAWL}node.js`, fetch: `${PAWL}fetch.js`, lambda: `${PAWL}lambda.js` },
};

/** @param {"official" | "pawl"} kind */
export const sdkOf = async (kind, platform = "node") => await import(SDKS[kind][platform]);

/**
 * @param {"official" | "pawl"} kind of SDK
 * @param {import("./variants.mjs").Variant} variant
 * @param {object} options as `createEndpointHandler` takes them
 */
export async function listenerOf(kind, { transport, platform, isBuilt, identityKeys = [] }, options) {
  if (isBuilt) return build(await sdkOf(kind), transport, { ...options, identityKeys });
  const { createEndpointHandler } = await sdkOf(kind, platform);
  const isBidirectional = transport === "bidi";
  switch (platform) {
    case "fetch":
      return answering(fetchListener(createEndpointHandler({ ...options, bidirectional: isBidirectional })));
    case "lambda":
      return answering(lambdaListener("2.0", createEndpointHandler(options)));
    default:
      // The SDKs know what suits HTTP/1.1.
      return createEndpointHandler({
        ...options,
        ...(transport === "request-response" && { bidirectional: false }),
      });
  }
}

const answering = (listener) => (request, response) => {
  listener(request, response).catch(() => response.destroy());
};

/** JSON that shows who wrote it. */
const spacedJson = {
  contentType: "application/json",
  serialize: (value) => (value === undefined ? new Uint8Array() : Buffer.from(` ${JSON.stringify(value)}`)),
  deserialize: (bytes) => (bytes.length === 0 ? undefined : JSON.parse(Buffer.from(bytes).toString())),
};

/** Step by step, with everything that an endpoint can be told. */
function build(sdk, transport, { services, logger, note, identityKeys, defaultServiceOptions }) {
  const endpoint = sdk.endpoint();
  for (const service of services) endpoint.bind(service);
  endpoint
    .setLogger(logger)
    .withIdentityV1(...identityKeys)
    .journalValueCodecProvider(async () => codec)
    .defaultServiceOptions({
      ...defaultServiceOptions,
      serde: spacedJson,
      journalRetention: { hours: 7 },
      asTerminalError: (error) =>
        error.message === "not terminal for all"
          ? new sdk.TerminalError("terminal for all", { errorCode: 471 })
          : undefined,
      hooks: [
        ({ request }) => ({
          interceptor: {
            handler: async (next) => {
              note(`endpoint-hook/${request.id}`, request.target.handler);
              await next();
            },
          },
        }),
      ],
    });
  return transport === "http1" ? endpoint.http1Handler() : endpoint.http2Handler();
}
