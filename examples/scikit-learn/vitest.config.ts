import { defineConfig } from 'vitest/config'
import { python } from 'vitest-environment-python/vitest'

export default defineConfig({
  plugins: [
    python({
      modules: ['./python/digits.py'],
      // Every run trains, so scikit-learn is imported at once and not with the first test;
      // a broken import then fails the run instead of a test.
      start: 'eager',
      // The first import after an installation reads from a cold disk and compiles.
      startupTimeout: 120_000,
      // Each worker is a process of its own. More threads in each would only get in each other's way.
      env: { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    }),
  ],
  test: { testTimeout: 30_000 },
})
