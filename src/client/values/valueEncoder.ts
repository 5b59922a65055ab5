import type { Carrier } from './carrier.ts'
import type { ExtData } from './messagePack.ts'

/** The encoder as the writers of single kinds of values see it. */
export interface ValueEncoder {
  readonly carrier: Carrier | undefined
  value(value: unknown): unknown
  /** Elements in their order; `key` names one of them in an error. */
  items(items: Iterable<unknown>, key?: (index: number) => unknown): unknown[]
  object(value: object): object
  /** Bytes by the carrier if they are many, otherwise in the message. */
  bytes(bytes: Uint8Array): unknown
  /** @param payload the elements of an array */
  tuple(code: number, payload: readonly unknown[]): ExtData
  handle(id: number): ExtData
  refuse(what: string): TypeError
}
