import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    vitest: 'src/globalSetup/plugin.ts',
    'vitest/global-setup': 'src/globalSetup/vitest.ts',
    'vitest/setup': 'src/environment/setup.ts',
    environment: 'src/environment/environment.ts',
    globals: 'src/environment/globals.ts',
    fixtures: 'src/environment/fixtures.ts',
    cli: 'src/cli/main.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: true,
  fixedExtension: false,
  // Keeps the package small; the sources are a click away in the repository.
  minify: true,
  // Only the wire codec of the generated messages is taken in; every other import stays a dependency.
  deps: { alwaysBundle: [/^@bufbuild\/protobuf/], onlyBundle: ['@bufbuild/protobuf'] },
})
