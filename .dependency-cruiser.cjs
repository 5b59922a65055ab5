// The layers of ARCHITECTURE.md, left to right; a layer may import only what stands to the left of it.
const layers = ['process', 'client', 'pool', 'environment', 'globalSetup', 'cli']
const mayImport = {
  process: ['process'],
  client: ['process', 'client'],
  pool: ['process', 'client', 'pool'],
  // Runs in the test processes: what leases and stops workers lives in another process.
  environment: ['process', 'client', 'environment'],
  globalSetup: ['process', 'client', 'pool', 'globalSetup'],
  cli: layers,
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layers.map((layer) => ({
      name: `layer-${layer}`,
      comment: `${layer} may import only ${mayImport[layer].join(', ')}`,
      severity: 'error',
      from: { path: `^src/${layer}/` },
      to: { path: '^src/', pathNot: `^src/(${mayImport[layer].join('|')})/` },
    })),
    {
      name: 'process-knows-no-grpc-and-no-runner',
      severity: 'error',
      from: { path: '^src/process/' },
      to: { path: '^node_modules/(@grpc|vitest|jest)' },
    },
    {
      name: 'pool-knows-no-runner',
      severity: 'error',
      from: { path: '^src/(client|pool)/' },
      to: { path: '^node_modules/(vitest|jest)' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
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
