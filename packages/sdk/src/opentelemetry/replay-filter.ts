import type { Span } from "@opentelemetry/api";

/** The same span, which takes events and exceptions only while `isProcessing`; on replay they were recorded before. */
export function withoutReplayedEvents(span: Span, isProcessing: () => boolean): Span {
  return new Proxy(span, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        if ((name === "addEvent" || name === "recordException") && !isProcessing()) {
          return name === "addEvent" ? receiver : undefined;
        }
        const result: unknown = member.apply(target, args);
        // Spans return themselves, so that calls can be chained.
        return result === target ? receiver : result;
      };
    },
  });
}
