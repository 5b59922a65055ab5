import { defineConfig, type UserConfig } from 'tsdown'

const esm: UserConfig = {
  entry: {
    vitest: 'src/globalSetup/vitest/plugin.ts',
    'vitest/global-setup': 'src/globalSetup/vitest/globalSetup.ts',
    'vitest/setup': 'src/environment/vitest/setup.ts',
    environment: 'src/environment/vitest/environment.ts',
    globals: 'src/environment/vitest/globals.ts',
    fixtures: 'src/environment/vitest/fixtures.ts',
    'jest/global-setup': 'src/globalSetup/jest/globalSetup.ts',
    'jest/global-teardown': 'src/globalSetup/jest/globalTeardown.ts',
    'jest/environment': 'src/environment/jest/environment.ts',
    cli: 'src/cli/main.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: true,
  fixedExtension: false,
  // Keeps the package small; the sources are a click away in the repository.
  minify: true,
  // Only the codecs of the wire are taken in, of which little is used; every other import stays a dependency.
  // Modules, of which what is not used is left out.
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  deps: {
    alwaysBundle: [/^@bufbuild\/protobuf/, /^@msgpack\/msgpack/],
    onlyBundle: ['@bufbuild/protobuf', '@msgpack/msgpack'],
  },
}

export default defineConfig([
  esm,
  // Jest's module system for CommonJS test files cannot load modules. Its types are in jest.d.cts.
  { ...esm, entry: { jest: 'src/environment/jest/access.ts' }, format: 'cjs', dts: false, clean: false },
])
