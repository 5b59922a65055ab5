import { editVitest, newSnippet, newVitest } from './editVitest.ts'
import { EXAMPLE_MODULE, exampleFiles } from './example.ts'

/** A file that is written. */
export interface Change {
  path: string
  /** `undefined`: the file is new. */
  before: string | undefined
  after: string
}

export interface InitPlan {
  changes: Change[]
  /** Sentences about what is left as it is. */
  notes: string[]
  /** Why the configuration cannot be edited, and what to paste. */
  refusal?: string
}

/** What the plan depends on. */
export interface InitFacts {
  /** Names of the files in the root. */
  files: ReadonlySet<string>
  /** Whether package.json says `"type": "module"`. */
  esm: boolean
  force: boolean
  /** Text of a file in the root; `undefined` where it is not there. */
  read(path: string): string | undefined
}

/** Vitest looks in this order. */
const CONFIGS = ['vitest', 'vite'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${name}.config.${extension}`),
)

/** Decides what to write: the configuration, and an example that passes. */
export function planInit(facts: InitFacts): InitPlan {
  const config = planConfig(facts)
  const [{ path = '' } = {}] = config.changes
  const typescript = facts.files.has('tsconfig.json') || /\.[mc]?ts$/.test(path)
  const plan: InitPlan = { ...config, changes: [...config.changes], notes: [...config.notes] }
  for (const [example, after] of Object.entries(exampleFiles(typescript))) {
    const before = facts.read(example)
    if (before === after) continue
    if (before !== undefined && !facts.force)
      plan.notes.push(`${example} is there and is kept; --force overwrites it.`)
    else plan.changes.push({ path: example, before, after })
  }
  return plan
}

function planConfig({ files, esm, read }: InitFacts): InitPlan {
  const path = CONFIGS.find((name) => files.has(name))
  // Vite loads a .ts of a CommonJS package with require, which knows no ES modules before Node 22.
  if (path === undefined)
    return {
      changes: [
        {
          path: esm ? 'vitest.config.ts' : 'vitest.config.mts',
          before: undefined,
          after: newVitest(EXAMPLE_MODULE),
        },
      ],
      notes: [],
    }
  const before = read(path) ?? ''
  const edit = editVitest(before, EXAMPLE_MODULE)
  if ('code' in edit) return { changes: [{ path, before, after: edit.code }], notes: [] }
  if ('unchanged' in edit)
    return {
      changes: [],
      notes: [`${path} has the plugin already; list ${EXAMPLE_MODULE} in its modules to run the example.`],
    }
  const refusal = `${path} cannot be edited: it ${edit.refusal}. Paste this into it, and run init again for the example:\n\n${newSnippet(EXAMPLE_MODULE)}\n`
  return { changes: [], notes: [], refusal }
}
