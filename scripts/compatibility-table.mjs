// Keeps docs/compatibility.json, and makes the table of docs/compatibility.md from it.
import { readFile, writeFile } from 'node:fs/promises'
import { CASES } from './matrix/cases.mjs'

const data = new URL('../docs/compatibility.json', import.meta.url)
const page = new URL('../docs/compatibility.md', import.meta.url)
const BEGIN = '<!-- Made by `npm run generate` from compatibility.json, which `npm run matrix` writes. -->'
const END = '<!-- end -->'

/** The results of the last runs of `npm run matrix`. */
export async function results() {
  return JSON.parse(await readFile(data, 'utf8'))
}

/** Writes the results and the table. */
export async function writeCompatibility(all) {
  const sorted = all.toSorted((a, b) => order(a) - order(b))
  await writeFile(data, `${JSON.stringify(sorted, null, 2)}\n`)
  await writeCompatibilityPage()
}

/** Writes the table into the page. */
export async function writeCompatibilityPage() {
  await writeFile(page, await compatibilityPage())
}

/** The page with the table that the results make. */
export async function compatibilityPage() {
  const text = await readFile(page, 'utf8')
  const [before, rest] = text.split(BEGIN)
  return `${before}${BEGIN}\n\n${table(await results())}\n\n${END}${rest.split(END)[1]}`
}

function order({ id }) {
  const place = CASES.findIndex((combination) => combination.id === id)
  return place === -1 ? CASES.length : place
}

const OUTCOMES = { passed: '✓', failed: '✗ failed' }

function table(rows) {
  const names = [...new Set(rows.flatMap(({ runs }) => Object.keys(runs)))]
  const head = ['Runner', 'Vite', 'Node', 'Python', ...names]
  const lines = rows.map(({ runner, vite, node, python, runs }) => [
    runner,
    vite,
    node,
    python,
    ...names.map((name) => OUTCOMES[runs[name]] ?? ''),
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
