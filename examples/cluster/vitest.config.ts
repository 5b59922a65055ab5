import { defineConfig } from 'vitest/config'
import { python } from 'vitest-environment-python/vitest'

export default defineConfig({
  plugins: [
    python({
      modules: ['./python/digits.py'],
      start: 'eager',
      startupTimeout: 120_000,
      env: { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
      // Each test has a process of its own, on one of three nodes.
      cluster: { engine: 'ray', nodes: 3 },
    }),
  ],
  test: { testTimeout: 60_000 },
})
