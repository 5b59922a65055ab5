import { Code } from './codes.ts'
import { ExtData, pack } from './messagePack.ts'

/** @param payload of what MessagePack knows */
export function extension(code: number, payload: unknown): ExtData {
  return new ExtData(code, pack(payload))
}

/** A float wherever it is whole: MessagePack's library takes such a number for an integer. */
export function floatOf(value: number): unknown {
  if (!Number.isSafeInteger(value)) return value
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return new ExtData(Code.float, bytes)
}
