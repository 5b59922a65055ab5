import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/** What kills runs and looks for what is left. Three at once: each has a Vitest of its own. */
function chaos(name: string, include: string): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [include],
      globalSetup: ['test/support/globalSetup.ts'],
      fileParallelism: false,
      maxConcurrency: 3,
      testTimeout: 120_000,
      hookTimeout: 300_000,
    },
  }
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/docs/**/*.test.ts'],
          globalSetup: ['scripts/development-python.mjs'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/globalSetup.ts'],
          // A test waits for a Vitest of its own, which takes one core or two; so three of them at once.
          fileParallelism: false,
          maxConcurrency: 3,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/*.test.ts'],
          globalSetup: ['test/support/globalSetup.ts'],
          fileParallelism: false,
          maxConcurrency: 3,
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      chaos('chaos', 'test/chaos/fast/**/*.test.ts'),
      chaos('chaos-slow', 'test/chaos/slow/**/*.test.ts'),
    ],
  },
})
