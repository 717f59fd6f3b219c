import { checkCombination } from "../harness/matrix.mjs";

checkCombination({ sdk: "pawl", server: "official" });
