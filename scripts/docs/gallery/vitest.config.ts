import { defineConfig } from 'vitest/config'
import { python } from 'vitest-environment-python/vitest'

export default defineConfig({
  plugins: [python({ modules: ['./python/shop.py'] })],
})
