import * as v from 'valibot'
import { keepProblem, resolveExecutable } from './keepProblem.ts'
import type { OrphanOptions } from './pythonOptions.ts'

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
