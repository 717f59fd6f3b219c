/**
 * A program may hold several copies of this package: its CommonJS build beside its ES modules, or one under an alias
 * (`"@restatedev/restate-sdk": "npm:@pawl/sdk"`) beside the one that @pawl/testing brings. What one copy makes, the others
 * have to recognise: definitions and handlers by registered symbols, values by classes that are marked here.
 */

/** `instanceof` holds for instances of this class from other copies, too. Call it in the class's static block. */
export function recognizeAcrossCopies(type: { readonly prototype: object }, name: string): void {
  const mark = Symbol.for(`@pawl/sdk/${name}`);
  Object.defineProperty(type.prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    // Subclasses inherit this; they are recognised in the ordinary way.
    value(this: unknown, value: unknown): boolean {
      return this === type
        ? typeof value === "object" && value !== null && mark in value
        : Function.prototype[Symbol.hasInstance].call(this as () => void, value);
    },
  });
}
