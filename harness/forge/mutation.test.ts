import { describe, expect, it } from "vitest";
import { authenticatorStages } from "./authenticator-stages.ts";
import { sealNames } from "./mutation.ts";
import { requestStages } from "./request-stages.ts";

describe("the seals that a mutation can name", () => {
  it("are those of the stages, in their order", () => {
    expect(authenticatorStages.filter(({ seal }) => seal).map(({ name }) => name)).toEqual(sealNames);
    expect(requestStages.filter(({ seal }) => seal)).toEqual([]);
  });
});
