// The combinations that `npm run matrix` runs: every Vitest with every Vite and Node that it takes, every Jest with every
// Node, and every runner with every Python.

export const NODES = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0', 26: '26.10.0' }
export const PYTHONS = ['3.10', '3.11', '3.12', '3.13', '3.14']
const VITESTS = { '3.2.7': [5, 6, 7], '4.1.12': [6, 7, 8], '5.1.1': [6, 7, 8] }
const JESTS = ['29.7.0', '30.5.2']
/** What all combinations have that differ in something else. */
const USUAL_PYTHON = '3.11'
const SUITES = ['process per test', 'process per file', 'failures', 'orphans']

const vitests = Object.entries(VITESTS).flatMap(([version, vites]) =>
  vites.map((vite) => ({ runner: 'vitest', version, vite })),
)
const jests = JESTS.map((version) => ({ runner: 'jest', version }))
const nodes = [...vitests, ...jests].flatMap((runner) =>
  nodesOf(runner).map((node) => make({ ...runner, node, python: USUAL_PYTHON })),
)
/** Each runner with its newest Vite and its oldest Node. How code is interrupted depends on Python, too. */
const pythons = [...vitests.filter(isNewest), ...jests].flatMap((runner) =>
  PYTHONS.filter((python) => python !== USUAL_PYTHON).map((python) =>
    make({ ...runner, node: nodesOf(runner)[0], python, suites: [...SUITES, 'interrupts'] }),
  ),
)

/** All combinations, in the order of the table. */
export const CASES = [...nodes, ...pythons]

function nodesOf({ version }) {
  const all = Object.keys(NODES).map(Number)
  // Vitest 5 does not run on Node 20.
  return version.startsWith('5.') ? all.filter((node) => node >= 22) : all
}

function isNewest({ version, vite }) {
  return vite === VITESTS[version].at(-1)
}

function make(values) {
  const { runner, version, vite, node, python, suites = SUITES } = values
  const name = runner === 'jest' ? 'Jest' : 'Vitest'
  const parts = [`${name} ${version}`, vite && `Vite ${vite}`, `Node ${node}`, `Python ${python}`]
  return { runner, version, vite, node, python, suites, id: parts.filter(Boolean).join(', ') }
}
