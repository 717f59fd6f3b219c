/** So many values are looked at; what is larger is data, whose first part tells enough. */
const MAX_VALUES = 1000;

/** Something in a value that JSON does not give back as it was. */
export interface JsonLoss {
  /** `.order.items[0]`; empty for the value itself. */
  readonly path: string;
  /** `a Map` */
  readonly what: string;
  /** `{}` */
  readonly becomes: string;
}

/**
 * @returns the first thing that is lost on the way through JSON. What programs count on rarely is not told: fields that are
 *   undefined, classes without methods.
 */
export function findJsonLoss(root: unknown): JsonLoss | undefined {
  const queue: [path: string, value: unknown][] = [["", root]];
  for (const [path, value] of queue) {
    const loss = lossOf(value);
    if (loss !== undefined) return { path, ...loss };
    if (typeof value !== "object" || value === null) continue;
    for (const [name, child] of Object.entries(value)) {
      if (queue.length >= MAX_VALUES) break;
      queue.push([path + (Array.isArray(value) ? `[${name}]` : `.${name}`), child]);
    }
  }
  return undefined;
}

function lossOf(value: unknown): Omit<JsonLoss, "path"> | undefined {
  if (typeof value === "function") return { what: "a function", becomes: "nothing" };
  if (typeof value === "symbol") return { what: "a symbol", becomes: "nothing" };
  if (typeof value === "number" && !Number.isFinite(value)) return { what: String(value), becomes: "null" };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return undefined;
  const name = value.constructor?.name || "class";
  const what = `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
  if (value instanceof Date) return { what, becomes: "a string" };
  if ("toJSON" in value) return { what, becomes: "what its toJSON() returns" };
  if (value instanceof Map || value instanceof Set) return { what, becomes: "{}" };
  const hasMethods = Object.getOwnPropertyNames(prototype).length > 1;
  return hasMethods ? { what, becomes: "an object without its methods" } : undefined;
}
