import { z } from "zod";

/** What iuts/NAME/template.yaml says: that this implementation is what `init` starts from in a language, and what of it stays behind. */
export const templateSchema = z.strictObject({
  lang: z.string().regex(/^[a-z]+$/),
  title: z.string().min(10).describe("the libraries that it stands on"),
  needs: z.string().min(2).describe("what must be installed to build it"),
  leaveOut: z.array(z.string()).default([]).describe("globs over its files: what makes sense in this repository only"),
});
