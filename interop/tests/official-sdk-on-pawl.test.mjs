import { checkCombination } from "../harness/matrix.mjs";

checkCombination({ sdk: "official", server: "pawl" });
