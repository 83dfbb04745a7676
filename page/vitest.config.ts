import { defineConfig } from "vitest/config";

/** The tests that need Chromium: `npm run test:page`. */
export default defineConfig({
  test: {
    include: ["page/test/**/*.test.ts"],
    globalSetup: ["page/test/chromium.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
