import type { Handler, Hono } from "hono";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What can be done with a path; every other method is answered with 405 and the list of these. */
export function resource(app: Hono, path: string, methods: Partial<Record<Method, Handler>>): void {
  for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler);
  const allow = Object.keys(methods)
    .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]))
    .join(",");
  app.all(path, (c) => c.body(null, 405, { allow }));
}
