// Adds the figures of .cache/bench.json to .cache/bench-history.jsonl, and prints a table that compares them with the
// nights before. Only ratios are compared, because each night may get another machine.
import { appendFile, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { historyTable, ratiosOf } from './bench-history/table.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = `${root}.cache/bench-history.jsonl`

const { machine, results } = JSON.parse(await readFile(`${root}.cache/bench.json`, 'utf8'))
const { stdout: commit } = await execa('git', ['rev-parse', '--short', 'HEAD'], { cwd: root })
const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter(Boolean)
const night = { at: machine.at, commit, ratios: ratiosOf(results) }
await appendFile(file, `${JSON.stringify(night)}\n`)
console.log(historyTable([...lines.map((line) => JSON.parse(line)), night]))
