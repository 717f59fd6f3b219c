/**
 * The commands of Restate's documents of 2023, letter for letter, for a reader to paste: only what stands in angle brackets, and
 * the ports, are the reader's own.
 */

/** "Invoking services", June 2023. */
export const INVOKING_SERVICES = {
  greet: `curl -X POST http://<your-restate-runtime-host-port>/org.example.Greeter/Greet -H 'content-type: application/json' -d '{"name": "Pete"}'`,
  grpcurlGreet: `grpcurl -plaintext -d '{"name": "Pete"} <your-restate-runtime-host-port> org.example.Greeter/Greet`,
  grpcurlDescribe: `grpcurl -plaintext <your-restate-runtime-host-port> describe`,
  invoke: `curl -X POST http://<your-restate-runtime-host-port>/dev.restate.Ingress/Invoke -H 'content-type: application/json' -d '{"service": "org.example.Greeter", "method": "Greet", "payload": {"name": "Pete"}}'`,
} as const;

/** "Invocation", December 2023. */
export const INVOCATION = {
  greet: `curl -X POST http://<restate-runtime-host-port>/org.example.Greeter/Greet -H 'content-type: application/json' -d '{"name": "Pete"}'`,
  grpcurlGreet: `grpcurl -plaintext -d '{"name": "Pete"} <your-restate-runtime-host-port> org.example.Greeter/Greet`,
  grpcurlDescribe: `grpcurl -plaintext <your-restate-runtime-host-port> describe`,
  idempotent: `curl -X POST http://<restate-runtime-host-port>/org.example.Greeter/Greet -H 'idempotency-key: <idempotency-key>' -H 'content-type: application/json' -d '{"name": "Pete"}'`,
  invoke: `curl -X POST http://<your-restate-runtime-host-port>/dev.restate.Ingress/Invoke -H 'content-type: application/json' -d '{"service": "org.example.Greeter", "method": "Greet", "argument": {"name": "Pete"}}'`,
  makePrivate: `$ curl -X PATCH <RESTATE_META_ENDPOINT>/services/<SERVICE_NAME> -H 'content-type: application/json' -d '{"public": false}'`,
  makeExamplePrivate: `$ curl -X PATCH localhost:9070/services/org.example.ExampleService -H 'content-type: application/json' -d '{"public": false}'`,
  kill: `$ curl -X DELETE <RESTATE_META_ENDPOINT>/invocations/<INVOCATION_IDENTIFIER>`,
  killExample: `$ curl -X DELETE http://localhost:9070/invocations/T4pIkIJIGAsBiiGDV2dxK7PkkKnWyWHE`,
} as const;

/** What the documents print as the answer to `greet`. */
export const GREETING = '{"greeting":"Hello Pete"}';
