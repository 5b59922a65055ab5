import type { Session } from '../session/session.ts'
import { type CallOfTest, OpenCall } from './openCall.ts'

/** Items that Python may be ahead of the reader of a stream. Half a window of credit is given at a time. */
const WINDOW = 16

/** Iterates over the items that a generator yields. If the loop is left early, the generator is closed. */
export async function* stream(
  session: Session,
  { start, args, options, here }: CallOfTest,
): AsyncGenerator<unknown, void, undefined> {
  const inbox = new Inbox()
  const made = { start: { ...start, stream: true, credit: WINDOW }, args, options, here }
  const open = new OpenCall(session, made, {
    value: () => inbox.close('end'),
    item: (item) => inbox.add(item),
    end: () => inbox.close('end'),
    fail: (error) => inbox.close(error),
  })
  try {
    for (let read = 1; await inbox.filled(); read++) {
      if (read % (WINDOW / 2) === 0) open.credit(WINDOW / 2)
      yield inbox.take()
    }
  } finally {
    const ending = await open.close()
    const failure = inbox.closed ? inbox.unread : ending
    // The generator has failed: in its `finally`, or ahead of the loop. Nothing else would report it.
    // biome-ignore lint/correctness/noUnsafeFinally: this is how an iterator's `return` fails
    if (failure) throw failure
  }
}

/** Items that have arrived and that the loop has not read yet. */
class Inbox {
  readonly #items: unknown[] = []
  #outcome: 'end' | Error | undefined
  #told = false
  #wake = () => {}

  get closed(): boolean {
    return this.#outcome !== undefined
  }

  /** The exception of Python that the loop has not got to. In Jest, its class is that of the test file. */
  get unread(): Error | undefined {
    const outcome = this.#outcome
    return !this.#told && typeof outcome === 'object' && 'pythonType' in outcome ? outcome : undefined
  }

  add(item: unknown): void {
    this.#items.push(item)
    this.#wake()
  }

  /** Only the first outcome counts. Items that are there are read before it. */
  close(outcome: 'end' | Error): void {
    this.#outcome ??= outcome
    this.#wake()
  }

  /** Waits for an item; false at the end. @throws the error that ended the stream */
  async filled(): Promise<boolean> {
    while (this.#items.length === 0) {
      if (this.#outcome === 'end') return false
      if (this.#outcome) {
        this.#told = true
        throw this.#outcome
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return true
  }

  take(): unknown {
    return this.#items.shift()
  }
}
