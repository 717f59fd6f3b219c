/** Serves routers, without any .proto file, on PORT. */
import * as restate from "@pawl/sdk/proto";
import { note } from "./services/notes.js";

interface Person {
  readonly age: number;
}

const greeterRouter = restate.keyedRouter({
  greet: async (_: restate.RpcContext, name: string, person: Person) =>
    `Hello ${name} of ${person.age} years old`,
});

const myRouter = restate.router({
  hello: async (_: restate.RpcContext, name: string) => `Hello ${name}`,
  noted: async (_: restate.RpcContext, name: string) => note(name, "noted"),
  callAll: async (ctx: restate.RpcContext, name: string) => {
    ctx.send(myApi).noted(name);
    ctx.sendDelayed(myApi, 1).noted(name);
    return await ctx.rpc(greeterApi).greet(name, { age: 55 });
  },
});

const greeterApi: restate.ServiceApi<typeof greeterRouter> = { path: "greeter-service" };
const myApi: restate.ServiceApi<{
  noted(ctx: restate.RpcContext, name: string): Promise<void>;
}> = { path: "myservice" };

await restate
  .createServer()
  .bindKeyedRouter("greeter-service", greeterRouter)
  .bindRouter("myservice", myRouter)
  .listen();
