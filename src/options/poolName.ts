/**
 * The names of your pools, for the compiler. Declare them once, for example in `python-pools.d.ts`, and any other name
 * becomes a type error in the option `pools`, in `withPython`, in `pythonPoolName` and in `pythonForFile`. If you declare
 * none, every name is allowed. `default` always is.
 *
 * @example
 * ```ts
 * import 'vitest-environment-python/fixtures'
 *
 * declare module 'vitest-environment-python/fixtures' {
 *   interface PythonPools {
 *     gpu: true
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: your declarations fill it
export interface PythonPools {}

/** The name of a pool: one that {@link PythonPools} declares, or `default`; any text if it declares none. */
export type PoolName = keyof PythonPools extends never ? string : 'default' | keyof PythonPools
