// The layers of ARCHITECTURE.md, and inside them the rooms; each lists everything that it may import.
const layers = {
  support: [],
  process: ['support'],
  client: ['support', 'process'],
  options: ['support', 'client'],
  pool: ['support', 'process', 'client', 'options'],
  // Records runs and writes about them. Its page runs in a browser.
  report: ['support', 'process', 'client', 'options', 'pool'],
  // Runs in the test processes: the pool that leases and stops workers lives in another process.
  environment: ['support', 'process', 'client', 'options'],
  // Writes the TypeScript types of Python's functions.
  types: ['support', 'process', 'client', 'options', 'pool'],
  globalSetup: ['support', 'process', 'client', 'options', 'pool', 'report', 'types'],
  cli: ['support', 'process', 'client', 'options', 'pool', 'report', 'types', 'globalSetup'],
}

const outside = (allowed) => ({ path: '^src/', pathNot: `^src/(${allowed.join('|')})/` })

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(layers).map(([layer, below]) => ({
      name: `layer-${layer}`,
      comment: `${layer} may import only ${[layer, ...below].join(', ')}`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: outside([layer, ...below]),
    })),
    {
      name: 'vitest-and-jest-apart',
      comment: 'code for one runner never imports code for the other',
      severity: 'error',
      from: { path: '^src/(environment|globalSetup)/vitest/' },
      to: { path: '^src/(environment|globalSetup)/jest/' },
    },
    {
      name: 'jest-and-vitest-apart',
      comment: 'code for one runner never imports code for the other',
      severity: 'error',
      from: { path: '^src/(environment|globalSetup)/jest/' },
      to: { path: '^src/(environment|globalSetup)/vitest/' },
    },
    {
      name: 'process-knows-no-grpc-and-no-runner',
      severity: 'error',
      from: { path: '^src/(support|process)/' },
      to: { path: '^node_modules/(@grpc|vitest|jest)' },
    },
    {
      name: 'pool-knows-no-runner',
      severity: 'error',
      from: { path: '^src/(client|options|pool)/' },
      to: { path: '^node_modules/(vitest|jest)' },
    },
    {
      name: 'session-knows-no-client-of-tests',
      comment: 'a session carries calls; the client that makes them stands above it',
      severity: 'error',
      from: { path: '^src/client/(errors|lease|session|values|wire)/' },
      to: { path: '^src/client/python/' },
    },
    {
      name: 'page-stands-alone',
      comment: 'the page of the HTML report runs in a browser; it shares only the types of its data',
      severity: 'error',
      from: { path: '^src/report/page/' },
      to: { pathNot: '^src/report/(page/|formats/timeline.ts)' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'nothing-orphaned', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}
