// The combinations that `npm run matrix` runs: every Vite that a Vitest takes, and each other value beside a usual one.

export const NODES = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' }
const PYTHONS = ['3.10', '3.11', '3.12', '3.13', '3.14']
const VITES = { '3.2.7': [5, 6, 7], '4.1.12': [6, 7, 8], '5.1.1': [6, 7, 8] }
const USUAL = { runner: 'vitest', version: '4.1.12', vite: 7, node: 20, python: '3.11' }
const CORNERS = ['module, test', 'commonjs, file']
const EVERY_RUN = ['module, test', 'module, file', 'commonjs, test', 'commonjs, file']

const pairs = Object.entries(VITES).flatMap(([version, vites]) =>
  // Vitest 5 does not run on Node 20.
  vites.map((vite) => make({ version, vite, node: version.startsWith('5.') ? 24 : 20, runs: EVERY_RUN })),
)
const nodes = [
  ...[22, 24, 26].map((node) => make({ node })),
  ...[22, 26].map((node) => make({ version: '5.1.1', vite: 8, node })),
]
const jests = [
  ['29.7.0', 20],
  ['29.7.0', 24],
  ['30.5.2', 20],
  ['30.5.2', 22],
  ['30.5.2', 24],
  ['30.5.2', 26],
].map(([version, node]) =>
  make({ runner: 'jest', version, vite: undefined, node, runs: ['commonjs, test', 'commonjs, file'] }),
)
const pythons = PYTHONS.filter((python) => python !== USUAL.python).map((python) => make({ python }))

/** All combinations, in the order of the table. */
export const CASES = [...pairs, ...nodes, ...jests, ...pythons]

function make(values) {
  const all = { ...USUAL, runs: CORNERS, ...values }
  const { runner, version, vite, node, python } = all
  const name = runner === 'jest' ? 'Jest' : 'Vitest'
  const parts = [`${name} ${version}`, vite && `Vite ${vite}`, `Node ${node}`, `Python ${python}`]
  return { ...all, id: parts.filter(Boolean).join(', ') }
}
