/** What the vendors of a trace pass on to each other beside its traceparent. */
export const tracestate = `
ALTER TABLE invocations ADD COLUMN tracestate TEXT;
`;
