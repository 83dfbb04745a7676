import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["harness/**/*.test.ts", "iuts/**/*.test.ts", "page/src/**/*.test.ts"],
    testTimeout: 120_000,
    // By default one core is left free: on two cores all files would run one behind the other.
    maxWorkers: "100%",
  },
});
