const fromUtf8 = new TextDecoder();

/** A failure as tables show it. */
export interface ShownFailure {
  readonly code: number;
  readonly message: string;
}

/** `[409] message`: of the stored outcome of an invocation. */
export function completionFailure(outcome: Uint8Array): string {
  const { code, message } = JSON.parse(fromUtf8.decode(outcome)) as ShownFailure;
  return `[${code}] ${message}`;
}

/** `[500 Internal] message`: of a promise, and of an attempt. Source: Restate 1.7 as observed. */
export function failureText({ code, message }: ShownFailure): string {
  return `[${code === 500 ? "500 Internal" : code}] ${message}`;
}

export function promiseFailure(outcome: Uint8Array): string {
  return failureText(JSON.parse(fromUtf8.decode(outcome)) as ShownFailure);
}
