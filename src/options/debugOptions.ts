import * as v from 'valibot'

/**
 * How a debugger attaches to Python.
 *
 * @example
 * ```ts
 * const debug: DebugOptions = { port: 5679 }
 * ```
 */
export interface DebugOptions {
  /**
   * The port of 127.0.0.1 that you attach your editor to. It stays the same for the whole run.
   *
   * @default `5678`
   */
  port?: number | undefined
  /**
   * Whether the first call of each worker waits for a debugger, so no breakpoint is missed. With plain `--inspect`, the
   * default is `false`. After you have detached, no test waits any more.
   *
   * @default `true`
   */
  wait?: boolean | undefined
}

const PORT = 'write a port number from 1 to 65535'

const ObjectSchema = v.strictObject({
  port: v.optional(
    v.pipe(v.number(PORT), v.integer(PORT), v.minValue(1, PORT), v.maxValue(65_535, PORT)),
    5678,
  ),
  wait: v.optional(v.boolean('write true or false')),
}) satisfies v.GenericSchema<DebugOptions>

const ShortSchema = v.pipe(
  v.boolean('write true, false or an object, as in { port: 5679 }'),
  v.transform((isOn) => isOn && DEFAULT_DEBUG),
)

/** The option in its only resolved shape: `true` becomes an object with the defaults. */
export type ResolvedDebug = v.InferOutput<typeof ObjectSchema> | false

/** Chosen by the type of the value, so that a wrong member is named instead of the whole option. */
export const DebugSchema = v.lazy(
  (input) =>
    (typeof input === 'object' && input !== null && !Array.isArray(input)
      ? ObjectSchema
      : ShortSchema) as v.GenericSchema<boolean | DebugOptions, ResolvedDebug>,
)

/** What `debug: true` stands for. */
export const DEFAULT_DEBUG = v.parse(ObjectSchema, {})

/** The names of the members, to suggest the closest one. */
export const debugOptionNames: readonly string[] = Object.keys(ObjectSchema.entries)
