// `npm run matrix`: plays the suites of scripts/matrix/suites.mjs with other versions of Vitest, Vite, Jest, Node and
// Python, and writes each result to docs/compatibility.json as it comes. Runs the combinations that have no result yet, or
// not the expected one; `--all` runs all. Other arguments select some by text: `npm run matrix -- "Vitest 5.1.1, Vite 8"`.
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { results } from './compatibility-table.mjs'
import { CASES } from './matrix/cases.mjs'

const selected = process.argv.slice(2).filter((argument) => argument !== '--all')
const wanted = await wantedCases()
if (wanted.length > 0) process.exitCode = await run(wanted.map(({ id }) => id))
else console.log(selected.length > 0 ? 'No combination has that name.' : 'Every combination has its result.')

async function wantedCases() {
  if (selected.length > 0) return CASES.filter(({ id }) => selected.some((text) => id.includes(text)))
  if (process.argv.includes('--all')) return CASES
  const known = await results()
  const isDone = (combination) =>
    known.some(
      ({ id, suites }) =>
        id === combination.id && combination.suites.every((name) => suites[name]?.asExpected),
    )
  return CASES.filter((combination) => !isDone(combination))
}

async function run(ids) {
  const args = ['run', '--project', 'matrix', '--reporter', 'verbose']
  const { exitCode } = await execa('vitest', args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    preferLocal: true,
    reject: false,
    stdio: 'inherit',
    env: { MATRIX: JSON.stringify(ids) },
  })
  return exitCode ?? 1
}
