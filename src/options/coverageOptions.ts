import * as v from 'valibot'

/** Which Python code is measured. */
export interface CoverageOptions {
  /**
   * Directories, files or patterns, relative to the project's root, instead of what coverage.py's own configuration says.
   *
   * @default the packages of the listed modules
   */
  include?: readonly string[] | undefined
  /**
   * Whether `python-contexts.json`, in the directory of your runner's coverage reports, tells which tests have run each line.
   *
   * @default `false`
   */
  contexts?: boolean | undefined
}

const ObjectSchema = v.strictObject({
  include: v.optional(
    v.array(
      v.pipe(v.string('write a list of texts'), v.nonEmpty('leave out empty texts')),
      'write a list, as in ["python/**"]',
    ),
  ),
  contexts: v.optional(v.boolean('write true or false')),
}) satisfies v.GenericSchema<CoverageOptions>

const ShortSchema = v.boolean('write true, false or an object, as in { include: ["python/**"] }')

/** Chosen by the type of the value, so that a wrong member is named instead of the whole option. */
export const CoverageSchema = v.lazy(
  (input) =>
    (typeof input === 'object' && input !== null && !Array.isArray(input)
      ? ObjectSchema
      : ShortSchema) as v.GenericSchema<boolean | CoverageOptions>,
)

/** The names of the members, to suggest the closest one. */
export const coverageOptionNames: readonly string[] = Object.keys(ObjectSchema.entries)

/** How Python is measured. A runner whose own coverage is on adds it to the options of a pool. */
export interface Measuring {
  /** Empty if your configuration of coverage.py or the listed modules choose the measured code. */
  readonly include: readonly string[]
  /** Whether the tests that ran each line are written down. */
  readonly contexts: boolean
  /** Whether it is an error if coverage.py cannot be used. */
  readonly required: boolean
  /** Whether files may change between the tests, so that earlier measurements are outdated. */
  readonly reruns: boolean
}

/** Decides how a pool is measured; `undefined` if it is not. */
export function measuringOf(
  option: boolean | CoverageOptions | undefined,
  runner: { isMeasured: boolean | undefined; reruns: boolean },
): Measuring | undefined {
  if (!runner.isMeasured || option === false) return undefined
  const { include = [], contexts = false } = typeof option === 'object' ? option : {}
  return { include, contexts, required: option !== undefined, reruns: runner.reruns }
}
