/**
 * A context of which nothing is known but what kind it is, for types that callers and services share without importing
 * what contexts can do.
 *
 * @example
 * ```ts
 * interface Greeter {
 *   greet(ctx: pawl.RestateContext, name: string): Promise<string>;
 * }
 * const welcome = (ctx: pawl.Context) => ctx.serviceClient<Greeter>({ name: "Greeter" }).greet("Pete");
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: that nothing is known is its point
export interface RestateContext {}
/** As {@link RestateContext}, in exclusive handlers of an object. */
export interface RestateObjectContext extends RestateContext {}
/** As {@link RestateContext}, in shared handlers of an object. */
export interface RestateObjectSharedContext extends RestateContext {}
/** As {@link RestateContext}, in shared handlers of a workflow. */
export interface RestateWorkflowSharedContext extends RestateObjectSharedContext {}
/** As {@link RestateContext}, in the workflow itself. */
export interface RestateWorkflowContext extends RestateObjectContext, RestateWorkflowSharedContext {}
