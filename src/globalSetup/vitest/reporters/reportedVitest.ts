import { type ShownError, withStacks } from './shownError.ts'

/** The parts of Vitest's objects that the reports of leaks use. Most are not public: test/e2e/blame.test.ts pins them. */

/** A Vitest whose reporters can be preceded. */
export interface ReportedVitest {
  /** Calls a method of every reporter. */
  report(event: string, ...args: unknown[]): Promise<void>
  readonly reporters?: readonly object[]
  readonly state: { readonly idMap: ReadonlyMap<string, Task> }
  readonly logger: { log(...args: unknown[]): void }
  readonly config: { readonly watch?: boolean }
  readonly vite?: { readonly config?: { readonly configFile?: string | false | undefined } }
}

/** A test, a suite or a file, as its reporters get it. */
export interface Task {
  readonly name: string
  readonly type: string
  readonly suite?: Task | undefined
  readonly file: FileTask
  readonly tasks?: readonly Task[]
  meta: Record<string, unknown>
  result?: TaskResult | undefined
}

export interface FileTask extends Task {
  readonly filepath: string
}

export interface TaskResult {
  state: string
  errors?: ShownError[] | undefined
  /** From Vitest 5.1 on, tests have one for each try. Its terminal and HTML report show their errors, and no others. */
  attempts?: readonly Attempt[] | undefined
}

export interface Attempt {
  readonly state: string
  readonly errors?: readonly ShownError[] | undefined
}

/** Fails a test that has ended, and with it the suites around it. */
export function failTask(task: Task, leak: ShownError): void {
  const error = withStacks(leak)
  const errors = [...(task.result?.errors ?? []), error]
  const attempts = failLast(task.result?.attempts, error)
  task.result = { ...task.result, state: 'fail', errors, ...(attempts && { attempts }) }
  for (let at = task.suite; at; at = at.suite) at.result = { ...at.result, state: 'fail' }
  const { file } = task
  file.result = { ...file.result, state: 'fail' }
}

function failLast(attempts: TaskResult['attempts'], error: ShownError): TaskResult['attempts'] {
  const last = attempts?.at(-1)
  if (!attempts || !last) return attempts
  return [...attempts.slice(0, -1), { ...last, state: 'fail', errors: [...(last.errors ?? []), error] }]
}

/** The tests of a file with this full name, as the fixtures make it. */
export function testsNamed(file: FileTask, name: string): Task[] {
  const below = (task: Task, path: readonly string[]): Task[] =>
    task.tasks
      ? task.tasks.flatMap((child) => below(child, [...path, child.name]))
      : path.filter((part) => part !== '').join(' > ') === name
        ? [task]
        : []
  return below(file, [])
}
