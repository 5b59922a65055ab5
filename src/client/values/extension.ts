import { Code } from './codes.ts'
import { ExtData, pack } from './messagePack.ts'

/** @param payload made of values that MessagePack knows */
export function extension(code: number, payload: unknown): ExtData {
  return new ExtData(code, pack(payload))
}

/** Makes a whole number a float, which the library would take for an integer. */
export function floatOf(value: number): unknown {
  if (!Number.isSafeInteger(value)) return value
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return new ExtData(Code.float, bytes)
}
