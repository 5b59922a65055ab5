import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'

/** The chaos tests kill runs and look for survivors. Three at once, because each one runs its own Vitest. */
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
          // Three at once, because each test waits for its own Vitest, which takes one or two cores.
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
      {
        // Only `npm run matrix` runs it.
        test: {
          name: 'matrix',
          include: ['test/matrix/**/*.test.ts'],
          maxConcurrency: 1,
          testTimeout: 1_500_000,
          hookTimeout: 300_000,
        },
      },
      chaos('chaos', 'test/chaos/fast/**/*.test.ts'),
      chaos('chaos-slow', 'test/chaos/slow/**/*.test.ts'),
    ],
  },
})
