/** An ingress over routers, as their SDK describes them. */
import { ROUTER_METADATA } from "../../protobuf/router.js";
import { HandlerKind } from "../../store/store.js";
import {
  failure,
  handler,
  openTestIngress,
  type TestIngress,
  type TestService,
  value,
} from "../ingress.test.kit.js";

const parse = (input: string): unknown => (input === "" ? undefined : JSON.parse(input));

const event = { contentType: "*/*", isRequired: false, jsonSchema: null };
const nothing = { contentType: null, setContentTypeIfEmpty: false, jsonSchema: null };

/** What the handlers of the keyed router were called with. */
export const keyedInputs: { readonly input: unknown; readonly headers: Readonly<Record<string, string>> }[] =
  [];

const services: readonly TestService[] = [
  {
    schema: {
      name: "myservice",
      type: "Service",
      revision: 1,
      metadata: { [ROUTER_METADATA]: "unkeyed" },
      handlers: ["hello", "nothing", "fail", "echo", "broken"].map((name) =>
        handler(name, HandlerKind.Service),
      ),
    },
    handlers: {
      hello: (input) => value(JSON.stringify(`Hello ${parse(input)}`)),
      nothing: () => value(""),
      fail: () => failure(404, "gone"),
      echo: (input) => value(input),
      broken: () => value("no JSON"),
    },
  },
  {
    schema: {
      name: "greeter-service",
      type: "VirtualObject",
      revision: 1,
      metadata: { [ROUTER_METADATA]: "keyed" },
      handlers: [
        handler("greet", HandlerKind.ObjectExclusive),
        handler("seen", HandlerKind.ObjectExclusive, { input: event, output: nothing }),
      ],
    },
    handlers: {
      greet: (input, headers) => {
        keyedInputs.push({ input: parse(input), headers });
        const { age } = (parse(input) ?? {}) as { age?: number };
        return value(JSON.stringify(`Hello of ${age ?? "no"} years`));
      },
      seen: (input, headers) => {
        keyedInputs.push({ input, headers });
        return value("");
      },
    },
  },
];

export function openRouterIngress(): Promise<TestIngress> {
  return openTestIngress(services);
}
