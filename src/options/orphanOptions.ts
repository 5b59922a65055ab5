import * as v from 'valibot'
import { keepProblem, resolveExecutable } from './keepProblem.ts'

/**
 * What happens to processes that are alive after the run. `'fail'` and `'warn'` are short for an object with this
 * `action`.
 *
 * @example
 * ```ts
 * const orphans: OrphanOptions = { action: 'fail', keep: ['gpg-agent'] }
 * ```
 */
export interface OrphanOptions {
  /**
   * `fail` sets a non-zero exit code, `warn` only reports the orphans that were killed.
   *
   * @default `'fail'`
   */
  action?: 'fail' | 'warn' | undefined
  /**
   * Executables that are meant to outlive the run, such as an agent that other programs share: a name (`gpg-agent`), or an
   * absolute path. They are compared with the executable of a process, not with its title or its arguments.
   * Interpreters, shells and launchers are refused. Kept processes are counted in the verdict; see docs/orphans.md.
   *
   * @default `[]`
   */
  keep?: readonly string[] | undefined
  /**
   * What fails if a test leaves a process behind: the `test` itself, or only the `run`.
   *
   * @default `'test'`
   */
  blame?: 'test' | 'run' | undefined
}

const ACTION = 'write "fail" or "warn"'

const KeepSchema = v.array(
  v.pipe(
    v.string('write the name or the path of an executable'),
    v.rawCheck(({ dataset, addIssue }) => {
      const problem = dataset.typed ? keepProblem(dataset.value) : undefined
      if (problem !== undefined) addIssue({ message: problem })
    }),
    v.transform(resolveExecutable),
  ),
  'write a list, as in ["gpg-agent"]',
)

const ObjectSchema = v.strictObject({
  action: v.optional(v.picklist(['fail', 'warn'], ACTION), 'fail'),
  keep: v.optional(KeepSchema, []),
  blame: v.optional(v.picklist(['test', 'run'], 'write "test" or "run"'), 'test'),
}) satisfies v.GenericSchema<OrphanOptions>

const ShortSchema = v.pipe(
  v.picklist(['fail', 'warn'], ACTION),
  v.transform((action) => ({ action, keep: [] as string[], blame: 'test' as const })),
)

const NeitherSchema = v.custom<never>(
  () => false,
  'write "fail", "warn" or an object, as in { keep: ["gpg-agent"] }',
)

/** The option in its only resolved shape: `'warn'` becomes `{ action: 'warn', keep: [], blame: 'test' }`. */
export type ResolvedOrphanOptions = v.InferOutput<typeof ObjectSchema>

/** Chosen by the type of the value, so that a wrong member is named instead of the whole option. */
export const OrphansSchema = v.lazy(
  (input) => schemaFor(input) as v.GenericSchema<'fail' | 'warn' | OrphanOptions, ResolvedOrphanOptions>,
)

function schemaFor(input: unknown) {
  if (typeof input === 'string') return ShortSchema
  return typeof input === 'object' && !Array.isArray(input) ? ObjectSchema : NeitherSchema
}

/** The names of the members, to suggest the closest one. */
export const orphanOptionNames: readonly string[] = Object.keys(ObjectSchema.entries)
