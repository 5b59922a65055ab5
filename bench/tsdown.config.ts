import { defineConfig } from 'tsdown'

/** Bundles the benchmark with the sources that it measures, as they would be in `dist`. */
export default defineConfig({
  entry: {
    main: 'main.ts',
    host: 'support/host.ts',
    tester: 'support/tester.ts',
    inside: 'figures/cluster/inside.ts',
    simulatedMain: 'support/simulation/main.ts',
    simulatedDriver: 'support/simulation/driver.ts',
  },
  outDir: '../.cache/bench/built',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  dts: false,
  fixedExtension: false,
  minify: true,
  inputOptions: { resolve: { mainFields: ['module', 'main'] } },
  deps: {
    neverBundle: ['python-shell', 'pythonia'],
    alwaysBundle: [/^@bufbuild\/protobuf/, /^@msgpack\/msgpack/, 'valibot'],
    onlyBundle: ['@bufbuild/protobuf', '@msgpack/msgpack', 'valibot'],
  },
})
