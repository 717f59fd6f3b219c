import { checkCombination } from "../harness/matrix.mjs";

const [sdk, server] = process.env.TEST_COMBINATION.split("/");
checkCombination({ sdk, server, variants: [{ protocol: 7, transport: "bidi" }] });
