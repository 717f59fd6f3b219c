/** gRPC calls with nothing but what server reflection tells, as grpcurl makes them. */
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { GrpcReflection } from "grpc-js-reflection-client";

export type ReflectionVersion = "v1" | "v1alpha";
export type Fields = Readonly<Record<string, unknown>>;

/** As grpcurl prints messages. */
const AS_PRINTED = { enums: String, longs: String, defaults: true };

export class Reflection {
  readonly #host: string;
  readonly #client: GrpcReflection;

  /** @param url of the ingress */
  constructor(url: string, version: ReflectionVersion) {
    this.#host = new URL(url).host;
    this.#client = new GrpcReflection(this.#host, credentials.createInsecure(), {}, version);
  }

  /** Full names of all services. */
  async list(): Promise<string[]> {
    return await this.#client.listServices();
  }

  /** The methods of a service: `Greet(org.example.Request) returns (org.example.Response)`. */
  async describe(service: string): Promise<string[]> {
    const methods = await this.#methods(service);
    return methods.map(({ name, input, output }) => {
      return `${name}(${input.fullName.slice(1)}) returns (${output.fullName.slice(1)})`;
    });
  }

  /** @throws ServiceError */
  async call(service: string, name: string, request: Fields, metadata = new Metadata()): Promise<Fields> {
    const method = (await this.#methods(service)).find((method) => method.name === name);
    if (method === undefined) throw new Error(`${service} has no ${name}`);
    const { input, output } = method;
    const client = new Client(this.#host, credentials.createInsecure());
    try {
      return await new Promise((resolve, reject) => {
        client.makeUnaryRequest<Fields, Fields>(
          `/${service}/${name}`,
          (message) => Buffer.from(input.encode(input.fromObject(message)).finish()),
          (bytes) => output.toObject(output.decode(bytes), AS_PRINTED),
          request,
          metadata,
          (error, answer) => (error === null ? resolve(answer as Fields) : reject(error)),
        );
      });
    } finally {
      client.close();
    }
  }

  async #methods(service: string) {
    const root = (await this.#client.getDescriptorBySymbol(service)).getProtobufJsRoot();
    root.resolveAll();
    return root
      .lookupService(service)
      .methodsArray.map(({ name, resolvedRequestType, resolvedResponseType }) => {
        if (resolvedRequestType === null || resolvedResponseType === null)
          throw new Error(`${name} has no types`);
        return { name, input: resolvedRequestType, output: resolvedResponseType };
      });
  }
}
