import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["harness/**/*.test.ts", "iuts/**/*.test.ts"], testTimeout: 120_000 } });
