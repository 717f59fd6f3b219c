/** The `pawl` command, for programs that want to run it in their own process. */
export { main } from "./main.js";
