import { defineConfig } from 'vitest/config'
import { python } from 'vitest-environment-python/vitest'

export default defineConfig({
  plugins: [
    python({
      modules: ['./python/digits.py'],
      // Every run trains a model, so import scikit-learn before the tests.
      // If the import fails, the run fails instead of a test.
      start: 'eager',
      // The first import after an installation is slow: the disk is cold, and Python compiles.
      startupTimeout: 120_000,
      // Every worker is a process, so more threads in each would only compete for the cores.
      env: { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
    }),
  ],
  test: { testTimeout: 30_000 },
})
