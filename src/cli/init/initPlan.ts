import { chooseRunner, type Manifest, type RunnerName } from './chooseRunner.ts'
import { editJest, JEST_CONFIGS, jestSnippet, newJest } from './editJest.ts'
import { type Edit, editVitest, newSnippet, newVitest, VITEST_CONFIGS } from './editVitest.ts'
import { EXAMPLE_MODULE, exampleFiles, JEST_EXAMPLE } from './example.ts'

/** A file to write. */
export interface Change {
  path: string
  /** `undefined`: the file is new. */
  before: string | undefined
  after: string
}

export interface InitPlan {
  /** The command that runs the example. */
  next: string
  changes: Change[]
  /** Sentences about files that are not changed. */
  notes: string[]
  /** Why the configuration cannot be edited, and the lines to paste. */
  refusal?: string
}

/** The facts that the plan depends on. */
export interface InitFacts {
  /** Names of the files in the root. */
  files: ReadonlySet<string>
  /** Whether package.json says `"type": "module"`. */
  esm: boolean
  force: boolean
  /** The runner to configure. Default: see `chooseRunner` */
  runner?: RunnerName | undefined
  /** Text of a file in the root; `undefined` if there is none. */
  read(path: string): string | undefined
}

/** The differences between the runners. */
interface Runner {
  next: string
  /** The file that holds the configuration. */
  config(facts: InitFacts, manifest: Manifest): string | undefined
  fresh(facts: InitFacts): { path: string; after: string }
  edit(code: string, module: string, path: string): Edit
  snippet: string
  example(facts: InitFacts, config: string): Record<string, string>
}

const RUNNERS: Record<RunnerName, Runner> = {
  vitest: {
    next: 'npx vitest run greeting',
    config: ({ files }) => VITEST_CONFIGS.find((name) => files.has(name)),
    // Vite loads a .ts file of a CommonJS package with require, which cannot load ES modules before Node 22.
    fresh: ({ esm }) => ({
      path: esm ? 'vitest.config.ts' : 'vitest.config.mts',
      after: newVitest(EXAMPLE_MODULE),
    }),
    edit: editVitest,
    snippet: newSnippet(EXAMPLE_MODULE),
    example: ({ files }, config) => exampleFiles(files.has('tsconfig.json') || /\.[mc]?ts$/.test(config)),
  },
  jest: {
    next: 'npx jest greeting',
    config: ({ files }, { jest }) =>
      JEST_CONFIGS.find((name) => files.has(name)) ?? (jest === undefined ? undefined : 'package.json'),
    fresh: () => ({ path: 'jest.config.mjs', after: newJest(EXAMPLE_MODULE) }),
    edit: editJest,
    snippet: jestSnippet(EXAMPLE_MODULE),
    example: () => JEST_EXAMPLE,
  },
}

/** Plans the changes: the configuration, and an example that passes. */
export function planInit(facts: InitFacts): InitPlan {
  const manifest = JSON.parse(facts.read('package.json') ?? '{}') as Manifest
  const { name, note } = facts.runner ? { name: facts.runner } : chooseRunner(facts.files, manifest)
  const runner = RUNNERS[name]
  const plan = planConfig(facts, runner, manifest)
  if (note) plan.notes.push(note)
  const [{ path = '' } = {}] = plan.changes
  for (const [example, after] of Object.entries(runner.example(facts, path))) {
    const before = facts.read(example)
    if (before === after) continue
    if (before !== undefined && !facts.force)
      plan.notes.push(`${example} exists and is kept. To overwrite it: --force`)
    else plan.changes.push({ path: example, before, after })
  }
  return plan
}

function planConfig(facts: InitFacts, runner: Runner, manifest: Manifest): InitPlan {
  const { next } = runner
  const path = runner.config(facts, manifest)
  if (path === undefined) return { next, changes: [{ ...runner.fresh(facts), before: undefined }], notes: [] }
  const before = facts.read(path) ?? ''
  const edit = runner.edit(before, EXAMPLE_MODULE, path)
  if ('code' in edit)
    return { next, changes: [{ path, before, after: edit.code }], notes: notesOn(path, before) }
  if ('unchanged' in edit) {
    const note = `${path} already has vitest-environment-python. To run the example, add ${EXAMPLE_MODULE} to its modules.`
    return { next, changes: [], notes: [note] }
  }
  const refusal = `${path} cannot be edited: it ${edit.refusal}. Paste these lines into it, and run init again for the example:\n\n${runner.snippet}\n`
  return { next, changes: [], notes: [], refusal }
}

function notesOn(path: string, config: string): string[] {
  const chooser = /\b(testMatch|testRegex|roots)\b/.exec(config)?.[0]
  return chooser ? [`${path} has ${chooser}: move the example's test to a directory that matches.`] : []
}
