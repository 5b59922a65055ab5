import { StringDecoder } from 'node:string_decoder'
import { MARK } from '../../process/run/printedText.ts'

/** `o` is plain output, `e` standard error and errors of `logging`, and `w`, `i` and `d` are its warnings, information and debug messages. */
export type Kind = 'o' | 'e' | 'w' | 'i' | 'd'

/** Text of one kind, as Python printed it. */
export interface Segment {
  kind: Kind
  text: string
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the beginning of a mark that the end of a chunk has cut
const CUT_MARK = /\x1b(?:_(?:v(?:p(?:;(?:\w\x1b?)?)?)?)?)?$/

/** Splits a marked text by its marks. The text comes in chunks of any size. An unfinished line is kept for later. */
export class MarkedText {
  readonly #decoder = new StringDecoder('utf8')
  #kind: Kind = 'o'
  #rest = ''
  #line: Segment | undefined

  /** Returns the lines that this chunk completes, in order. Neighbours of one kind are joined. */
  feed(chunk: Uint8Array): Segment[] {
    const text =
      this.#rest + this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    const whole = text.length - (CUT_MARK.exec(text)?.[0].length ?? 0)
    this.#rest = text.slice(whole)
    const segments = this.#split(text.slice(0, whole))
    const last = segments.at(-1)
    this.#line = undefined
    if (last && !last.text.endsWith('\n')) {
      const end = last.text.lastIndexOf('\n') + 1
      this.#line = { kind: last.kind, text: last.text.slice(end) }
      last.text = last.text.slice(0, end)
    }
    return segments.filter(({ text }) => text !== '')
  }

  /** Returns the unfinished line. */
  end(): Segment[] {
    const line = this.#line
    this.#line = undefined
    return line ? [line] : []
  }

  #split(text: string): Segment[] {
    const segments = this.#line ? [this.#line] : []
    // Text and kinds alternate, because the pattern captures the kind.
    for (const [index, part] of text.split(MARK).entries()) {
      if (index % 2 === 1) this.#kind = part as Kind
      else if (part === '') continue
      else if (segments.at(-1)?.kind === this.#kind) (segments.at(-1) as Segment).text += part
      else segments.push({ kind: this.#kind, text: part })
    }
    return segments
  }
}
