/** Runs the fake of the outside world on the port of OUTSIDE_URL, and prints what it does. */
import { outsideUrl } from "./ask.js";
import { OutsideWorld } from "./world.js";

await OutsideWorld.start(Number(new URL(outsideUrl()).port), ({ service, request }) => {
  console.log(`[outside] ${service} ${JSON.stringify(request)}`);
});
