import { types } from 'node:util'

/**
 * Whether a value is an error of any realm. Not `instanceof`, because Jest, jsdom and the VM pools of Vitest have an
 * `Error` of their own, and because a `DOMException` is no native error.
 */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || Object.prototype.toString.call(value) === '[object DOMException]'
}
