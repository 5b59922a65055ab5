import { defineConfig, type Rolldown, type UserConfig } from 'tsdown'
import { chunkOf } from './scripts/chunks.mjs'
import { writeCommonJs } from './scripts/common-js.mjs'
import { writePythonRooms } from './scripts/python-rooms.mjs'
import { writeReportPage } from './scripts/report-page.mjs'
import { thirdPartyNotices } from './scripts/third-party.mjs'
import { trimMessages } from './scripts/trim-messages.mjs'

/** Drops the marks of the source files from declarations: they are 4 kB. */
function withoutRegions(): Rolldown.Plugin {
  return {
    name: 'without-regions',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk' && /\.d\.c?ts$/.test(chunk.fileName))
          chunk.code = chunk.code.replace(/^\/\/#(end)?region.*\n/gm, '')
    },
  }
}

/** Has a CommonJS build import an ES module instead of bundling its source. */
function restIsEsm(source: string, built: string): Rolldown.Plugin {
  return {
    name: 'rest-is-esm',
    resolveId: (id) => (id === source ? { id: built, external: true } : undefined),
  }
}

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
    'jest/pythonOfFile': 'src/environment/jest/pythonOfFile.ts',
    'jest/types': 'src/environment/jest/types.ts',
    cli: 'src/cli/main.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: true,
  fixedExtension: false,
  // Keeps the package small. The sources are in the repository.
  // Diffs show the names of classes, so those are kept.
  minify: {
    compress: { keepNames: { class: true, function: false } },
    mangle: { keepNames: { class: true, function: false } },
  },
  // Packages of which code is bundled have to be named.
  plugins: [thirdPartyNotices(), withoutRegions(), trimMessages()],
  // The codecs are bundled, because little of each is used. Their ES modules can be tree-shaken.
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  deps: {
    alwaysBundle: [/^@bufbuild\/protobuf/, /^@msgpack\/msgpack/, 'valibot'],
    onlyBundle: ['@bufbuild/protobuf', '@msgpack/msgpack', 'valibot'],
  },
}

/** The plugin for configurations that are CommonJS: Vite 5 makes one of a .ts file if the package has no "type": "module". */
const plugin: UserConfig = {
  ...esm,
  entry: { vitest: 'src/globalSetup/vitest/pluginCommonJs.ts' },
  format: 'cjs',
  dts: false,
  plugins: [restIsEsm('./plugin.ts', './vitest.js')],
  clean: false,
}

/** Jest's environment. Jest constructs it at once, so it is CommonJS; it imports the rest. */
const jestEnvironment: UserConfig = {
  ...esm,
  entry: { 'jest/environment': 'src/environment/jest/environment.ts' },
  format: 'cjs',
  plugins: [restIsEsm('./pythonOfFile.ts', './pythonOfFile.js')],
  clean: false,
}

/** What Jest's CommonJS test files load: they cannot load ES modules. */
const jest: UserConfig = {
  ...esm,
  entry: { jest: 'src/environment/jest/access.ts' },
  format: 'cjs',
  dts: false,
  clean: false,
}

/** The program of the HTML report, for browsers. */
const reportPage: UserConfig = {
  entry: { 'report-page': 'src/report/page/main.ts' },
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  dts: false,
  minify: true,
  clean: false,
  onSuccess: writeReportPage,
}

export default defineConfig([
  {
    ...esm,
    outputOptions: {
      codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: chunkOf() }] },
    },
    async onSuccess() {
      await writeCommonJs()
      await writePythonRooms()
    },
  },
  plugin,
  jestEnvironment,
  jest,
  reportPage,
])
