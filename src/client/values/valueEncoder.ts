import type { Carrier } from './carrier.ts'
import type { ExtData } from './messagePack.ts'

/** The encoder, as far as the writers of single kinds of values need it. */
export interface ValueEncoder {
  readonly carrier: Carrier | undefined
  /** Encodes a value inside the one that is being encoded. */
  value(value: unknown): unknown
  /** Encodes the replacement of the value that is being encoded: the result of its `toJSON`. */
  instead(value: unknown): unknown
  /** Encodes elements in their order. `key` is how an error names one of them: a number, a text, or a whole step. */
  items(items: Iterable<unknown>, key?: (index: number) => unknown): unknown[]
  /** Encodes the enumerable properties of an object. */
  object(value: object): object
  /** Gives many bytes to the carrier, and puts few into the message. */
  bytes(bytes: Uint8Array): unknown
  /** Encodes an extension whose payload is an array of values. */
  tuple(code: number, payload: readonly unknown[], key?: (index: number) => unknown): ExtData
  reference(id: number): ExtData
  /** @param what the end of a sentence that begins with the place: `a RegExp` */
  refuse(what: string): TypeError
}

/** A whole step of a path, as an error writes it: `.columns`. */
export class Step {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
